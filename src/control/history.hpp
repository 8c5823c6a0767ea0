#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string_view>

#include "turnpike/base/time.hpp"

namespace turnpike::control {

/// What the server carried over the last hour: a row each ten seconds. No clock and no timer of its own.
class History {
 public:
  static constexpr Seconds kInterval{10};
  static constexpr std::size_t kCapacity = 361;  ///< both ends of an hour

  /// The server at one moment. The names with "ever" count from its start.
  struct Sample {
    std::uint64_t allocations = 0;
    std::uint64_t bytes_to_peers_ever = 0;
    std::uint64_t bytes_to_clients_ever = 0;
    std::uint64_t packets_ever = 0;  ///< in both directions
    std::uint64_t rooms = 0;
    std::uint64_t members = 0;
  };

  /// The columns of a row, as the API calls them.
  static constexpr std::array<std::string_view, 6> kSeries{"allocations", "bytesToPeers", "bytesToClients",
                                                           "packets",     "rooms",        "members"};
  struct Row {
    UnixSeconds at{};
    std::array<std::uint64_t, kSeries.size()> values{};  ///< bytes and packets a second, since the row before
    friend bool operator==(const Row&, const Row&) = default;
  };

  /// Rates are over the time that has really passed, so that a pause lowers them instead of making a peak; a count that
  /// went back gives 0. Rows are always in the order of time: a clock that is set back takes those out that would now
  /// be in the future. The oldest row goes when there is no room.
  void add(const Sample& sample, Now now);

  [[nodiscard]] const std::deque<Row>& rows() const noexcept { return rows_; }  ///< oldest first

 private:
  struct Seen {
    Sample sample;
    Instant at;
  };

  std::deque<Row> rows_;
  std::optional<Seen> last_;
};

}  // namespace turnpike::control
