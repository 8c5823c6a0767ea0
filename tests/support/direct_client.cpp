#include "support/direct_client.hpp"

#include <stdexcept>

namespace turnpike::test {

using client::Outcome;

DirectClient::DirectClient(VirtualServer& server, VirtualClock& clock, FiveTuple five_tuple,
                           client::SessionOptions options)
    : server_(server),
      clock_(clock),
      five_tuple_(five_tuple),
      random_(five_tuple.client.port + 77U),
      session_(std::move(options), random_) {}

Outcome DirectClient::bind() { return run(session_.bind(clock_.mono())); }
Outcome DirectClient::allocate(const client::AllocateOptions& options) {
  return run(session_.allocate(options, clock_.mono()));
}
Outcome DirectClient::refresh(std::optional<Seconds> lifetime, std::optional<AddressFamily> family) {
  return run(session_.refresh(lifetime, clock_.mono(), family));
}
Outcome DirectClient::create_permission(std::initializer_list<Endpoint> peers) {
  return run(session_.create_permission({peers.begin(), peers.size()}, clock_.mono()));
}
Outcome DirectClient::bind_channel(std::uint16_t number, const Endpoint& peer) {
  return run(session_.bind_channel(number, peer, clock_.mono()));
}
Outcome DirectClient::connect(const Endpoint& peer) { return run(session_.connect(peer, clock_.mono())); }
Outcome DirectClient::bind_connection(std::uint32_t connection) {
  return run(session_.bind_connection(connection, clock_.mono()));
}

turn::ClientVerdict DirectClient::send(const Endpoint& peer, std::string_view payload) {
  std::array<std::uint8_t, 2048> buffer{};
  const ByteSpan datagram = session_.write_to_peer(buffer, peer, as_bytes(payload));
  const auto verdict = server_.on_client_datagram(five_tuple_, datagram, clock_.now());
  turn::ClientVerdict kept = verdict;
  kept.payload = {};  // it points into this function's buffer
  return kept;
}

std::vector<Bytes> DirectClient::exchange(ByteSpan datagram) {
  static_cast<void>(server_.on_client_datagram(five_tuple_, datagram, clock_.now()));
  return server_.take_for(five_tuple_);
}

void DirectClient::receive() {
  for (const Bytes& datagram : server_.take_for(five_tuple_)) {
    answers_.push_back(datagram);
    const auto received = session_.on_datagram(datagram, clock_.mono());
    if (const auto* outcome = std::get_if<Outcome>(&received)) outcome_ = *outcome;
    if (const auto* peer = std::get_if<client::PeerDatagram>(&received)) {
      received_.push_back({peer->peer, peer->channel, std::string(as_text(peer->payload))});
    }
    if (const auto* error = std::get_if<client::PeerError>(&received)) peer_errors_.push_back(*error);
    if (const auto* attempt = std::get_if<client::ConnectionAttempt>(&received)) attempts_.push_back(*attempt);
  }
}

Outcome DirectClient::run(client::TransactionNumber number) {
  outcome_.reset();
  for (;;) {  // ends: a session answers a bounded number of challenges
    const ByteSpan request = session_.poll_transmit(clock_.mono());
    if (request.empty()) break;
    sent_.push_back(to_bytes(request));
    static_cast<void>(server_.on_client_datagram(five_tuple_, sent_.back(), clock_.now()));
    receive();
  }
  if (outcome_ && outcome_->transaction == number) return *outcome_;
  // Nothing came: nothing will come, since no time passes.
  Outcome silence;
  silence.transaction = number;
  silence.ending = client::Ending::timed_out;
  return silence;
}

}  // namespace turnpike::test
