#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "turnpike/base/result.hpp"
#include "turnpike/rooms/message_tag.hpp"
#include "turnpike/rooms/native_codec.hpp"

namespace turnpike::rooms {

// Engine.IO 4 (protocol revision 4) and Socket.IO 5, text packets only. ---------------------------------------------

enum class EngineType : char {
  open = '0',
  close = '1',
  ping = '2',
  pong = '3',
  message = '4',
  upgrade = '5',
  noop = '6',
};
/// A view into what was parsed.
struct EnginePacket {
  EngineType type = EngineType::noop;
  std::string_view content;
};
/// A client that polls sends what has gathered during its last POST at once: in a full room the candidates for every
/// member, as many as the rate lets through in one go (RoomLimits::messages_per_second).
inline constexpr std::size_t kMaxPayloadPackets = 1024;
/// One WebSocket text frame. Nothing when it is none.
[[nodiscard]] std::optional<EnginePacket> parse_engine_packet(std::string_view text) noexcept;
/// The body of a polling POST: packets with U+001E between them, at most kMaxPayloadPackets. Nothing when one is none,
/// or is binary ("b...").
[[nodiscard]] std::optional<std::vector<EnginePacket>> parse_engine_payload(std::string_view body);
/// {"sid",...} of the open packet, with its type in front.
[[nodiscard]] std::string write_engine_open(std::string_view sid, bool can_upgrade, Duration ping_interval,
                                            Duration ping_timeout, std::size_t max_payload);

/// A Socket.IO packet in an Engine.IO message.
struct SocketIoConnect {
  std::string token;  ///< `auth.token`
};
struct SocketIoDisconnect {};
struct SocketIoJoin {
  /// "join-room": (roomId), (roomId, userId) or one object as in the native dialect, which may also say `room`.
  NativeJoin join;
};
struct SocketIoSignal {
  std::string room;    ///< roomId or room; empty when it is absent: the one that it is in
  std::string target;  ///< targetUserId; empty: all others
  MessageTag tag = MessageTag::signal;
  Body body;
};
struct SocketIoChat {
  std::string room;  ///< "chat": (text) or {roomId?, text}
  std::string text;
};
struct SocketIoLeave {};  ///< "leave-room"
/// An event that nobody knows; acknowledged with an error if it asks for it.
struct SocketIoOther {
  std::string event;
};
struct SocketIoPacket {
  std::variant<SocketIoConnect, SocketIoDisconnect, SocketIoJoin, SocketIoSignal, SocketIoChat, SocketIoLeave,
               SocketIoOther>
      content;
  std::string name_space = "/";      ///< any other is answered with write_socketio_connect_error()
  std::optional<std::uint64_t> ack;  ///< the id under which an acknowledgement is wanted
};
/// Faults: no Socket.IO, binary packets, an acknowledgement (we ask for none), nesting deeper than 32, an event that is
/// ours with arguments that are not. A fault of the last kind has code bad_message and `ref` the ack id; all others
/// have an empty `ref` and mean that the connection is of no use (see is_fatal).
struct SocketIoFault {
  std::string words;
  bool is_fatal = true;
  std::optional<std::uint64_t> ack;
};
[[nodiscard]] Result<SocketIoPacket, SocketIoFault> parse_socketio(std::string_view message);

// All of these are whole Engine.IO packets ("4" in front).
[[nodiscard]] std::string write_socketio_connected(std::string_view sid);
[[nodiscard]] std::string write_socketio_connect_error(std::string_view name_space, std::string_view words);
[[nodiscard]] std::string write_socketio_disconnect();
/// `json`: one argument as JSON text.
[[nodiscard]] std::string write_socketio_event(std::string_view event, std::string_view json);
/// `json`: one argument as JSON text, or empty for none.
[[nodiscard]] std::string write_socketio_ack(std::uint64_t ack, std::string_view json);
/// The object of the native dialect without its `type` as the argument of the event named like that type; offers,
/// answers and candidates as the sender's event with `from` and `room` added, signals with `roomId`; `room` is where
/// the receiver is. Nothing where write_native() has nothing.
[[nodiscard]] std::optional<std::string> write_socketio(const Notice& notice, std::uint64_t sequence,
                                                        std::string_view room);
/// A native message ({"type":...,...}) as the argument of an event: without its `type`.
[[nodiscard]] std::string strip_type(std::string_view native);

}  // namespace turnpike::rooms
