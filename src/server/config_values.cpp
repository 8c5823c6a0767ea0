#include "server/config_values.hpp"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <optional>
#include <span>

namespace turnpike::server {
namespace {

struct Unit {
  std::string_view name;
  std::uint64_t factor;
};

// Largest first: show() takes the first that divides.
constexpr std::array kDurationUnits{Unit{"d", 86'400'000}, Unit{"h", 3'600'000}, Unit{"m", 60'000}, Unit{"s", 1000},
                                    Unit{"ms", 1}};
constexpr std::array kSizeUnits{Unit{"GiB", 1ULL << 30U},
                                Unit{"MiB", 1ULL << 20U},
                                Unit{"KiB", 1ULL << 10U},
                                Unit{"GB", 1'000'000'000},
                                Unit{"MB", 1'000'000},
                                Unit{"kB", 1000},
                                Unit{"B", 1}};
// In bit/s.
constexpr std::array kRateUnits{
    Unit{"Gbit/s", 1'000'000'000}, Unit{"Mbit/s", 1'000'000}, Unit{"kbit/s", 1000}, Unit{"GB/s", 8'000'000'000},
    Unit{"MB/s", 8'000'000},       Unit{"kB/s", 8000},        Unit{"bit/s", 1},     Unit{"B/s", 8}};

constexpr std::uint64_t kMaxDuration = 36'525ULL * 86'400'000;
constexpr std::uint64_t kMaxSize = 1ULL << 40U;
constexpr std::uint64_t kMaxRate = 1'000'000'000'000;  // bit/s
constexpr std::uint64_t kMinRate = 8000;

struct Amount {
  std::uint64_t number = 0;
  std::size_t unit = 0;
};

/// Cuts NUMBER UNIT off the front of `text`.
std::optional<Amount> take_amount(std::string_view& text, std::span<const Unit> units) {
  Amount amount;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), amount.number);
  if (parsed.ec != std::errc{}) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(parsed.ptr - text.data()));
  const std::string_view name = text.substr(0, text.find_first_of("0123456789"));
  for (; amount.unit < units.size(); ++amount.unit) {
    if (units[amount.unit].name != name) continue;
    text.remove_prefix(name.size());
    return amount;
  }
  return std::nullopt;
}

/// NUMBER UNIT in the smallest unit, or "0".
std::optional<std::uint64_t> parse_amount(std::string_view text, std::span<const Unit> units, std::uint64_t maximum) {
  if (text == "0") return 0;
  const std::optional<Amount> amount = take_amount(text, units);
  if (!amount || !text.empty() || amount->number > maximum / units[amount->unit].factor) return std::nullopt;
  return amount->number * units[amount->unit].factor;
}

/// In the largest unit that gives a whole number.
std::string show_amount(std::uint64_t value, std::span<const Unit> units) {
  for (const Unit& unit : units) {
    if (value % unit.factor == 0) return fmt::format("{}{}", value / unit.factor, unit.name);
  }
  return fmt::format("{}", value);
}

template <typename T>
struct Choice {
  std::string_view name;
  T value;
};

constexpr std::array kFamilies{Choice<AddressFamily>{"ipv4", AddressFamily::ipv4},
                               Choice<AddressFamily>{"ipv6", AddressFamily::ipv6}};
constexpr std::array kTlsVersions{Choice<TlsVersion>{"1.2", TlsVersion::tls12},
                                  Choice<TlsVersion>{"1.3", TlsVersion::tls13}};
constexpr std::array kRoomAuths{Choice<control::RoomAuth>{"token", control::RoomAuth::token},
                                Choice<control::RoomAuth>{"open", control::RoomAuth::open}};
constexpr std::array kLogLevels{Choice<LogLevel>{"trace", LogLevel::trace}, Choice<LogLevel>{"debug", LogLevel::debug},
                                Choice<LogLevel>{"info", LogLevel::info}, Choice<LogLevel>{"warn", LogLevel::warn},
                                Choice<LogLevel>{"error", LogLevel::error}};
constexpr std::array kLogFormats{Choice<LogFormat>{"text", LogFormat::text},
                                 Choice<LogFormat>{"json", LogFormat::json}};
constexpr std::array kLogAddresses{Choice<LogAddresses>{"hidden", LogAddresses::hidden},
                                   Choice<LogAddresses>{"full", LogAddresses::full}};

template <typename T, std::size_t N>
Parsed<T> parse_choice(std::string_view text, const std::array<Choice<T>, N>& choices) {
  std::string names;
  for (const Choice<T>& choice : choices) {
    if (choice.name == text) return choice.value;
    names += fmt::format("{}\"{}\"", names.empty() ? "" : ", ", choice.name);
  }
  return ValueMistake{fmt::format("\"{}\" is none of {}", text, names)};
}

template <typename T, std::size_t N>
std::string show_choice(T value, const std::array<Choice<T>, N>& choices) {
  for (const Choice<T>& choice : choices) {
    if (choice.value == value) return std::string(choice.name);
  }
  return "?";
}

}  // namespace

