#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <boost/asio/io_context.hpp>

#include "arguments.hpp"
#include "room_member.hpp"

namespace turnpike::bench {

struct Tally {
  std::uint64_t sent = 0;
  std::uint64_t delivered = 0;
  std::uint64_t errors = 0;
  std::uint64_t lost = 0;  ///< connections
  double seconds = 0;
  std::int64_t late_ns = 0;  ///< how far the generator was behind at most; in the latencies as well
  std::vector<std::uint32_t> latencies_us;

  /// `fraction` 0 to 1. Sorts on the first call.
  [[nodiscard]] double percentile_ms(double fraction);
};

/// All members of all rooms on one loop.
class Load final : public MemberWatch {
 public:
  explicit Load(const Arguments& arguments);

  /// Throws std::runtime_error when not everybody gets into its room.
  void connect();
  /// Nothing but answers to pings for so long.
  void rest(double seconds);
  /// Sends for so long, evenly paced, then waits for stragglers.
  [[nodiscard]] Tally run(double seconds);

  void on_joined() override;
  void on_signal(std::int64_t stamp) override;
  void on_error(std::string_view words) override;
  void on_lost(std::string_view why) override;

 private:
  void start_more();
  void send_due(std::int64_t start, double per_second, std::uint64_t until);
  void poll_for(std::int64_t nanoseconds);

  const Arguments& arguments_;
  boost::asio::io_context loop_{1};
  std::vector<char> buffer_;
  std::vector<std::unique_ptr<RoomMember>> members_;
  std::string padding_;
  std::size_t started_ = 0;
  std::size_t joined_ = 0;
  std::int64_t run_start_ = 0;
  std::string last_fault_;
  Tally tally_;
};

}  // namespace turnpike::bench
