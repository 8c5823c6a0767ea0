#include "support/random_walk.hpp"

#include <algorithm>

#include "support/demand.hpp"
#include "support/messages.hpp"
#include "turnpike/stun/integrity.hpp"

namespace turnpike::test {
namespace {

using stun::AttributeType;
using stun::MessageClass;
using stun::Method;

constexpr std::size_t kRecent = 4;
constexpr std::uint16_t kClients = 20;
constexpr std::uint16_t kDatagramClients = 12;  // the first; the others come over streams
constexpr std::array kMethods{Method::allocate,     Method::refresh,        Method::create_permission,
                              Method::channel_bind, Method::channel_bind,   Method::allocate,
                              Method::connect,      Method::connection_bind};
constexpr std::array kAttributes{AttributeType::username,
                                 AttributeType::realm,
                                 AttributeType::nonce,
                                 AttributeType::lifetime,
                                 AttributeType::xor_peer_address,
                                 AttributeType::data,
                                 AttributeType::channel_number,
                                 AttributeType::requested_transport,
                                 AttributeType::even_port,
                                 AttributeType::reservation_token,
                                 AttributeType::dont_fragment,
                                 AttributeType::requested_address_family,
                                 AttributeType::message_integrity,
                                 AttributeType::message_integrity_sha256,
                                 AttributeType::fingerprint,
                                 AttributeType::password_algorithm,
                                 AttributeType::password_algorithms,
                                 AttributeType::userhash,
                                 AttributeType::additional_address_family,
                                 AttributeType::connection_id,
                                 AttributeType::priority};

CoreSettings small_settings() {
  CoreSettings settings;
  settings.first_port = 50'000;
  settings.last_port = 50'015;
  settings.core.max_allocations = 8;
  settings.core.max_permissions = 4;
  settings.core.max_channels = 3;
  settings.core.tcp_peer_ports = {{7000, 7001}, {50'000, 50'011}};
  settings.core.max_peer_connections = 3;
  settings.core.max_core_connections = 5;
  settings.core.allocation_rate = {20'000};
  settings.core.user_rate = {30'000};
  settings.core.nonce_lifetime = Seconds{900};
  return settings;
}

ServerOptions small_server(const CoreSettings& settings) {
  return {.config = settings.build(),
          .limits = {.per_user = 7, .per_client_address = 6, .total = 13, .user_rate = {}},
          .errors_per_second = 10,
          .workers = 2,
          .seed = 7};
}

}  // namespace

RandomWalk::RandomWalk(Random& choices)
    : choices_(choices), settings_(small_settings()), server_(small_server(settings_)) {
  const std::array<std::pair<std::string, std::string>, 4> users{
      {{"alice", "wonderland"}, {"bob", "builder"}, {"carol", ""}, {"mallory", "guess"}}};
  for (std::uint16_t i = 0; i < kClients; ++i) {
    const bool v6 = i % 4 == 3;
    const Endpoint source{v6 ? address("2a00::9") : IpAddress::v4(9, 0, 0, static_cast<std::uint8_t>(1 + i % 3)),
                          static_cast<std::uint16_t>(4000 + i)};
    const Endpoint listener = endpoint(v6 ? "[2001:db8:1::1]:3478" : "203.0.113.1:3478");
    // Few users over streams, so that a connection finds another stream of its user.
    const auto& [username, password] = users[i % 8 == 7 ? 3 : i < kDatagramClients ? i % 3 : i % 2];
    const Transport transport = i < kDatagramClients ? Transport::udp : i % 4 == 2 ? Transport::tls : Transport::tcp;
    clients_.push_back({{source, listener, transport}, username, password, password.empty(), i % 5 == 0, {}, {}});
  }
}

std::size_t RandomWalk::pick(std::size_t bound) {
  std::array<std::uint8_t, 2> bytes{};
  const std::size_t needed = bound <= 256 ? 1 : 2;
  choices_.fill(std::span(bytes).first(needed));
  return (needed == 1 ? bytes[0] : static_cast<std::size_t>(bytes[0] << 8U | bytes[1])) % bound;
}

RandomWalk::WalkingClient& RandomWalk::pick_stream_client() {
  return clients_[kDatagramClients + pick(kClients - kDatagramClients)];
}

Endpoint RandomWalk::pick_peer() {
  static constexpr std::array kAddresses{"198.51.100.1", "198.51.100.2",   "198.51.100.3",  "198.51.100.4",
                                         "198.51.100.5", "2001:db8:2::1",  "2001:db8:2::2", "10.0.0.1",
                                         "203.0.113.10", "2001:db8:1::10", "198.51.100.66", "203.0.113.1"};
  const auto port = static_cast<std::uint16_t>(one_in(4) ? 50'000 + pick(12) : 7000 + pick(3));
  if (!one_in(4)) return {address(kAddresses[pick(6)]), port};
  return {address(kAddresses[pick(kAddresses.size())]), one_in(8) ? std::uint16_t{0} : port};
}

Endpoint RandomWalk::pick_likely_peer() {
  if (recent_peers_.empty() || one_in(4)) return pick_peer();
  return recent_peers_[pick(recent_peers_.size())];
}

Endpoint RandomWalk::remember(const Endpoint& peer) {
  if (recent_peers_.size() == kRecent) recent_peers_.erase(recent_peers_.begin());
  recent_peers_.push_back(peer);
  return peer;
}

Bytes RandomWalk::pick_bytes(std::size_t max) {
  Bytes bytes(pick(max + 1));
  choices_.fill(bytes);
  return bytes;
}

void RandomWalk::step() {
  switch (pick(20)) {
    case 0: send_noise(); break;
    case 1: send_free_form_request(); break;
    case 2: send_retransmission(); break;
    case 3:
    case 4: send_payload(); break;
    case 5:
    case 6: send_from_peer(); break;
    case 7: report_icmp(); break;
    case 8: pass_time(); break;
    case 9: disturb(); break;
    case 10: connect_from_peer(); break;
    case 11: use_connection(); break;
    case 12: end_connection(); break;
    case 13: decide_connects(); break;
    default: send_request(); break;
  }
  clock_.advance(std::chrono::milliseconds{pick(256)});
  read_answers();
  server_.check_consistency();
  check_connections();
  check_totals();
}

void RandomWalk::finish() {
  server_.accept_all_sockets();
  server_.answer_held_opens(clock_.now());
  const Instant end = clock_.mono() + std::chrono::hours{3};
  for (auto deadline = server_.next_deadline(); deadline; deadline = server_.next_deadline()) {
    demand(*deadline <= end, "a deadline beyond every lifetime");
    clock_.advance_to(*deadline);
    server_.tick(clock_.now());
    server_.check_consistency();
  }
  demand(server_.allocations() == 0, "allocations left");
  demand(server_.reservations() == 0, "reservations left");
  demand(server_.ports_in_use() == 0, "ports left");
  demand(server_.ledger().total() == 0, "allocations counted");
  demand(server_.ledger().users() == 0, "users counted");
  demand(server_.ledger().client_addresses() == 0, "client addresses counted");
  demand(server_.started().size() == server_.ended().size(), "started and ended disagree");
}

void RandomWalk::deliver(WalkingClient& client, ByteSpan datagram) {
  const auto verdict = server_.on_client_datagram(client.five_tuple, datagram, clock_.now());
  if (verdict.kind == turn::ClientVerdict::Kind::forward) ++forwarded_;
}

void RandomWalk::challenge(WalkingClient& client) {
  if (client.ephemeral) {
    const auto credential = turn::mint_ephemeral(kSecret, "carol", clock_.wall() + Seconds{2000});
    client.username = credential.username;
    client.password = credential.password;
  }
  std::array<std::uint8_t, 64> buffer{};
  stun::MessageBuilder builder(buffer, Method::allocate, MessageClass::request, client::make_transaction_id(choices_));
  deliver(client, builder.finish());
  for (const Bytes& answer : server_.take_for(client.five_tuple)) {
    const auto view = stun::MessageView::parse(answer);
    if (!view || view->message_class() != MessageClass::error) continue;
    auto challenge = client::read_challenge(*view);
    if (!challenge) continue;
    if (client.rfc5389_only) {
      challenge->password_algorithms.clear();
      challenge->algorithm.reset();
    }
    client.signer = client::Signer::answer(*challenge, client.username, client.password);
  }
}

void RandomWalk::send_signed(WalkingClient& client, stun::MessageBuilder& builder) {
  if (!client.signer || one_in(24)) challenge(client);
  if (client.signer && !one_in(12)) {
    client::Signer signer = *client.signer;
    if (one_in(12)) corrupt(signer);
    signer.sign(builder);
  }
  if (one_in(6)) builder.add_fingerprint();
  Bytes request = to_bytes(builder.finish());
  if (request.empty()) return;
  if (one_in(24)) request[pick(request.size())] ^= static_cast<std::uint8_t>(1 + pick(255));
  deliver(client, request);
  if (client.recent.size() == kRecent) client.recent.erase(client.recent.begin());
  client.recent.push_back(std::move(request));
}

void RandomWalk::corrupt(client::Signer& signer) {
  switch (pick(6)) {
    case 0: signer.username += "x"; break;
    case 1: signer.realm += "x"; break;
    case 2: signer.nonce[pick(signer.nonce.size())] = 'x'; break;
    case 3: signer.password_algorithms.clear(); break;
    case 4: signer.userhash = !signer.userhash; break;
    default: signer.sha256_length = 16 + 4 * pick(5); break;
  }
}

void RandomWalk::send_request() {
  const Method method = kMethods[pick(kMethods.size())];
  const bool of_streams = method == Method::connect || method == Method::connection_bind;
  send_request(of_streams && !one_in(8) ? pick_stream_client() : pick_client(), method);
}

void RandomWalk::send_request(WalkingClient& client, Method method) {
  std::array<std::uint8_t, 1200> buffer{};
  stun::MessageBuilder builder(buffer, method, MessageClass::request, client::make_transaction_id(choices_));
  add_attributes(client, method, builder);
  send_signed(client, builder);
}

void RandomWalk::add_allocate(const WalkingClient& client, stun::MessageBuilder& builder) {
  client::AllocateOptions options;
  const bool stream = client.five_tuple.transport != Transport::udp;
  const bool tcp = stream ? !one_in(4) : one_in(32);
  const auto family = one_in(3) ? AddressFamily::ipv6 : AddressFamily::ipv4;
  if (one_in(4)) options.family = family;
  if (one_in(4)) options.additional_family = AddressFamily::ipv6;
  if (one_in(tcp ? 16 : 3)) options.even_port = one_in(2);
  if (!tokens_.empty() && one_in(tcp ? 16 : 4)) {
    options = {};
    options.reservation = tokens_[pick(tokens_.size())];
  }
  if (one_in(4)) options.lifetime = Seconds{static_cast<int>(pick(5000))};
  if (tcp) options.transport = 6;
  client::add_allocate(builder, options);
}

void RandomWalk::add_attributes(const WalkingClient& client, Method method, stun::MessageBuilder& builder) {
  if (method == Method::allocate) {
    add_allocate(client, builder);
  } else if (method == Method::connect) {
    builder.add_xor_address(AttributeType::xor_peer_address, remember(pick_likely_peer()));
  } else if (method == Method::connection_bind) {
    client::add_connection(builder, pick_connection());
  } else if (method == Method::refresh) {
    const auto lifetime = one_in(3) ? 0 : static_cast<int>(pick(5000));
    const auto family = one_in(4) ? std::optional{one_in(2) ? AddressFamily::ipv6 : AddressFamily::ipv4} : std::nullopt;
    client::add_refresh(builder, Seconds{lifetime}, family);
  } else if (method == Method::create_permission) {
    const std::size_t count = one_in(8) ? pick(10) : 1;
    for (std::size_t i = 0; i < count; ++i)
      builder.add_xor_address(AttributeType::xor_peer_address, remember(pick_peer()));
  } else {
    const std::size_t number = one_in(16) ? pick(65'536) : 0x4000 + pick(5);
    client::add_channel(builder, static_cast<std::uint16_t>(number), remember(pick_likely_peer()));
  }
  if (one_in(16)) add_random_attributes(builder);
}

void RandomWalk::add_random_attributes(stun::MessageBuilder& builder) {
  const std::size_t count = pick(6);
  for (std::size_t i = 0; i < count; ++i) builder.add(kAttributes[pick(kAttributes.size())], pick_bytes(24));
}

void RandomWalk::send_free_form_request() {
  std::array<std::uint8_t, 1200> buffer{};
  WalkingClient& client = pick_client();
  const auto method = static_cast<Method>(pick(13));
  const auto message_class = one_in(4) ? static_cast<MessageClass>(pick(4)) : MessageClass::request;
  stun::MessageBuilder builder(buffer, method, message_class, client::make_transaction_id(choices_));
  add_random_attributes(builder);
  send_signed(client, builder);
}

void RandomWalk::send_noise() {
  Bytes noise = pick_bytes(120);
  if (noise.size() >= 8 && one_in(2)) {  // let it look like STUN
    noise[0] &= 0x3fU;
    store_be(MutableByteSpan(noise).subspan<2, 2>(), static_cast<std::uint16_t>(noise.size() - 20));
    store_be(MutableByteSpan(noise).subspan<4, 4>(), stun::kMagicCookie);
  }
  deliver(pick_client(), noise);
}

void RandomWalk::send_retransmission() {
  WalkingClient& client = pick_client();
  if (!client.recent.empty()) deliver(client, Bytes(client.recent[pick(client.recent.size())]));
}

void RandomWalk::send_payload() {
  std::array<std::uint8_t, 2048> buffer{};
  WalkingClient& client = pick_client();
  const Bytes payload(pick(1200), 0x55);
  const auto number = static_cast<std::uint16_t>(0x4000 + pick(5));
  const ByteSpan datagram =
      one_in(2) ? client::write_channel_data(buffer, number, payload, one_in(2))
                : client::write_send_indication(buffer, pick_likely_peer(), payload, choices_, one_in(3));
  deliver(client, one_in(16) ? datagram.first(pick(datagram.size() + 1)) : datagram);
}

void RandomWalk::send_from_peer() {
  const auto sockets = server_.open_addresses();
  if (sockets.empty()) return;
  const Bytes payload(pick(1200), 0x66);
  const auto verdict =
      server_.on_peer_datagram(sockets[pick(sockets.size())], pick_likely_peer(), payload, clock_.now());
  if (verdict && verdict->kind != turn::PeerVerdict::Kind::drop) ++delivered_;
}

void RandomWalk::report_icmp() {
  const auto sockets = server_.open_addresses();
  if (sockets.empty()) return;
  const stun::Icmp icmp{.type = 3, .code = static_cast<std::uint8_t>(pick(16)), .error_data = 0};
  server_.on_peer_icmp(sockets[pick(sockets.size())], pick_peer(), icmp, clock_.now());
}

void RandomWalk::pass_time() {
  switch (pick(8)) {
    case 0:
      if (one_in(4)) clock_.advance(Seconds{pick(1000)});
      break;
    case 1: {
      const auto deadline = server_.next_deadline();
      if (deadline) clock_.advance_to(*deadline);
      break;
    }
    case 2: clock_.step_wall(Seconds{static_cast<int>(pick(7200)) - 3600}); break;
    case 3: clock_.advance(Seconds{pick(60)}); break;
    default: clock_.advance(std::chrono::milliseconds{pick(2000)}); break;
  }
  server_.tick(clock_.now());
}

void RandomWalk::disturb() {
  switch (pick(8)) {
    case 0: server_.on_client_closed(pick_client().five_tuple, clock_.now()); break;
    case 1: server_.hold_opens(true); break;
    case 2:
    case 3:
    case 4: server_.answer_held_opens(clock_.now()); break;
    case 5: server_.refuse_sockets_of(one_in(2) ? AddressFamily::ipv4 : AddressFamily::ipv6); break;
    case 6:
      if (one_in(16)) static_cast<void>(server_.end_all(clock_.now()));
      if (one_in(4)) govern();
      break;
    default: server_.accept_all_sockets(); break;
  }
}

void RandomWalk::read_answers() {
  for (const ToClient& message : server_.take_to_clients()) {
    const auto client = std::ranges::find(clients_, message.to, &WalkingClient::five_tuple);
    demand(client != clients_.end(), "a message to nobody");
    if ((message.bytes[0] & 0xc0U) != 0) continue;  // ChannelData
    const auto view = stun::MessageView::parse(message.bytes);
    demand(view.has_value(), "a message that does not parse");
    demand(view->message_class() != MessageClass::request, "a request from the server");
    const auto code = error_of(message.bytes);
    if (code == stun::ErrorCode::stale_nonce || code == stun::ErrorCode::unauthenticated) client->signer.reset();
    if (const auto id = view->find(AttributeType::connection_id)) {
      ++connected_;
      if (recent_connections_.size() == kRecent) recent_connections_.erase(recent_connections_.begin());
      recent_connections_.push_back(stun::read_u32(id->value).value());
    }
    if (view->message_class() != MessageClass::success) continue;
    if (view->method() == Method::connection_bind) ++bound_;
    ++successes_;
    if (const auto token = view->find(AttributeType::reservation_token)) {
      if (tokens_.size() == kRecent) tokens_.erase(tokens_.begin());
      std::ranges::copy(token->value, tokens_.emplace_back().begin());
    }
  }
  for (const ToPeer& datagram : server_.take_to_peers()) {
    demand(datagram.to.port != 0, "a datagram to port 0");
    demand(datagram.to.address != address("10.0.0.1"), "a datagram to a denied address");
    demand(datagram.to.address != address("198.51.100.66"), "a datagram to a denied address");
    demand(datagram.to.address != address("203.0.113.1"), "a datagram to our own listener");
  }
}

}  // namespace turnpike::test
