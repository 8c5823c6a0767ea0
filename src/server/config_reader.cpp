#include "server/config_reader.hpp"

#include <algorithm>

namespace turnpike::server {
namespace {

template <typename T, typename Parse>
bool read_text(const ConfigValue& value, T& out, Parse parse) {
  if (!value.expect(TomlNode::Kind::text)) return false;
  Parsed<T> parsed = parse(value.node().text);
  if (!parsed) return value.reject(parsed.error().message);
  out = std::move(*parsed);
  return true;
}

template <typename T>
bool read_integer(const ConfigValue& value, T& out) {
  if (!value.expect(TomlNode::Kind::integer)) return false;
  constexpr std::int64_t kMax = std::numeric_limits<T>::max();
  if (value.node().integer < 0 || value.node().integer > kMax) {
    return value.reject(fmt::format("{} is out of range", value.node().integer));
  }
  out = static_cast<T>(value.node().integer);
  return true;
}

std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = diagonal + (a[i - 1] == b[j - 1] ? 0U : 1U);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, replaced});
    }
  }
  return row.back();
}

}  // namespace

bool ConfigValue::reject_at(SourcePlace place, std::string_view message) const {
  context_.report.mistakes.push_back({place, fmt::format("{}: {}", key_, message)});
  context_.broken.insert(key_);
  return false;
}

bool ConfigValue::expect(TomlNode::Kind kind) const {
  if (node_.kind == kind) return true;
  return reject(fmt::format("must be {}, not {}", name_of(kind), name_of(node_.kind)));
}

bool read(const ConfigValue& value, bool& out) {
  if (!value.expect(TomlNode::Kind::boolean)) return false;
  out = value.node().boolean;
  return true;
}

bool read(const ConfigValue& value, std::string& out) {
  if (!value.expect(TomlNode::Kind::text)) return false;
  out = value.node().text;
  return true;
}

bool read(const ConfigValue& value, std::uint16_t& out) { return read_integer(value, out); }
bool read(const ConfigValue& value, std::uint32_t& out) { return read_integer(value, out); }
bool read(const ConfigValue& value, Milliseconds& out) { return read_text(value, out, parse_duration); }
bool read(const ConfigValue& value, Seconds& out) { return read_text(value, out, parse_seconds); }
bool read(const ConfigValue& value, ByteSize& out) { return read_text(value, out, parse_byte_size); }
bool read(const ConfigValue& value, turn::ByteRate& out) { return read_text(value, out, parse_rate); }
bool read(const ConfigValue& value, PortRange& out) { return read_text(value, out, parse_port_range); }
bool read(const ConfigValue& value, IpAddress& out) { return read_text(value, out, parse_ip_address); }
bool read(const ConfigValue& value, IpPrefix& out) { return read_text(value, out, parse_ip_prefix); }
bool read(const ConfigValue& value, ExternalAddress& out) { return read_text(value, out, parse_external_address); }
bool read(const ConfigValue& value, AddressFamily& out) { return read_text(value, out, parse_address_family); }
bool read(const ConfigValue& value, TlsVersion& out) { return read_text(value, out, parse_tls_version); }
bool read(const ConfigValue& value, control::RoomAuth& out) { return read_text(value, out, parse_room_auth); }
bool read(const ConfigValue& value, LogLevel& out) { return read_text(value, out, parse_log_level); }
bool read(const ConfigValue& value, Redirect& out) { return read_text(value, out, parse_redirect); }
bool read(const ConfigValue& value, LogFormat& out) { return read_text(value, out, parse_log_format); }
bool read(const ConfigValue& value, LogAddresses& out) { return read_text(value, out, parse_log_addresses); }

std::string show_toml(bool value) { return value ? "true" : "false"; }
std::string show_toml(const std::string& value) { return quote_toml(value); }
std::string show_toml(std::uint16_t value) { return fmt::format("{}", value); }
std::string show_toml(std::uint32_t value) { return fmt::format("{}", value); }

std::string_view find_similar(std::string_view word, const std::vector<std::string_view>& candidates) {
  constexpr std::size_t kLongestKey = 64;  // bounds the work on a file of rubbish
  if (word.size() > kLongestKey) return {};
  std::string_view best;
  std::size_t best_distance = word.size() / 3 + 2;
  for (const std::string_view candidate : candidates) {
    const std::size_t distance = edit_distance(word, candidate);
    if (distance >= best_distance || distance >= candidate.size()) continue;
    best = candidate;
    best_distance = distance;
  }
  return best;
}

}  // namespace turnpike::server
