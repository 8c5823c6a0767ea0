#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>

#include "turnpike/base/bytes.hpp"
#include "turnpike/base/five_tuple.hpp"
#include "turnpike/base/random.hpp"
#include "turnpike/base/time.hpp"
#include "turnpike/net/tls_failure.hpp"
#include "turnpike/net/tls_settings.hpp"

namespace turnpike::net {

/// All DTLS associations of one worker. A ClientHello without a valid cookie is answered with HelloVerifyRequest and
/// leaves nothing behind (RFC 6347 section 4.2.1). A ClientHello with one on a five-tuple that has a live association
/// starts a second beside it, which takes its place only when its handshake is complete (section 4.2.8). No socket, no
/// clock; one thread.
class DtlsServer {
 public:
  struct Options {
    std::uint32_t max_handshakes = 1024;     ///< the oldest unfinished one makes room for the next
    std::uint32_t max_associations = 16384;  ///< finished ones; beyond it new hellos are dropped
    Duration handshake_timeout = Seconds{10};
    Duration idle_timeout = Seconds{10};  ///< without a message, while not held
  };

  /// What the associations cause. Called from inside receive(), send(), close() and tick(); must not call back into
  /// the server, except close() of the five-tuple at hand from on_message().
  class Events {
   public:
    Events() = default;
    Events(const Events&) = delete;
    Events& operator=(const Events&) = delete;
    virtual ~Events() = default;
    /// Send this datagram to client.client from client.server.
    virtual void on_wire(const FiveTuple& client, ByteSpan datagram) noexcept = 0;
    /// A decrypted record; `message` may be written to and is valid during the call.
    virtual void on_message(const FiveTuple& client, MutableByteSpan message) noexcept = 0;
    /// A live association ended (close_notify, idle, failed), but not by close().
    virtual void on_closed(const FiveTuple& client) noexcept = 0;
  };

  struct Counters {
    std::uint64_t hello_verify_requests = 0;
    std::uint64_t bad_cookies = 0;
    std::uint64_t handshakes = 0;       ///< completed
    std::uint64_t evicted = 0;          ///< unfinished ones that made room
    std::uint64_t timed_out = 0;        ///< unfinished ones
    std::uint64_t refused = 0;          ///< max_associations
    std::uint64_t ignored_records = 0;  ///< datagrams that were for no association, or a hello repeated
    std::array<std::uint64_t, static_cast<std::size_t>(TlsFailure::count_)> failures{};
  };

  DtlsServer(std::shared_ptr<const TlsSettings> settings, const Options& options, Random& random);
  DtlsServer(const DtlsServer&) = delete;
  DtlsServer& operator=(const DtlsServer&) = delete;
  ~DtlsServer();

  /// For handshakes that begin from now on. Null: none begins any more.
  void set_settings(std::shared_ptr<const TlsSettings> settings) noexcept;
  /// Also for what waits already. Beyond a lower bound nobody is thrown out.
  void set_options(const Options& options) noexcept;

  /// `client` has transport dtls. Never throws; without memory the datagram is dropped.
  void receive(const FiveTuple& client, ByteSpan datagram, Instant now, Events& events) noexcept;
  /// False when there is no live association or the message is too large.
  bool send(const FiveTuple& client, ByteSpan message, Events& events) noexcept;
  /// An association with an allocation is held: it is not closed for being idle.
  void hold(const FiveTuple& client, bool held, Instant now) noexcept;
  void close(const FiveTuple& client, Events& events) noexcept;
  void close_all(Events& events) noexcept;

  void tick(Instant now, Events& events) noexcept;
  [[nodiscard]] std::optional<Instant> next_deadline() const noexcept;

  /// Whether there is an association, or one in the making.
  [[nodiscard]] bool has(const FiveTuple& client) const noexcept;
  [[nodiscard]] std::size_t handshake_count() const noexcept;
  [[nodiscard]] std::size_t association_count() const noexcept;
  [[nodiscard]] const Counters& counters() const noexcept;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace turnpike::net
