#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "support/seeded_random.hpp"
#include "turnpike/net/dtls_engine.hpp"
#include "turnpike/net/dtls_server.hpp"

namespace turnpike::net {

using Bytes = std::vector<std::uint8_t>;

/// Sets what libssl's gettimeofday() gives: OpenSSL times its DTLS retransmissions by it. This executable's definition
/// of gettimeofday() comes before the C library's, so that no test has to wait.
void set_openssl_time(Instant now) noexcept;

std::shared_ptr<const TlsSettings> dtls_test_settings();
[[nodiscard]] FiveTuple dtls_client_at(std::uint16_t port);
/// A ClientHello with the cookie, as one datagram: the first of a flight when the cookie is empty.
[[nodiscard]] Bytes dtls_hello(ByteSpan cookie, std::uint8_t first_random_byte = 7);
/// The cookie of a HelloVerifyRequest.
[[nodiscard]] Bytes cookie_of(ByteSpan hello_verify_request);
[[nodiscard]] Bytes dtls_record(std::uint8_t type, std::uint16_t epoch, std::uint32_t sequence, ByteSpan fragment);

/// A client's side of an association, made of our own engine.
struct DtlsPeer {
  FiveTuple tuple;
  std::optional<DtlsEngine> engine;
  std::vector<std::string> received;

  [[nodiscard]] bool is_open() const { return engine->state() == DtlsEngine::State::open; }
};

struct DtlsDatagram {
  bool is_to_server = false;
  FiveTuple client;
  Bytes bytes;
};

/// One DtlsServer, its clients, the datagrams under way between them, and a clock.
class DtlsWorld final : public DtlsServer::Events {
 public:
  explicit DtlsWorld(const DtlsServer::Options& options = {});

  /// A client that has sent its first hello. At the same port: the same five-tuple.
  DtlsPeer& connect(std::uint16_t port, const TlsClientOptions& options = {});
  /// The same, and the handshake is run.
  DtlsPeer& open(std::uint16_t port);
  void send(DtlsPeer& peer, const std::string& text);
  /// From the client's address, whoever made the bytes.
  void inject(const FiveTuple& client, ByteSpan bytes);
  /// Delivers all that is under way and what comes of it.
  void run();
  void deliver(const DtlsDatagram& datagram);
  /// run() and time goes by until `done` or `limit` is reached.
  bool run_until(const std::function<bool()>& done, Duration limit = Seconds{9});
  void advance(Duration duration);
  /// Whether a message passes in each direction right now.
  [[nodiscard]] bool passes_both_ways(DtlsPeer& peer);
  /// A whole answer of the server to these bytes; nothing of it reaches a client.
  std::vector<Bytes> answer_to(const FiveTuple& client, ByteSpan bytes);

  void on_wire(const FiveTuple& client, ByteSpan datagram) noexcept override;
  void on_message(const FiveTuple& client, MutableByteSpan message) noexcept override;
  void on_closed(const FiveTuple& client) noexcept override;

  test::SeededRandom random{20240607};
  Instant now{Seconds{1000}};
  DtlsServer server;
  std::list<DtlsPeer> peers;
  std::deque<DtlsDatagram> under_way;
  std::vector<DtlsDatagram> sent;            ///< every datagram ever
  std::function<bool(std::size_t)> is_lost;  ///< by place in `sent`
  std::vector<std::string> messages;
  std::vector<FiveTuple> closed;
  bool closes_on_message = false;

 private:
  void put(DtlsDatagram datagram);
  void read(DtlsPeer& peer);
};

}  // namespace turnpike::net
