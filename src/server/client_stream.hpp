#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "server/stream_end.hpp"
#include "server/stream_policy.hpp"
#include "turnpike/base/bytes.hpp"
#include "turnpike/base/five_tuple.hpp"
#include "turnpike/net/byte_sink.hpp"
#include "turnpike/net/proxy_header.hpp"
#include "turnpike/net/tls_engine.hpp"
#include "turnpike/net/tls_settings.hpp"
#include "turnpike/stun/stream_framing.hpp"

namespace turnpike::server {

/// A client's TCP connection from its first byte on, as a state machine without its socket: PROXY protocol header, TLS,
/// and by ALPN and first bytes TURN or HTTP. Movable between threads, one at a time.
///
/// The loop: feed() what was read, then next() until it wants more bytes or ends.
class ClientStream {
 public:
  enum class Phase : std::uint8_t {
    proxy_header,
    sniff,      ///< what is it?
    handshake,  ///< TLS
    sniff_tls,  ///< what is inside?
    turn,
    data,  ///< of a TCP relayed connection (RFC 6062), after start_data()
    http,  ///< hand it over: take_tls(), take_plaintext()
    ended,
  };
  struct Step {
    enum class Kind : std::uint8_t {
      need_more,
      phase_changed,  ///< see phase(); at `turn` the transport is known, after `proxy_header` the client is
      message,        ///< `bytes` is one STUN or ChannelData message
      data,           ///< `bytes` belong to the peer
      end,            ///< `reason` tells why
    };
    Kind kind = Kind::need_more;
    ByteSpan bytes{};  ///< valid until the next call
    StreamEnd reason = StreamEnd::closed_by_client;
  };
  /// Enough for a TLS record.
  static constexpr std::size_t kScratchBytes = 16384;
  /// Before there is an allocation nobody has reason for more: the largest request is under 4 KiB.
  static constexpr std::size_t kMaxFirstMessage = 8192;
  static constexpr std::size_t kMaxMessage = 20 + 65535;

  /// `tls` may be null when the policy has no use for it.
  ClientStream(std::shared_ptr<const StreamPolicy> policy, std::shared_ptr<const net::TlsSettings> tls);

  /// Must stay valid until next() wants more, or own_pending() is called.
  void feed(ByteSpan bytes) noexcept { fed_ = bytes; }
  /// `scratch` is for decrypting and must be the same from feed() on; what must go to the client goes to `wire`.
  [[nodiscard]] Step next(MutableByteSpan scratch, net::ByteSink& wire);

  /// False when the stream cannot take it (any more).
  bool write(ByteSpan bytes, net::ByteSink& wire) noexcept;
  /// TLS says goodbye.
  void close(net::ByteSink& wire) noexcept;

  /// Now that there is an allocation, or none any more.
  void allow_large_messages(bool allowed) noexcept {
    framer_.set_max_message(allowed ? kMaxMessage : kMaxFirstMessage);
  }
  /// What follows the last message is not TURN any more.
  void start_data();
  /// Takes into own memory what was fed and not given out, so that the stream can move.
  void own_pending(MutableByteSpan scratch, net::ByteSink& wire);
  // For the hand-over of HTTP, after own_pending().
  [[nodiscard]] std::optional<net::TlsEngine> take_tls() noexcept { return std::move(tls_); }
  [[nodiscard]] std::vector<std::uint8_t> take_plaintext() noexcept { return std::move(inner_held_); }

  [[nodiscard]] Phase phase() const noexcept { return phase_; }
  [[nodiscard]] Transport transport() const noexcept { return tls_ ? Transport::tls : Transport::tcp; }
  /// What the PROXY header said, if it named endpoints.
  [[nodiscard]] const std::optional<Endpoint>& proxied_client() const noexcept { return proxied_client_; }
  /// Whether unencrypted or encrypted, part of a message waits for the rest.
  [[nodiscard]] net::TlsFailure tls_failure() const noexcept { return tls_ ? tls_->failure() : net::TlsFailure::none; }

 private:
  using Bytes = std::vector<std::uint8_t>;

  [[nodiscard]] Step change_to(Phase phase) noexcept;
  [[nodiscard]] Step end(StreamEnd reason) noexcept;
  [[nodiscard]] Step read_proxy_header();
  [[nodiscard]] Step sniff();
  [[nodiscard]] Step begin_tls();
  [[nodiscard]] std::optional<Step> decide_inside(stun::StreamKind kind) noexcept;
  [[nodiscard]] std::optional<Step> sniff_inside(ByteSpan plain);
  /// The next plaintext into plain_; a step where there is none.
  [[nodiscard]] std::optional<Step> pull(MutableByteSpan scratch, net::ByteSink& wire);
  [[nodiscard]] std::optional<Step> pull_tls(MutableByteSpan scratch, net::ByteSink& wire);
  [[nodiscard]] bool take_outer(ByteSpan& out) noexcept;
  void hold_fed();

  std::shared_ptr<const StreamPolicy> policy_;
  std::shared_ptr<const net::TlsSettings> settings_;
  Phase phase_;
  std::optional<Endpoint> proxied_client_;
  std::optional<net::TlsEngine> tls_;
  stun::StreamFramer framer_{kMaxFirstMessage};

  ByteSpan fed_{};    // from the socket, not used yet
  Bytes held_;        // from the socket, before fed_
  Bytes outer_;       // what held_ was: the engine reads it in place
  Bytes inner_held_;  // plaintext, before what comes next
  Bytes inner_;       // what inner_held_ was: the framer reads it in place
  ByteSpan plain_{};  // plaintext just pulled
};

}  // namespace turnpike::server
