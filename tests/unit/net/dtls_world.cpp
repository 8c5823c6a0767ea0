#include "dtls_world.hpp"

#include <sys/time.h>
#include <time.h>  // NOLINT(modernize-deprecated-headers): clock_gettime

#include <algorithm>
#include <array>
#include <atomic>
#include <stdexcept>

#include "net/dtls_records.hpp"
#include "turnpike/net/made_up_certificate.hpp"

namespace turnpike::net {
namespace {

std::atomic<std::int64_t>& openssl_time() {
  static std::atomic<std::int64_t> microseconds{0};
  return microseconds;
}

template <typename F>
class SinkTo final : public ByteSink {
 public:
  explicit SinkTo(F function) : function_(std::move(function)) {}
  void write(ByteSpan bytes) noexcept override { function_(bytes); }

 private:
  F function_;
};

constexpr int kMaxDatagrams = 10'000;  // more than any test here makes

}  // namespace

void set_openssl_time(Instant now) noexcept {
  openssl_time() = std::chrono::duration_cast<std::chrono::microseconds>(now.time_since_epoch()).count();
}

std::shared_ptr<const TlsSettings> dtls_test_settings() {
  const std::vector<std::string> hosts{"turn.example"};
  const auto now = std::chrono::floor<Seconds>(std::chrono::system_clock::now());
  const auto certificate = make_up_certificate(hosts, now, Seconds{86400});
  test::SeededRandom random{1};
  const std::vector<CertificatePem> certificates{certificate->server};
  return *TlsSettings::make(certificates, {.only_tls13 = false, .alpn = {"stun.turn", "http/1.1"}}, random);
}

FiveTuple dtls_client_at(std::uint16_t port) {
  return {{IpAddress::v4(192, 0, 2, 1), port}, {IpAddress::v4(198, 51, 100, 1), 5349}, Transport::dtls};
}

Bytes dtls_record(std::uint8_t type, std::uint16_t epoch, std::uint32_t sequence, ByteSpan fragment) {
  Bytes bytes(13 + fragment.size());
  ByteWriter writer{bytes};
  writer.write_u8(type);
  writer.write_u16(0xfefd);
  writer.write_u16(epoch);
  writer.write_u16(0);
  writer.write_u32(sequence);
  writer.write_u16(static_cast<std::uint16_t>(fragment.size()));
  writer.write(fragment);
  return bytes;
}

Bytes dtls_hello(ByteSpan cookie, std::uint8_t first_random_byte) {
  Bytes body{0xfe, 0xfd, first_random_byte};
  body.resize(34, 0x5a);
  body.push_back(0);
  body.push_back(static_cast<std::uint8_t>(cookie.size()));
  body.insert(body.end(), cookie.begin(), cookie.end());
  // TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256; no compression; supported_groups, signature_algorithms
  for (const int byte : {0, 2, 0xc0, 0x2b, 1, 0, 0, 16, 0, 10, 0, 4, 0, 2, 0, 23, 0, 13, 0, 4, 0, 2, 4, 3}) {
    body.push_back(static_cast<std::uint8_t>(byte));
  }
  const auto size = static_cast<std::uint8_t>(body.size());
  const std::uint8_t sequence = cookie.empty() ? 0 : 1;
  Bytes message{1, 0, 0, size, 0, sequence, 0, 0, 0, 0, 0, size};
  message.insert(message.end(), body.begin(), body.end());
  return dtls_record(22, 0, sequence, message);
}

Bytes cookie_of(ByteSpan hello_verify_request) {
  return {hello_verify_request.begin() + 28, hello_verify_request.end()};
}

DtlsWorld::DtlsWorld(const DtlsServer::Options& options) : server(dtls_test_settings(), options, random) {
  set_openssl_time(now);
}

DtlsPeer& DtlsWorld::connect(std::uint16_t port, const TlsClientOptions& options) {
  const FiveTuple tuple = dtls_client_at(port);
  peers.remove_if([&](const DtlsPeer& peer) { return peer.tuple == tuple; });
  DtlsPeer& peer = peers.emplace_back();
  peer.tuple = tuple;
  SinkTo wire{[&](ByteSpan bytes) { inject(tuple, bytes); }};
  auto engine = DtlsEngine::connect(options, wire);
  peer.engine = *std::move(engine);
  return peer;
}

DtlsPeer& DtlsWorld::open(std::uint16_t port) {
  DtlsPeer& peer = connect(port);
  run();
  if (!peer.is_open()) throw std::runtime_error("the handshake has failed");
  return peer;
}

void DtlsWorld::send(DtlsPeer& peer, const std::string& text) {
  SinkTo wire{[&](ByteSpan bytes) { inject(peer.tuple, bytes); }};
  peer.engine->write(as_bytes(text), wire);
}

void DtlsWorld::inject(const FiveTuple& client, ByteSpan bytes) { put({true, client, {bytes.begin(), bytes.end()}}); }

void DtlsWorld::put(DtlsDatagram datagram) {
  if (!is_lost || !is_lost(sent.size())) under_way.push_back(datagram);
  sent.push_back(std::move(datagram));
}

void DtlsWorld::on_wire(const FiveTuple& client, ByteSpan datagram) noexcept {
  put({false, client, {datagram.begin(), datagram.end()}});
}

void DtlsWorld::on_message(const FiveTuple& client, MutableByteSpan message) noexcept {
  messages.emplace_back(as_text(message));
  std::fill(message.begin(), message.end(), std::uint8_t{0});  // it may be written to
  if (closes_on_message) server.close(client, *this);
}

void DtlsWorld::on_closed(const FiveTuple& client) noexcept { closed.push_back(client); }

void DtlsWorld::read(DtlsPeer& peer) {
  SinkTo wire{[&](ByteSpan bytes) { inject(peer.tuple, bytes); }};
  Bytes plain(16384);
  while (const std::size_t size = peer.engine->read(plain, wire)) {
    peer.received.emplace_back(as_text(ByteSpan{plain}.first(size)));
  }
}

void DtlsWorld::deliver(const DtlsDatagram& datagram) {
  if (datagram.is_to_server) {
    server.receive(datagram.client, datagram.bytes, now, *this);
    return;
  }
  for (DtlsPeer& peer : peers) {
    if (peer.tuple != datagram.client) continue;
    peer.engine->feed(datagram.bytes);
    read(peer);
  }
}

void DtlsWorld::run() {
  for (int count = 0; !under_way.empty(); ++count) {
    if (count == kMaxDatagrams) throw std::runtime_error("this never ends");
    const DtlsDatagram datagram = std::move(under_way.front());
    under_way.pop_front();
    deliver(datagram);
  }
}

void DtlsWorld::advance(Duration duration) {
  now += duration;
  set_openssl_time(now);
  server.tick(now, *this);
  for (DtlsPeer& peer : peers) {
    SinkTo wire{[&](ByteSpan bytes) { inject(peer.tuple, bytes); }};
    if (peer.engine->time_to_retransmission() == Duration{}) peer.engine->on_timeout(wire);
  }
}

bool DtlsWorld::run_until(const std::function<bool()>& done, Duration limit) {
  constexpr Duration kStep = std::chrono::milliseconds{100};
  run();
  for (Duration passed{}; passed < limit && !done(); passed += kStep) {
    advance(kStep);
    run();
  }
  return done();
}

bool DtlsWorld::passes_both_ways(DtlsPeer& peer) {
  messages.clear();
  peer.received.clear();
  send(peer, "there");
  run();
  const bool is_sent = server.send(peer.tuple, as_bytes("and back"), *this);
  run();
  return is_sent && messages == std::vector<std::string>{"there"} &&
         peer.received == std::vector<std::string>{"and back"};
}

std::vector<Bytes> DtlsWorld::answer_to(const FiveTuple& client, ByteSpan bytes) {
  const auto before = under_way.size();
  server.receive(client, bytes, now, *this);
  std::vector<Bytes> answers;
  for (; under_way.size() > before; under_way.pop_back()) answers.push_back(under_way.back().bytes);
  std::reverse(answers.begin(), answers.end());
  return answers;
}

}  // namespace turnpike::net

extern "C" int gettimeofday(timeval* time, void* /*zone*/) noexcept {
  const std::int64_t set = turnpike::net::openssl_time();
  if (set != 0) {
    *time = {set / 1'000'000, set % 1'000'000};
    return 0;
  }
  timespec real{};
  clock_gettime(CLOCK_REALTIME, &real);
  *time = {real.tv_sec, real.tv_nsec / 1000};
  return 0;
}
