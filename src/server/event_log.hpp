#pragma once

#include <fmt/format.h>
#include <spdlog/logger.h>

#include <atomic>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>

#include "server/config.hpp"

namespace turnpike::server {

/// One `key=value` of a log line. Keys are ours; values may come from anybody.
struct LogField {
  template <typename T>
  LogField(std::string_view name, const T& content)
      : key(name), value(fmt::format("{}", content)), is_number(std::is_integral_v<T> && !std::is_same_v<T, bool>) {}

  std::string_view key;
  std::string value;
  bool is_number;  ///< then JSON writes it without quotes
};

/// The log, in text (`2026-11-21T03:00:00.123Z info allocation ended user=alice bytes=12`) or JSON (the same as one
/// object a line: time, level, event and the fields). Whatever a value holds, it cannot begin a line, forge a field or
/// reach a terminal as a control code. Any thread.
class EventLog {
 public:
  /// Writes to `sink`; `lost` says how many lines that has thrown away.
  EventLog(const Config::Log& settings, spdlog::sink_ptr sink, std::function<std::uint64_t()> lost = {});

  /// Level and format from now on.
  void apply(const Config::Log& settings);

  void write(LogLevel level, std::string_view event, std::initializer_list<LogField> fields = {}) const;
  /// For skipping the making of fields that nobody will see.
  [[nodiscard]] bool writes(LogLevel level) const;
  void flush() const { logger_->flush(); }
  [[nodiscard]] std::uint64_t lost_lines() const { return lost_ ? lost_() : 0; }

 private:
  void write_line(LogLevel level, std::string_view event, std::initializer_list<LogField> fields) const;

  std::atomic<LogFormat> format_;
  std::shared_ptr<spdlog::logger> logger_;
  std::function<std::uint64_t()> lost_;
  mutable std::atomic<std::uint64_t> told_lost_{0};
};

/// The log on standard error, where systemd and containers look for it.
[[nodiscard]] std::shared_ptr<EventLog> make_stderr_log(const Config::Log& settings);

/// `value` for a text line: as it is when it is plain, else quoted with everything escaped that is no printable UTF-8.
/// Cut at 512 bytes.
[[nodiscard]] std::string escape_log_value(std::string_view value);

}  // namespace turnpike::server
