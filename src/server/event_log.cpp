#include "server/event_log.hpp"

#include <spdlog/pattern_formatter.h>
#include <unistd.h>

#include <utility>

#include "server/nonblocking_sink.hpp"
#include "server/printable_text.hpp"

namespace turnpike::server {
namespace {

constexpr std::size_t kMaxValue = 512;

spdlog::level::level_enum to_spdlog(LogLevel level) {
  switch (level) {
    case LogLevel::trace: return spdlog::level::trace;
    case LogLevel::debug: return spdlog::level::debug;
    case LogLevel::info: return spdlog::level::info;
    case LogLevel::warn: return spdlog::level::warn;
    case LogLevel::error: return spdlog::level::err;
  }
  return spdlog::level::info;
}

/// spdlog's own names are "warning" and "error"; ours are those of the configuration file.
class LevelFlag final : public spdlog::custom_flag_formatter {
 public:
  void format(const spdlog::details::log_msg& message, const std::tm& /*time*/, spdlog::memory_buf_t& out) override {
    const spdlog::string_view_t name = spdlog::level::to_string_view(message.level);
    const std::string_view text =
        message.level == spdlog::level::warn ? "warn" : std::string_view(name.data(), name.size());
    out.append(text.data(), text.data() + text.size());
  }
  [[nodiscard]] std::unique_ptr<spdlog::custom_flag_formatter> clone() const override {
    return std::make_unique<LevelFlag>();
  }
};

std::unique_ptr<spdlog::formatter> make_formatter(LogFormat format) {
  auto formatter = std::make_unique<spdlog::pattern_formatter>(spdlog::pattern_time_type::utc, "\n");
  formatter->add_flag<LevelFlag>('*');
  formatter->set_pattern(format == LogFormat::text ? "%Y-%m-%dT%H:%M:%S.%eZ %* %v"
                                                   : R"({"time":"%Y-%m-%dT%H:%M:%S.%eZ","level":"%*",%v})");
  return formatter;
}

bool is_plain(std::string_view value) {
  for (const char character : value) {
    const auto code = static_cast<unsigned char>(character);
    if (code <= 0x20 || code >= 0x7f || character == '"' || character == '=' || character == '\\') return false;
  }
  return !value.empty();
}

std::string_view cut(std::string_view value) { return value.substr(0, kMaxValue); }

std::string text_line(std::string_view event, std::initializer_list<LogField> fields) {
  std::string line = escape_printable(event);
  for (const LogField& field : fields) line.append(" ").append(field.key).append("=") += escape_log_value(field.value);
  return line;
}

std::string json_members(std::string_view event, std::initializer_list<LogField> fields) {
  std::string members = "\"event\":" + quote_json(event);
  for (const LogField& field : fields) {
    members.append(",").append(quote_json(field.key)).append(":");
    members += field.is_number ? field.value : quote_json(cut(field.value));
  }
  return members;
}

}  // namespace

std::string escape_log_value(std::string_view value) {
  if (is_plain(cut(value))) return std::string(cut(value));
  return "\"" + escape_printable(cut(value)) + "\"";
}

EventLog::EventLog(const Config::Log& settings, spdlog::sink_ptr sink, std::function<std::uint64_t()> lost)
    : format_(settings.format),
      logger_(std::make_shared<spdlog::logger>("turnpike", std::move(sink))),
      lost_(std::move(lost)) {
  apply(settings);
  logger_->flush_on(spdlog::level::trace);
}

void EventLog::apply(const Config::Log& settings) {
  format_ = settings.format;
  logger_->set_formatter(make_formatter(settings.format));
  logger_->set_level(to_spdlog(settings.level));
}

bool EventLog::writes(LogLevel level) const { return logger_->should_log(to_spdlog(level)); }

void EventLog::write(LogLevel level, std::string_view event, std::initializer_list<LogField> fields) const {
  if (!writes(level)) return;
  const std::uint64_t lost = lost_lines();
  write_line(level, event, fields);
  const std::uint64_t untold = lost - told_lost_.load(std::memory_order_relaxed);
  if (untold == 0 || lost_lines() != lost) return;  // this one was lost as well
  told_lost_.store(lost, std::memory_order_relaxed);
  write_line(LogLevel::warn, "log: lines were thrown away, whoever reads them is too slow or the disk is full",
             {{"lines", untold}});
}

void EventLog::write_line(LogLevel level, std::string_view event, std::initializer_list<LogField> fields) const {
  const std::string line = format_ == LogFormat::text ? text_line(event, fields) : json_members(event, fields);
  logger_->log(to_spdlog(level), spdlog::string_view_t(line.data(), line.size()));
}

std::shared_ptr<EventLog> make_stderr_log(const Config::Log& settings) {
  const auto sink = std::make_shared<NonblockingSink>(STDERR_FILENO);
  return std::make_shared<EventLog>(settings, sink, [sink] { return sink->lost_lines(); });
}

}  // namespace turnpike::server
