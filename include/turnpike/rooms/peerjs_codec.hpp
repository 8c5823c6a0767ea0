#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "turnpike/base/result.hpp"
#include "turnpike/rooms/message_tag.hpp"
#include "turnpike/rooms/native_codec.hpp"

namespace turnpike::rooms {

/// A frame of PeerServer's protocol as the stock client sends it. Unknown types are `other`: dropped without a word,
/// and so are offers, answers and candidates without a destination.
struct PeerJsMessage {
  enum class Type : std::uint8_t { heartbeat, offer, answer, candidate, leave, other };
  Type type = Type::other;
  std::string destination;  ///< dst; empty when it is absent, which it can be with LEAVE alone
  Body payload;             ///< JSON text; "null" when it is absent
};
[[nodiscard]] Result<PeerJsMessage, CodecFault> parse_peerjs(std::string_view text);
/// offer, answer, candidate and leave only.
[[nodiscard]] MessageTag tag_of(PeerJsMessage::Type type) noexcept;

[[nodiscard]] std::string write_peerjs_open();
[[nodiscard]] std::string write_peerjs_id_taken();
[[nodiscard]] std::string write_peerjs_error(std::string_view words);
/// What the client turns into `peer-unavailable`.
[[nodiscard]] std::string write_peerjs_expire(std::string_view absent, std::string_view sender);
/// A signal of a member that speaks another dialect is written when its body is an object with `type` "OFFER",
/// "ANSWER", "CANDIDATE" or "LEAVE" (and `payload`). What PeerServer's protocol cannot say: nothing. `self`: the
/// receiver's id.
[[nodiscard]] std::optional<std::string> write_peerjs(const Notice& notice, std::string_view self);

}  // namespace turnpike::rooms
