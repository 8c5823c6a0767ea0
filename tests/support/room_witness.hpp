#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "turnpike/rooms/room_core.hpp"

namespace turnpike::test {

/// A membership as its client knows it, over all its sockets.
struct RoomPlace {
  std::string room;
  std::string user;
  std::string resume;
  bool hidden = false;
  rooms::ClientId client{};  ///< 0: its socket is lost
  bool is_over = false;
  std::uint64_t seen = 0;  ///< on the newest socket
  std::uint64_t acknowledged = 0;
  std::vector<const rooms::Notice*> heard;   ///< all that was numbered, from 1
  std::deque<std::string> owed;              ///< texts that it must hear, in this order
  std::set<std::string, std::less<>> peers;  ///< as it was told
};

/// What is known before the answer to a join is read: whether it is hidden, and which place it may take back from
/// where.
struct JoinAttempt {
  rooms::ClientId client{};
  bool hidden = false;
  std::shared_ptr<RoomPlace> place{};  ///< may be null
  std::uint64_t seen = 0;
  bool ends_room = false;  ///< by leaving the one that it then joins, alone
};

/// Reads everything that a room core has to say and demands that it fits: numbers without gaps, a resumed client hears
/// again what it heard and then the rest, presence is what the core's listing says, every text reaches whom it must and
/// nobody else, and there is one order of events for all.
class RoomWitness {
 public:
  using Place = std::shared_ptr<RoomPlace>;
  using Attempt = JoinAttempt;

  explicit RoomWitness(const rooms::RoomCore& core) : core_(core) {}

  /// `attempt`: if it was a join that was answered.
  void read(const std::vector<rooms::Delivery>& out, const Attempt& attempt = {});
  /// Demands what must hold between two calls.
  void check();
  /// Demands one order of all that was ever announced.
  void check_order() const;

  [[nodiscard]] Place place_of(rooms::ClientId client) const;
  [[nodiscard]] Place place_of(std::string_view room, std::string_view user) const;
  [[nodiscard]] const std::vector<Place>& places() const { return places_; }

  void owe(const Place& place, std::string text) { place->owed.push_back(std::move(text)); }
  void hold(const Place& sender, const std::string& target, std::string text, Instant until);
  /// Time has passed, and the core's answer to that was read.
  void give_up_held(Instant now);
  void end(RoomPlace& place) { place.is_over = true; }
  /// The client's connection is lost, and maybe its place.
  void lose(rooms::ClientId client);

  [[nodiscard]] std::size_t resumes() const { return resumes_; }
  [[nodiscard]] std::size_t heard_late() const { return heard_late_; }
  [[nodiscard]] std::size_t heard_again() const { return heard_again_; }
  [[nodiscard]] std::size_t undelivered() const { return undelivered_; }
  [[nodiscard]] std::size_t overflows() const { return overflows_; }

 private:
  struct Held {
    Place sender;
    std::string text;
    Instant until;
  };
  using HeldKey = std::pair<std::string, std::string>;

  void read_joined(const rooms::Delivery& delivery, const rooms::Joined& joined, const Attempt& attempt);
  void read_resumed(const rooms::Delivery& delivery, const rooms::Joined& joined, const Attempt& attempt);
  void read_numbered(const rooms::Delivery& delivery);
  void read_content(RoomPlace& place, const rooms::Notice& notice, bool is_new);
  void check_place(RoomPlace& place);

  const rooms::RoomCore& core_;
  std::vector<Place> places_;  // those that are not over
  std::vector<Place> all_;
  std::map<HeldKey, std::vector<Held>> held_;
  std::set<std::pair<const RoomPlace*, std::string>> told_undelivered_;
  std::vector<std::shared_ptr<const rooms::Notice>> alive_;  // so that no two notices have one address
  const RoomPlace* just_resumed_ = nullptr;
  std::size_t resumes_ = 0;
  std::size_t heard_late_ = 0;
  std::size_t heard_again_ = 0;
  std::size_t undelivered_ = 0;
  std::size_t overflows_ = 0;
};

}  // namespace turnpike::test
