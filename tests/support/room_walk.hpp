#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "support/room_witness.hpp"
#include "support/seeded_random.hpp"
#include "support/virtual_clock.hpp"
#include "turnpike/base/random.hpp"
#include "turnpike/rooms/room_core.hpp"

namespace turnpike::test {

/// Clients that connect, join, speak, vanish and come back as `choices` says, against a room core whose bounds are
/// small enough to be reached, or so large that a place that is still there can always be taken back. After each
/// operation everything that must always hold is checked; a violation throws std::logic_error. The property test gives
/// random choices, the fuzzer gives its bytes.
class RoomWalk {
 public:
  enum class Bounds : std::uint8_t { tight, wide };
  RoomWalk(Random& choices, Bounds bounds);

  /// One operation.
  void step();
  /// Lets everybody go and everything run out, and demands that nothing is left.
  void finish();

  [[nodiscard]] const rooms::RoomCore& core() const { return core_; }
  [[nodiscard]] const RoomWitness& witness() const { return witness_; }

 private:
  [[nodiscard]] std::size_t pick(std::size_t bound) { return static_cast<std::size_t>(choices_.below(bound)); }
  [[nodiscard]] bool one_in(std::size_t chance) { return pick(chance) == 0; }
  [[nodiscard]] rooms::ClientId pick_client();
  [[nodiscard]] std::string pick_room();
  [[nodiscard]] std::string pick_user();

  void connect();
  void lose_client();
  void join();
  void resume();
  void signal();
  void chat();
  void leave();
  void acknowledge();
  void kick();
  void close();
  void pass_time();

  void disconnect(std::size_t index);
  void try_resume(const RoomWitness::Place& place, rooms::ClientId client);
  void tick();
  void check();
  void check_listing() const;

  Random& choices_;
  Bounds bounds_;
  rooms::RoomLimits limits_;
  SeededRandom secrets_{7};
  VirtualClock clock_;
  rooms::RoomCore core_;
  RoomWitness witness_;
  std::vector<rooms::ClientId> clients_;
  std::vector<RoomWitness::Place> lost_;  // that somebody may want back, whether they can or not
  std::uint64_t next_client_ = 1;
  std::uint64_t next_text_ = 0;
};

}  // namespace turnpike::test
