#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "turnpike/base/result.hpp"
#include "turnpike/base/time.hpp"
#include "turnpike/rooms/notice.hpp"

namespace turnpike::rooms {

/// Why a text is no message of a dialect.
struct CodecFault {
  Refusal code = Refusal::bad_message;
  std::string words;  ///< for people
  std::string ref;    ///< the message's own `ref`, as JSON text; empty when it has none
};

// `/signal`: one JSON object in a text, its kind in the member "type". Unknown members are ignored; an unknown type, a
// duplicate name, a value of another kind or nesting deeper than 32 is a fault. A member that is null is absent. A
// number as an id is its text. ---------------------------------------------------------------------------------------

struct NativeJoin {
  std::string room;  ///< roomId; empty when it is absent
  std::string user;  ///< userId
  std::string name;
  std::string token;
  std::string resume;
  std::optional<std::uint64_t> seen;  ///< lastSeq
};
struct NativeSignal {
  Body body;           ///< `data`, any value (null too), as JSON text
  std::string target;  ///< targetUserId; empty: all others
};
struct NativeChat {
  std::string text;
};
struct NativeLeave {};
struct NativePing {};

struct NativeMessage {
  std::variant<NativeJoin, NativeSignal, NativeChat, NativeLeave, NativePing> content;
  std::string ref;  ///< JSON text of the message's `ref` (a text of at most 64 bytes or a number); empty: none
};

[[nodiscard]] Result<NativeMessage, CodecFault> parse_native(std::string_view text);

/// What joining brings with it. JSON text of what `new RTCPeerConnection` takes as iceServers ("[]" if there are none).
struct IceGrant {
  std::string ice_servers = "[]";
  std::string expires_at;  ///< RFC 3339; empty: nothing expires (`expiresAt` is null)
};

[[nodiscard]] std::string write_native_hello(Seconds heartbeat);
[[nodiscard]] std::string write_native_joined(const Joined& joined, std::uint64_t sequence, const IceGrant& ice);
[[nodiscard]] std::string write_native_ice_servers(const IceGrant& ice);
[[nodiscard]] std::string write_native_draining(Seconds reconnect_after);
[[nodiscard]] std::string write_native_pong();
/// `ref`: JSON text or empty.
[[nodiscard]] std::string write_native_error(Refusal code, std::string_view words, std::string_view ref);
/// PeerJoined, PeerLeft, Signal and Chat, with `seq`; nothing for the others. A signal's body is copied as it is: it is
/// what a parser of any dialect made.
[[nodiscard]] std::optional<std::string> write_native(const Notice& notice, std::uint64_t sequence);

}  // namespace turnpike::rooms