Parsed<Milliseconds> parse_duration(std::string_view text) {
  const ValueMistake mistake{
      fmt::format("\"{}\" is no duration; write it like \"30s\", \"10m\", \"1h30m\" or \"7d\"", text)};
  if (text.empty()) return mistake;
  std::uint64_t total = 0;
  std::size_t next_unit = 0;
  while (!text.empty()) {
    const std::optional<Amount> amount = take_amount(text, kDurationUnits);
    if (!amount || amount->unit < next_unit) return mistake;
    const std::uint64_t factor = kDurationUnits[amount->unit].factor;
    if (amount->number > (kMaxDuration - total) / factor)
      return ValueMistake{"no duration may be longer than 100 years"};
    total += amount->number * factor;
    next_unit = amount->unit + 1;
  }
  return Milliseconds{static_cast<std::int64_t>(total)};
}

Parsed<Seconds> parse_seconds(std::string_view text) {
  const Parsed<Milliseconds> parsed = parse_duration(text);
  if (!parsed) return parsed.error();
  const auto whole = std::chrono::duration_cast<Seconds>(*parsed);
  if (whole != *parsed) return ValueMistake{fmt::format("\"{}\" must be whole seconds", text)};
  return whole;
}

Parsed<ByteSize> parse_byte_size(std::string_view text) {
  const auto bytes = parse_amount(text, kSizeUnits, kMaxSize);
  if (!bytes) return ValueMistake{fmt::format("\"{}\" is no size; write it like \"64KiB\" or \"4MiB\"", text)};
  return ByteSize{*bytes};
}

Parsed<turn::ByteRate> parse_rate(std::string_view text) {
  const auto bits = parse_amount(text, kRateUnits, kMaxRate);
  if (!bits) {
    return ValueMistake{fmt::format("\"{}\" is no rate; write it like \"2Mbit/s\", \"500kbit/s\" or \"1MB/s\"", text)};
  }
  if (*bits != 0 && *bits < kMinRate) {
    return ValueMistake{fmt::format("\"{}\" is too little to carry anything; \"0\" means no limit", text)};
  }
  if (*bits % 8 != 0) return ValueMistake{fmt::format("\"{}\" is no whole number of bytes a second", text)};
  return turn::ByteRate{*bits / 8};
}

Parsed<AddressFamily> parse_address_family(std::string_view text) { return parse_choice(text, kFamilies); }
Parsed<TlsVersion> parse_tls_version(std::string_view text) { return parse_choice(text, kTlsVersions); }
Parsed<control::RoomAuth> parse_room_auth(std::string_view text) { return parse_choice(text, kRoomAuths); }
Parsed<LogLevel> parse_log_level(std::string_view text) { return parse_choice(text, kLogLevels); }
Parsed<LogFormat> parse_log_format(std::string_view text) { return parse_choice(text, kLogFormats); }
Parsed<LogAddresses> parse_log_addresses(std::string_view text) { return parse_choice(text, kLogAddresses); }

std::string show(Milliseconds value) {
  if (value.count() == 0) return "0s";
  return show_amount(static_cast<std::uint64_t>(value.count()), kDurationUnits);
}
std::string show(Seconds value) { return show(Milliseconds{value}); }
std::string show(ByteSize value) { return value.bytes == 0 ? "0" : show_amount(value.bytes, kSizeUnits); }
std::string show(turn::ByteRate value) {
  return value.is_limited() ? show_amount(value.bytes_per_second * 8, kRateUnits) : "0";
}
std::string show(AddressFamily value) { return show_choice(value, kFamilies); }
std::string show(TlsVersion value) { return show_choice(value, kTlsVersions); }
std::string show(control::RoomAuth value) { return show_choice(value, kRoomAuths); }
std::string show(LogLevel value) { return show_choice(value, kLogLevels); }
std::string show(LogFormat value) { return show_choice(value, kLogFormats); }
std::string show(LogAddresses value) { return show_choice(value, kLogAddresses); }

}  // namespace turnpike::server
