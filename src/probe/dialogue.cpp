#include "probe/dialogue.hpp"

#include <algorithm>
#include <variant>

#include "turnpike/stun/message.hpp"

namespace turnpike::probe {
namespace {

using client::Outcome;

/// So many units of time that a request which nobody answers takes all of `patience`: sent after 0, 1, 3 and 7 units,
/// given up after 20.
client::RetransmissionTimers timers_for(Duration patience) {
  return {.rto = patience / 20, .rc = 4, .rm = 13, .ti = patience};
}

client::SessionOptions options_for(const Dialogue::Login& login, bool is_stream) {
  return {.server = {},
          .username = login.username,
          .password = login.password,
          .rfc5389_only = false,
          .reliable = is_stream,
          .fingerprint = false,
          .timers = timers_for(login.patience)};
}

}  // namespace

Dialogue::Dialogue(EventLoop& loop, std::shared_ptr<Wire> wire, const Login& login, bool is_stream, Random& random)
    : loop_(loop), wire_(std::move(wire)), session_(options_for(login, is_stream), random), patience_(login.patience) {
  wire_->on_message = [this](ByteSpan message) { on_message(message); };
}

Dialogue::~Dialogue() { wire_->close(); }

void Dialogue::on_message(ByteSpan message) {
  look_into(message);
  const auto received = session_.on_datagram(message, loop_.now());
  if (const auto* outcome = std::get_if<Outcome>(&received)) {
    outcome_ = *outcome;
  } else if (const auto* datagram = std::get_if<client::PeerDatagram>(&received)) {
    arrivals_.push_back({.peer = datagram->peer,
                         .channel = datagram->channel,
                         .payload = {datagram->payload.begin(), datagram->payload.end()},
                         .at = loop_.now()});
  }
}

/// What a server says of itself, which the session has no use for.
void Dialogue::look_into(ByteSpan bytes) {
  const auto message = stun::MessageView::parse(bytes);
  if (!message || message->message_class() == stun::MessageClass::indication) return;
  if (const auto software = message->find(stun::AttributeType::software)) software_ = as_text(software->value);
  const auto realm = message->find(stun::AttributeType::realm);
  if (!realm || message->message_class() != stun::MessageClass::error) return;
  realm_ = as_text(realm->value);
  offers_sha256_ = message->has(stun::AttributeType::password_algorithms);
  if (!challenged_at_) challenged_at_ = loop_.now();
}

/// Does what is due now; whether the request has come to an end.
bool Dialogue::turn(client::TransactionNumber transaction) {
  const Instant now = loop_.now();
  for (ByteSpan request = session_.poll_transmit(now); !request.empty(); request = session_.poll_transmit(now)) {
    wire_->send(request);
  }
  while (const auto over = session_.on_timeout(now)) outcome_ = over;
  // One ICMP error may be chance or forgery; after a few more tries it is an answer.
  const bool is_turned_away = wire_->trouble() != Reason::none && now - started_ > patience_ / 4;
  return (outcome_ && outcome_->transaction == transaction) || wire_->state() == WireState::over || is_turned_away;
}

Outcome Dialogue::wait_for(client::TransactionNumber transaction, stun::Method method) {
  outcome_.reset();
  started_ = loop_.now();
  const Instant deadline = started_ + patience_ + patience_;  // each challenge begins anew
  while (!turn(transaction) && loop_.now() < deadline) {
    const Instant next = std::min(deadline, session_.next_deadline().value_or(deadline));
    const std::size_t arrived = arrivals_.size();
    const auto is_done = [&] {
      return outcome_ || wire_->state() == WireState::over || arrivals_.size() != arrived ||
             session_.next_deadline().value_or(kNever) <= loop_.now();
    };
    loop_.run_until(next, is_done);
  }
  if (outcome_ && outcome_->transaction == transaction) return *outcome_;
  Outcome none;
  none.transaction = transaction;
  none.method = method;
  none.ending = client::Ending::timed_out;
  return none;
}

Outcome Dialogue::bind() { return wait_for(session_.bind(loop_.now()), stun::Method::binding); }
Outcome Dialogue::allocate() { return wait_for(session_.allocate({}, loop_.now()), stun::Method::allocate); }
Outcome Dialogue::release() { return wait_for(session_.refresh(Seconds{0}, loop_.now()), stun::Method::refresh); }
Outcome Dialogue::permit(std::span<const Endpoint> peers) {
  return wait_for(session_.create_permission(peers, loop_.now()), stun::Method::create_permission);
}
Outcome Dialogue::bind_channel(std::uint16_t number, const Endpoint& peer) {
  return wait_for(session_.bind_channel(number, peer, loop_.now()), stun::Method::channel_bind);
}

void Dialogue::send(const Endpoint& peer, ByteSpan payload) {
  constexpr std::size_t kOverhead = 64;
  std::vector<std::uint8_t> buffer(payload.size() + kOverhead);
  wire_->send(session_.write_to_peer(buffer, peer, payload));
}

}  // namespace turnpike::probe
