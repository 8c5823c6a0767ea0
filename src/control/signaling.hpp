#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/asio/io_context.hpp>

#include "control/exchange.hpp"
#include "control/room_token.hpp"
#include "control/routes.hpp"
#include "control/text_channel.hpp"
#include "control/websocket.hpp"
#include "turnpike/base/ip_address.hpp"
#include "turnpike/control/signaling_counters.hpp"
#include "turnpike/rooms/message_tag.hpp"
#include "turnpike/rooms/native_codec.hpp"
#include "turnpike/rooms/room_core.hpp"

namespace turnpike::control {

/// A client of the rooms as the hub sees it: a dialect's session.
class RoomClient {
 public:
  RoomClient() = default;
  RoomClient(const RoomClient&) = delete;
  RoomClient& operator=(const RoomClient&) = delete;
  virtual ~RoomClient() = default;

  /// Never from within a call of its own on the hub that it has not returned from, except join(), signal(), chat(),
  /// leave() and detach() of itself or others: whatever those bring about is delivered before they return. Must not
  /// call the hub, but for make_grant() and what only reads.
  virtual void deliver(const rooms::Delivery& delivery) = 0;
  /// The server takes no new joins.
  virtual void on_draining() = 0;
};

/// Who may join: what the auth mode makes of a token.
struct Admission {
  std::string room;  ///< empty: as the client says
  std::string user;  ///< likewise
  std::string name;  ///< likewise
  rooms::Permissions may;
  /// JoinRequest::owner: who has a token in this user's name cannot be replaced by who has one in nobody's.
  std::string owner;
};

/// The rooms with their sockets, timers and credentials. Lives on the control loop.
class Signaling {
 public:
  /// `context` outlives this.
  Signaling(boost::asio::io_context& loop, RouteContext& context);
  Signaling(const Signaling&) = delete;
  Signaling& operator=(const Signaling&) = delete;
  ~Signaling();

  /// context.settings have changed.
  void apply();
  void start_draining();
  [[nodiscard]] bool is_draining() const noexcept;
  void stop();
  /// Does what is due by the clock. The hub's own timer calls it; tests with a virtual clock do so themselves.
  void tick();
  [[nodiscard]] Instant next_deadline() const noexcept;  ///< of tick(); kNever: nothing

  // For the dialects. -----------------------------------------------------------------------------------------------

  /// Refused: rate_limited. `client` outlives its detach().
  [[nodiscard]] Result<rooms::ClientId, rooms::Refusal> attach(RoomClient& client, const IpAddress& address,
                                                               rooms::DialectTag dialect);
  void detach(rooms::ClientId client);

  enum class Pace : std::uint8_t { fine, too_fast, flood };  ///< flood: it does not stop; close it with policy
  /// flood: kMaxStrikes more have been refused than were taken.
  [[nodiscard]] Pace admit(rooms::ClientId client, std::size_t bytes);
  /// Counts what the dialect refuses of a client. flood: kMaxStrikes of them without a message between them that it
  /// could make something of.
  [[nodiscard]] Pace count_fault(rooms::ClientId client, rooms::Refusal refusal);
  static constexpr std::uint32_t kMaxStrikes = 100;
  void count_refusal(rooms::Refusal refusal) noexcept;

  /// By a token, or by none: refused with why (code unauthorized) when the auth mode wants one, or the token does not
  /// verify, is for another room or user than asked for, or may not join.
  [[nodiscard]] Result<Admission, std::string_view> authorize(std::string_view token, std::string_view room,
                                                              std::string_view user);
  void join(rooms::ClientId client, rooms::JoinRequest request);
  void signal(rooms::ClientId client, std::string_view target, rooms::MessageTag tag, rooms::Body body,
              rooms::IfAbsent if_absent);
  void chat(rooms::ClientId client, std::string text);
  void leave(rooms::ClientId client);
  void acknowledge(rooms::ClientId client, std::uint64_t sequence);

  /// Fresh credentials for a member, whose user part is room_user(); without a secret to sign with, STUN alone.
  struct Grant {
    rooms::IceGrant ice;
    Instant renew_at = kNever;  ///< when half of their time is over
  };
  [[nodiscard]] Grant make_grant(std::string_view room, std::string_view user);

  [[nodiscard]] Now now() const;
  [[nodiscard]] Random& random() noexcept;
  [[nodiscard]] const SignalingSettings& settings() const noexcept;
  [[nodiscard]] WebSocketSet& sockets() noexcept;
  [[nodiscard]] boost::asio::io_context& loop() noexcept;

  /// Whether a page of that origin may connect: none was named (no browser), it is the server's own (the Host field's),
  /// or one that the API allows. Counts those that may not.
  [[nodiscard]] bool allows_origin(const Exchange& exchange);

  // For the API. ----------------------------------------------------------------------------------------------------

  [[nodiscard]] const rooms::RoomCore& rooms() const noexcept;
  /// Ends the room for all, revokes the credentials that were handed out in it (see room_user()) and so ends its
  /// relays; `then(false)` when there is no such room.
  void close_room(std::string room, std::function<void(bool existed)> then);
  void kick(std::string room, std::string user, std::function<void(bool existed)> then);

  [[nodiscard]] SignalingCounters counters() const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

/// USER of the credentials of a member: "room:ROOM/USER", where %, / and control characters are percent-encoded, so
/// that it can be taken apart again.
[[nodiscard]] std::string room_user(std::string_view room, std::string_view user);
/// "room:ROOM", of which every room_user() of the room is a part.
[[nodiscard]] std::string room_group(std::string_view room);
struct RoomUser {
  std::string room;
  std::string user;
};
/// Nothing when it is none.
[[nodiscard]] std::optional<RoomUser> parse_room_user(std::string_view text);

// Routes of the dialects, each in its own files. `signaling` outlives the router. ------------------------------------
void add_native_routes(Router& router, Signaling& signaling);    ///< /signal
void add_peerjs_routes(Router& router, Signaling& signaling);    ///< /peerjs..., as configured at the start
void add_socketio_routes(Router& router, Signaling& signaling);  ///< /socket.io/
/// /api/v1/rooms..., /api/v1/room-tokens.
void add_room_routes(Router& router, RouteContext& context, Signaling& signaling);

}  // namespace turnpike::control
