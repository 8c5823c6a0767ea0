#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "turnpike/base/random.hpp"

namespace turnpike::net {

/// The relay ports of one local address that belong to one worker. Ports are dealt out in even/odd pairs (N, N+1 with N
/// even), pair k to worker k mod `workers`, so that workers share nothing and EVEN-PORT with its neighbour stays inside
/// one worker. Every take is uniformly random among what is free (RFC 6056), in constant time.
class PortPool {
 public:
  struct Range {
    std::uint16_t first = 49152;
    std::uint16_t last = 65535;  ///< inclusive
  };

  PortPool(Range range, std::uint32_t worker, std::uint32_t workers);

  [[nodiscard]] std::optional<std::uint16_t> take(Random& random) noexcept;
  [[nodiscard]] std::optional<std::uint16_t> take_even(Random& random) noexcept;
  /// Takes N (even, returned) and N + 1.
  [[nodiscard]] std::optional<std::uint16_t> take_pair(Random& random) noexcept;
  /// A port that is not ours or not taken is an impossible state.
  void give_back(std::uint16_t port) noexcept;

  [[nodiscard]] std::size_t free_count() const noexcept;
  [[nodiscard]] std::size_t capacity() const noexcept;
  /// Which of `workers` owns a port.
  static std::uint32_t owner_of(std::uint16_t port, std::uint32_t workers) noexcept { return (port / 2U) % workers; }

 private:
  /// A set of small indices: insert, erase and a uniformly random member, each in constant time.
  class IndexSet {
   public:
    explicit IndexSet(std::size_t universe);
    [[nodiscard]] std::size_t size() const noexcept { return members_.size(); }
    [[nodiscard]] bool contains(std::uint32_t index) const noexcept { return places_[index] != kAbsent; }
    /// The set must not be empty.
    [[nodiscard]] std::uint32_t any(Random& random) const noexcept;
    void insert(std::uint32_t index) noexcept;
    void erase(std::uint32_t index) noexcept;

   private:
    static constexpr std::uint32_t kAbsent = 0xffffffff;
    std::vector<std::uint32_t> members_;  // in no order; its capacity is the universe, so that it never reallocates
    std::vector<std::uint32_t> places_;   // index -> where it stands in members_
  };

  [[nodiscard]] bool owns(std::uint32_t port) const noexcept;
  [[nodiscard]] std::uint32_t index_of(std::uint32_t port) const noexcept;
  [[nodiscard]] std::uint16_t port_of(std::uint32_t index) const noexcept;
  void mark_taken(std::uint32_t index) noexcept;
  void mark_free(std::uint32_t index) noexcept;

  Range range_;
  std::uint32_t worker_;
  std::uint32_t workers_;
  std::uint32_t first_pair_;  // our lowest pair; pair k holds the ports 2k and 2k + 1
  std::size_t capacity_ = 0;
  // Port index = 2 * pair index + (1 for the odd one). A port is in ports_ while it is free, an even one in evens_ too;
  // a pair is in pairs_ while both of its ports are free.
  IndexSet ports_;
  IndexSet evens_;
  IndexSet pairs_;
};

}  // namespace turnpike::net
