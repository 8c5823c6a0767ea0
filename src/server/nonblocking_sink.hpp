#pragma once

#include <spdlog/sinks/base_sink.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string>

namespace turnpike::server {

/// Log lines to a descriptor of anybody's, such as standard error: a terminal, a pipe, a socket of the journal, a file
/// on a disk. Whoever logs never waits for a reader that has stopped reading or for a disk that is full: lines wait in
/// a bounded backlog, the next line or flush tries again, and what finds no room is counted and lost. The descriptor's
/// own flags stay as they are, since other programs share them.
class NonblockingSink final : public spdlog::sinks::base_sink<std::mutex> {
 public:
  static constexpr std::size_t kMaxBacklog = std::size_t{256} * 1024;

  explicit NonblockingSink(int fd) noexcept;
  NonblockingSink(const NonblockingSink&) = delete;
  NonblockingSink& operator=(const NonblockingSink&) = delete;
  /// A reader that is only slow gets the rest; one that has stopped has a moment.
  ~NonblockingSink() override;

  [[nodiscard]] std::uint64_t lost_lines() const noexcept { return lost_.load(std::memory_order_relaxed); }

 protected:
  void sink_it_(const spdlog::details::log_msg& message) override;
  void flush_() override { write_backlog(0); }

 private:
  void write_backlog(int patience_ms) noexcept;
  [[nodiscard]] bool is_writable(int patience_ms) const noexcept;
  /// How much went out; not more than fits without waiting.
  [[nodiscard]] std::size_t write_some() const noexcept;

  int fd_;
  bool is_socket_;
  std::string backlog_;
  std::size_t written_ = 0;  // of the backlog
  std::atomic<std::uint64_t> lost_{0};
};

}  // namespace turnpike::server
