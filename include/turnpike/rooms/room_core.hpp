#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "turnpike/base/ip_address.hpp"
#include "turnpike/base/random.hpp"
#include "turnpike/base/time.hpp"
#include "turnpike/rooms/client_id.hpp"
#include "turnpike/rooms/notice.hpp"
#include "turnpike/rooms/permissions.hpp"
#include "turnpike/rooms/room_limits.hpp"

namespace turnpike::rooms {

/// How a client joins. Texts are UTF-8 without control characters; the room's is not longer than kMaxRoomId and so on,
/// or the join is refused (bad_message).
struct JoinRequest {
  std::string room{};  ///< empty: one is drawn (128 random bits)
  std::string user{};  ///< empty: one is drawn
  std::string name{};
  /// Joined::resume of the membership that is to be taken back. A wrong one, or one whose time is over, makes this a
  /// join like any other.
  std::string resume{};
  bool resume_only = false;  ///< if `resume` is of no use, refuse (unauthorized) instead of joining anew
  /// With `resume`: the last sequence number that the client has seen. Without it the client counts as having seen all
  /// that was sent to its old socket.
  std::optional<std::uint64_t> seen{};
  /// Not empty: the user id belongs to who names this; a join under it with another one (or none) is refused
  /// (unauthorized) instead of replacing.
  std::string owner{};
  Permissions may{};         ///< also of who resumes, unless it is resume_only: that has what it had
  std::uint8_t dialect = 0;  ///< for the listing; the rooms do not know what it means
  bool hidden = false;       ///< not among the peers, not announced, gets no announcements and no broadcasts
  bool keeps_place = true;   ///< has a grace period; false: losing the socket is leaving
  /// Not 0: how many members the room may have for this one to come in. Otherwise RoomLimits::members, among whom who
  /// is not hidden counts only those who are not.
  std::uint32_t capacity = 0;
};

/// What becomes of a message to somebody who is not in the room.
enum class IfAbsent : std::uint8_t { refuse, hold };

struct MemberView {
  Peer peer;
  std::uint8_t dialect = 0;
  bool connected = true;
  bool hidden = false;
  UnixSeconds since{};
};
struct RoomView {
  std::string id;
  UnixSeconds since{};
  std::size_t members = 0;
  std::uint64_t messages = 0;  ///< signals and chats so far
};
struct RoomPage {
  std::vector<RoomView> rooms;
  std::string next;  ///< where to go on; empty at the end
};

/// Rooms, their members, and what they say to each other. One thread; no socket, no clock, no JSON. Every call appends
/// what is to be told to whom to `out`, in the order in which it must be sent; a client that is told Removed has no
/// membership any more, and stays connected until disconnect(). Calls by a client that is not connected do nothing.
class RoomCore {
 public:
  struct Counters {
    std::uint64_t joins = 0;
    std::uint64_t resumes = 0;
    std::uint64_t failed_resumes = 0;  ///< a resume that became a join
    std::uint64_t signals = 0;
    std::uint64_t chats = 0;
    std::uint64_t deliveries = 0;   ///< numbered ones, to connected members
    std::uint64_t kept = 0;         ///< numbered ones, for members whose socket is lost
    std::uint64_t lost_places = 0;  ///< members that went by LeaveReason::disconnected or overflow
    std::uint64_t undelivered = 0;  ///< held and expired
    std::uint64_t kicked = 0;
    std::uint64_t closed = 0;
    std::array<std::uint64_t, kRefusals> refusals{};
  };

  /// `random` outlives this.
  RoomCore(const RoomLimits& limits, Random& random);
  RoomCore(const RoomCore&) = delete;
  RoomCore& operator=(const RoomCore&) = delete;
  ~RoomCore();

  void set_limits(const RoomLimits& limits);

  /// A new connection; `client` was never used before. Refused: too many clients, there or in all (rate_limited).
  [[nodiscard]] std::optional<Refusal> connect(ClientId client, const IpAddress& address, Now now);
  /// Its connection is lost or closed: its place is kept for the grace period.
  void disconnect(ClientId client, Now now, std::vector<Delivery>& out);

  /// Takes a message of so many bytes off the client's rate. False, and counted: it is too fast.
  [[nodiscard]] bool admit(ClientId client, std::size_t bytes, Now now);
  /// For what a dialect or the shell refuses.
  void count_refusal(Refusal refusal) noexcept;

  /// A client that is in a room already leaves that first. Answers Joined or Refused.
  void join(ClientId client, JoinRequest request, Now now, std::vector<Delivery>& out);
  /// To `target`, or to all others that are not hidden when it is empty.
  void signal(ClientId client, std::string_view target, std::uint8_t tag, Body body, IfAbsent if_absent, Now now,
              std::vector<Delivery>& out);
  void chat(ClientId client, std::string text, Now now, std::vector<Delivery>& out);
  void leave(ClientId client, Now now, std::vector<Delivery>& out);
  /// The client has everything up to `sequence`: nothing of that is kept for a resume any longer.
  void acknowledge(ClientId client, std::uint64_t sequence);

  /// False when there is no such room or member.
  bool kick(std::string_view room, std::string_view user, Now now, std::vector<Delivery>& out);
  bool close(std::string_view room, Now now, std::vector<Delivery>& out);
  /// Joins are refused (draining) from now on, resumes are not.
  void start_draining() noexcept;

  /// Does what is due.
  void tick(Now now, std::vector<Delivery>& out);
  [[nodiscard]] Instant next_deadline() const noexcept;  ///< kNever: nothing

  [[nodiscard]] std::size_t client_count() const noexcept;
  [[nodiscard]] std::size_t room_count() const noexcept;
  [[nodiscard]] std::size_t member_count() const noexcept;
  /// What is kept for resumes and held for the absent: at most RoomLimits::kept_total.
  [[nodiscard]] std::size_t kept_bytes() const noexcept;
  [[nodiscard]] const Counters& counters() const noexcept;
  /// In the order of ids, at most `limit` (not 0), from the first id after `after`; empty: from the first of all.
  [[nodiscard]] RoomPage list(std::string_view after, std::size_t limit) const;
  [[nodiscard]] std::optional<RoomView> find(std::string_view room) const;
  /// In the order of joining; empty when there is no such room.
  [[nodiscard]] std::vector<MemberView> members(std::string_view room) const;
  [[nodiscard]] bool is_member(std::string_view room, std::string_view user) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace turnpike::rooms
