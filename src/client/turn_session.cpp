#include "turnpike/client/turn_session.hpp"

#include <algorithm>
#include <array>

#include "turnpike/stun/framing.hpp"

namespace turnpike::client {
namespace {

using stun::AttributeType;
using stun::ErrorCode;
using stun::MessageClass;
using stun::MessageView;
using stun::Method;

constexpr std::size_t kMaxRequestSize = 2048;
/// A server that challenges every answer would keep us busy for ever.
constexpr unsigned kMaxChallenges = 4;

bool breaks_nonce_promise(const MessageView& response) noexcept {
  const auto nonce = response.find(AttributeType::nonce);
  if (!nonce) return false;
  const auto features = read_nonce_cookie(as_text(nonce->value));
  return features && features->password_algorithms && !response.has(AttributeType::password_algorithms);
}

std::optional<ErrorCode> error_of(const MessageView& response) noexcept {
  const auto attribute = response.find(AttributeType::error_code);
  return attribute ? stun::read_error_code(attribute->value) : std::nullopt;
}

std::optional<Endpoint> xor_address_of(const MessageView& message, AttributeType type) noexcept {
  const auto attribute = message.find(type);
  return attribute ? stun::read_xor_address(attribute->value, message.transaction_id()) : std::nullopt;
}

std::optional<Seconds> lifetime_of(const MessageView& message) noexcept {
  const auto attribute = message.find(AttributeType::lifetime);
  const auto value = attribute ? stun::read_u32(attribute->value) : std::nullopt;
  return value ? std::optional{Seconds{*value}} : std::nullopt;
}

std::optional<std::uint32_t> connection_of(const MessageView& message) noexcept {
  const auto attribute = message.find(AttributeType::connection_id);
  return attribute ? stun::read_u32(attribute->value) : std::nullopt;
}

Ending ending_of(ChallengeFault fault) noexcept {
  switch (fault) {
    case ChallengeFault::bid_down: return Ending::bid_down;
    case ChallengeFault::unsupported_algorithms: return Ending::unsupported_algorithms;
    case ChallengeFault::incomplete: break;
  }
  return Ending::refused;
}

}  // namespace

TurnSession::TurnSession(SessionOptions options, Random& random) : options_(std::move(options)), random_(random) {}

TransactionNumber TurnSession::bind(Instant now) {
  return start(
      Method::binding, [](stun::MessageBuilder&) {}, now);
}

TransactionNumber TurnSession::allocate(const AllocateOptions& options, Instant now) {
  return start(
      Method::allocate, [options](stun::MessageBuilder& builder) { add_allocate(builder, options); }, now);
}

TransactionNumber TurnSession::refresh(std::optional<Seconds> lifetime, Instant now,
                                       std::optional<AddressFamily> family) {
  const auto number = start(
      Method::refresh, [=](stun::MessageBuilder& builder) { add_refresh(builder, lifetime, family); }, now);
  if (number != 0) transactions_.back().deletes_allocation = lifetime == Seconds{0} && !family;
  return number;
}

TransactionNumber TurnSession::create_permission(std::span<const Endpoint> peers, Instant now) {
  for (const Endpoint& peer : peers) permit(peer.address);
  std::vector<Endpoint> kept(peers.begin(), peers.end());
  return start(
      Method::create_permission, [kept](stun::MessageBuilder& builder) { add_peers(builder, kept); }, now);
}

TransactionNumber TurnSession::bind_channel(std::uint16_t number, const Endpoint& peer, Instant now) {
  // RFC 8656 section 12: ChannelData may arrive before the response does.
  permit(peer.address);
  std::erase_if(channels_, [&](const Channel& channel) { return channel.number == number || channel.peer == peer; });
  channels_.push_back({number, peer});
  return start(
      Method::channel_bind, [=](stun::MessageBuilder& builder) { add_channel(builder, number, peer); }, now);
}

TransactionNumber TurnSession::connect(const Endpoint& peer, Instant now) {
  return start(
      Method::connect,
      [=](stun::MessageBuilder& builder) {
        add_peers(builder, {&peer, 1});
      },
      now);
}

TransactionNumber TurnSession::bind_connection(std::uint32_t connection, Instant now) {
  return start(
      Method::connection_bind, [=](stun::MessageBuilder& builder) { add_connection(builder, connection); }, now);
}

TransactionNumber TurnSession::start(Method method, AddAttributes add_attributes, Instant now) {
  if (transactions_.size() >= kMaxPending) return 0;
  transactions_.push_back({.number = ++last_number_,
                           .method = method,
                           .add_attributes = std::move(add_attributes),
                           .id = {},
                           .signer = {},
                           .bytes = {},
                           .retransmission = {options_.timers, options_.reliable, now},
                           .sent_at = now});
  write_request(transactions_.back(), now);
  return last_number_;
}

void TurnSession::write_request(Transaction& transaction, Instant now) {
  std::array<std::uint8_t, kMaxRequestSize> buffer{};
  transaction.id = make_transaction_id(random_);
  transaction.retransmission = {options_.timers, options_.reliable, now};
  stun::MessageBuilder builder(buffer, transaction.method, MessageClass::request, transaction.id);
  transaction.add_attributes(builder);
  // Binding needs no credentials, and offering them could only tell somebody about us.
  if (transaction.method != Method::binding) transaction.signer = signer_;
  if (transaction.signer) transaction.signer->sign(builder);
  if (options_.fingerprint) builder.add_fingerprint();
  const ByteSpan request = builder.finish();
  transaction.bytes.assign(request.begin(), request.end());
}

ByteSpan TurnSession::poll_transmit(Instant now) {
  for (Transaction& transaction : transactions_) {
    if (!transaction.retransmission.is_due(now)) continue;
    if (transaction.retransmission.transmissions() == 0) transaction.sent_at = now;
    transaction.retransmission.on_transmitted(now);
    return transaction.bytes;
  }
  return {};
}

std::optional<Instant> TurnSession::next_deadline() const noexcept {
  if (transactions_.empty()) return std::nullopt;
  Instant earliest = kNever;
  for (const Transaction& transaction : transactions_) {
    earliest = std::min(earliest, transaction.retransmission.deadline());
  }
  return earliest;
}

std::optional<Outcome> TurnSession::on_timeout(Instant now) {
  const auto over = std::ranges::find_if(
      transactions_, [&](const Transaction& transaction) { return transaction.retransmission.is_over(now); });
  if (over == transactions_.end()) return std::nullopt;
  return end(*over, over->saw_forgery ? Ending::integrity_violated : Ending::timed_out, now);
}

Received TurnSession::on_datagram(ByteSpan datagram, Instant now) {
  const auto kind = stun::classify(datagram);
  if (kind == stun::PacketKind::channel_data) return on_channel_data(datagram);
  if (kind != stun::PacketKind::stun) return Ignored{};
  const auto message = MessageView::parse(datagram);
  if (!message) return Ignored{};
  switch (message->message_class()) {
    case MessageClass::request: return Ignored{};
    case MessageClass::indication: return on_indication(*message);
    case MessageClass::success:
    case MessageClass::error: break;
  }
  Transaction* transaction = find(message->transaction_id());
  if (transaction == nullptr || transaction->method != message->method()) return Ignored{};
  return on_response(*transaction, *message, now);
}

Received TurnSession::on_response(Transaction& transaction, const MessageView& response, Instant now) {
  // RFC 8489 section 9.2.5, in its order.
  const bool is_error = response.message_class() == MessageClass::error;
  const auto code = is_error ? error_of(response) : std::nullopt;
  if (is_error && !code) return Ignored{};
  if (code == ErrorCode::unauthenticated || code == ErrorCode::stale_nonce) {
    return on_challenge(transaction, response, *code, now);
  }
  if (!options_.rfc5389_only && breaks_nonce_promise(response)) return Ignored{};
  if (transaction.signer && !is_authentic(response, transaction.signer->key.bytes())) {
    transaction.saw_forgery = true;
    return Ignored{};
  }
  if (!is_error) return on_success(transaction, response, now);

  Outcome outcome = end(transaction, Ending::refused, now, code);
  // RFC 8656 section 8.3: the allocation that was to be deleted is gone, which is what was wanted.
  if (code == ErrorCode::allocation_mismatch && outcome.method != Method::allocate) allocation_.reset();
  if (const auto alternate = response.find(AttributeType::alternate_server)) {
    outcome.alternate = stun::read_address(alternate->value);
  }
  return outcome;
}

Received TurnSession::on_challenge(Transaction& transaction, const MessageView& response, ErrorCode code, Instant now) {
  auto challenge = read_challenge(response);
  if (options_.rfc5389_only && challenge.has_error() && challenge.error() != ChallengeFault::incomplete) {
    challenge = Challenge{.realm = std::string(as_text(response.find(AttributeType::realm)->value)),
                          .nonce = std::string(as_text(response.find(AttributeType::nonce)->value)),
                          .password_algorithms = {},
                          .algorithm = {},
                          .username_anonymity = false};
  }
  if (challenge.has_error()) return end(transaction, ending_of(challenge.error()), now, code);
  if (options_.rfc5389_only) {
    challenge->password_algorithms.clear();
    challenge->algorithm.reset();
    challenge->username_anonymity = false;
  }
  // No retry of a 401 with what has just been refused, and none at all for ever.
  const bool same_credentials = transaction.signer && transaction.signer->realm == challenge->realm;
  if ((code == ErrorCode::unauthenticated && same_credentials) || ++transaction.challenges > kMaxChallenges ||
      options_.username.empty()) {
    return end(transaction, Ending::refused, now, code);
  }
  signer_ = Signer::answer(*challenge, options_.username, options_.password);
  write_request(transaction, now);
  return Challenged{transaction.number, code};
}

Received TurnSession::on_success(Transaction& transaction, const MessageView& response, Instant now) {
  if (transaction.method == Method::allocate && !read_grant(response)) {
    return end(transaction, Ending::malformed, now);
  }
  if (transaction.method == Method::refresh) read_refresh(transaction, response);
  const auto mapped = xor_address_of(response, AttributeType::xor_mapped_address);
  if (transaction.method == Method::binding && !mapped) return end(transaction, Ending::malformed, now);
  const auto connection = connection_of(response);
  if (transaction.method == Method::connect && !connection) return end(transaction, Ending::malformed, now);
  Outcome outcome = end(transaction, Ending::success, now);
  outcome.mapped = mapped;
  outcome.connection = connection;
  return outcome;
}

bool TurnSession::read_grant(const MessageView& response) {
  GrantedAllocation grant;
  response.for_each_actionable([&](const stun::Attribute& attribute) {
    if (attribute.type != AttributeType::xor_relayed_address) return true;
    const auto relayed = stun::read_xor_address(attribute.value, response.transaction_id());
    if (relayed) grant.relayed.push_back(*relayed);
    return grant.relayed.size() < 2;
  });
  const auto lifetime = lifetime_of(response);
  const auto mapped = xor_address_of(response, AttributeType::xor_mapped_address);
  if (grant.relayed.empty() || !lifetime || !mapped) return false;
  grant.lifetime = *lifetime;
  grant.mapped = *mapped;
  const auto token = response.find(AttributeType::reservation_token);
  if (token && token->value.size() == ReservationToken{}.size()) {
    grant.reservation.emplace();
    std::ranges::copy(token->value, grant.reservation->begin());
  }
  if (const auto error = response.find(AttributeType::address_error_code)) {
    grant.address_error = stun::read_address_error_code(error->value);
  }
  allocation_ = std::move(grant);
  return true;
}

void TurnSession::read_refresh(const Transaction& transaction, const MessageView& response) {
  if (transaction.deletes_allocation) {
    allocation_.reset();
  } else if (const auto lifetime = lifetime_of(response); lifetime && allocation_) {
    allocation_->lifetime = *lifetime;
  }
}

Outcome TurnSession::end(Transaction& transaction, Ending ending, Instant now, std::optional<ErrorCode> code) {
  Outcome outcome{.transaction = transaction.number,
                  .method = transaction.method,
                  .ending = ending,
                  .code = code,
                  .mapped = {},
                  .alternate = {},
                  .connection = {},
                  .round_trip = {}};
  if (transaction.retransmission.transmissions() == 1) outcome.round_trip = now - transaction.sent_at;
  std::erase_if(transactions_, [&](const Transaction& other) { return other.number == outcome.transaction; });
  return outcome;
}

Received TurnSession::on_indication(const MessageView& indication) const {
  if (indication.method() == Method::data) return on_data_indication(indication);
  if (indication.method() != Method::connection_attempt) return Ignored{};
  const auto peer = xor_address_of(indication, AttributeType::xor_peer_address);
  const auto connection = connection_of(indication);
  if (!peer || !connection) return Ignored{};
  return ConnectionAttempt{*peer, *connection};
}

Received TurnSession::on_data_indication(const MessageView& indication) const {
  const auto peer = xor_address_of(indication, AttributeType::xor_peer_address);
  if (!peer || !is_permitted(peer->address)) return Ignored{};  // RFC 8656 section 11.4
  if (const auto icmp = indication.find(AttributeType::icmp)) {
    const auto value = stun::read_icmp(icmp->value);
    return value ? Received{PeerError{*peer, *value}} : Ignored{};
  }
  const auto payload = indication.find(AttributeType::data);
  return payload ? Received{PeerDatagram{*peer, 0, payload->value}} : Ignored{};
}

Received TurnSession::on_channel_data(ByteSpan datagram) const {
  const auto message = stun::parse_channel_data(datagram);
  if (!message) return Ignored{};
  const auto channel =
      std::ranges::find_if(channels_, [&](const Channel& bound) { return bound.number == message->channel; });
  if (channel == channels_.end()) return Ignored{};
  return PeerDatagram{channel->peer, channel->number, message->payload};
}

ByteSpan TurnSession::write_to_peer(MutableByteSpan out, const Endpoint& peer, ByteSpan payload) {
  const Channel* channel = channel_to(peer);
  if (channel != nullptr) return write_channel_data(out, channel->number, payload, options_.reliable);
  return write_send_indication(out, peer, payload, random_);
}

TurnSession::Transaction* TurnSession::find(const stun::TransactionId& id) noexcept {
  const auto found =
      std::ranges::find_if(transactions_, [&](const Transaction& transaction) { return transaction.id == id; });
  return found == transactions_.end() ? nullptr : &*found;
}

const TurnSession::Channel* TurnSession::channel_to(const Endpoint& peer) const noexcept {
  const auto found = std::ranges::find_if(channels_, [&](const Channel& channel) { return channel.peer == peer; });
  return found == channels_.end() ? nullptr : &*found;
}

bool TurnSession::is_permitted(const IpAddress& peer) const noexcept {
  return std::ranges::find(permitted_, peer) != permitted_.end();
}

void TurnSession::permit(const IpAddress& peer) {
  if (!is_permitted(peer)) permitted_.push_back(peer);
}

}  // namespace turnpike::client
