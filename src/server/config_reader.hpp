#pragma once

#include <fmt/format.h>

#include <limits>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "server/config.hpp"
#include "server/config_environment.hpp"
#include "server/config_report.hpp"
#include "server/config_toml.hpp"
#include "server/config_values.hpp"

namespace turnpike::server {

/// Where each key of the file stands; items of lists as "relay.addresses[0]".
using SourcePlaces = std::map<std::string, SourcePlace, std::less<>>;

/// What reading a file is about: the same for all of its values.
struct ReadContext {
  const ConfigEnvironment& environment;
  std::string file_name;
  ConfigReport& report;
  SourcePlaces& places;
  std::set<std::string, std::less<>>& broken;  ///< keys with a mistake: their value in the Config means nothing
};

/// One value of the file on its way into the Config.
class ConfigValue {
 public:
  ConfigValue(const TomlNode& node, std::string key, ReadContext& context)
      : node_(node), key_(std::move(key)), context_(context) {}

  [[nodiscard]] const TomlNode& node() const noexcept { return node_; }
  [[nodiscard]] const std::string& key() const noexcept { return key_; }
  [[nodiscard]] ReadContext& context() const noexcept { return context_; }
  /// A part of this value; mistakes in it count as mistakes in the key.
  [[nodiscard]] ConfigValue part(const TomlNode& node) const { return {node, key_, context_}; }

  /// Reports a mistake at this value's place. Returns false, for `return value.reject(...)`.
  bool reject(std::string_view message) const { return reject_at(node_.place, message); }
  bool reject_at(SourcePlace place, std::string_view message) const;
  /// Whether the value is of that kind; reports a mistake if not.
  [[nodiscard]] bool expect(TomlNode::Kind kind) const;

 private:
  const TomlNode& node_;
  std::string key_;
  ReadContext& context_;
};

// read(): from the file into `out`; false after a mistake, which is then in the report.
bool read(const ConfigValue& value, bool& out);
bool read(const ConfigValue& value, std::string& out);
bool read(const ConfigValue& value, std::uint16_t& out);
bool read(const ConfigValue& value, std::uint32_t& out);
bool read(const ConfigValue& value, Milliseconds& out);
bool read(const ConfigValue& value, Seconds& out);
bool read(const ConfigValue& value, ByteSize& out);
bool read(const ConfigValue& value, turn::ByteRate& out);
bool read(const ConfigValue& value, PortRange& out);
bool read(const ConfigValue& value, IpAddress& out);
bool read(const ConfigValue& value, IpPrefix& out);
bool read(const ConfigValue& value, ExternalAddress& out);
bool read(const ConfigValue& value, AddressFamily& out);
bool read(const ConfigValue& value, TlsVersion& out);
bool read(const ConfigValue& value, control::RoomAuth& out);
bool read(const ConfigValue& value, Redirect& out);
/// `{ address = "IP:PORT" }`, also with `tls` and `domain`.
bool read(const ConfigValue& value, AlternateServer& out);
bool read(const ConfigValue& value, LogLevel& out);
bool read(const ConfigValue& value, LogFormat& out);
bool read(const ConfigValue& value, LogAddresses& out);
/// `{ url = "..." }`, also with `proxy_protocol = [BLOCK, ...]`.
bool read(const ConfigValue& value, ListenUrl& out);
/// `{ chain = ..., key = ... }`, each a path or `{ credential = "..." }`; both files must be readable and hold PEM.
bool read(const ConfigValue& value, CertificateFiles& out);
/// "text", `{ file = "..." }`, `{ env = "..." }` or `{ credential = "..." }`.
bool read(const ConfigValue& value, SecretText& out);
bool read(const ConfigValue& value, ConfiguredUser& out);
bool read(const ConfigValue& value, WebOrigin& out);
/// `{ name, key, scopes, ttl_cap, origins }`; the last three may be left out.
bool read(const ConfigValue& value, ConfiguredKey& out);

/// The path of a file that the configuration names: relative ones start at the configuration's own folder.
bool resolve_file(const ConfigValue& value, const std::string& path, std::string& out);
/// The path of a credential of systemd (LoadCredential=).
bool resolve_credential(const ConfigValue& value, const std::string& name, std::string& out);

/// Reads as many items as are right, so that one mistake does not hide the next.
template <typename T>
bool read(const ConfigValue& value, std::vector<T>& out) {
  if (!value.expect(TomlNode::Kind::array)) return false;
  bool all_right = true;
  for (const TomlNode& node : value.node().items) {
    T item{};
    if (read(value.part(node), item)) {
      value.context().places[fmt::format("{}[{}]", value.key(), out.size())] = node.place;
      out.push_back(std::move(item));
    } else {
      all_right = false;
    }
  }
  return all_right;
}

// show_toml(): as it would stand in a file, secrets masked.
[[nodiscard]] std::string show_toml(bool value);
[[nodiscard]] std::string show_toml(const std::string& value);
[[nodiscard]] std::string show_toml(std::uint16_t value);
[[nodiscard]] std::string show_toml(std::uint32_t value);
[[nodiscard]] std::string show_toml(const ListenUrl& value);
[[nodiscard]] std::string show_toml(const CertificateFiles& value);
[[nodiscard]] std::string show_toml(const AlternateServer& value);
[[nodiscard]] std::string show_toml(const SecretText& value);
[[nodiscard]] std::string show_toml(const ConfiguredUser& value);
[[nodiscard]] std::string show_toml(const ConfiguredKey& value);
template <typename T>
[[nodiscard]] auto show_toml(const T& value) -> decltype(show(value)) {
  return quote_toml(show(value));
}
template <typename T>
[[nodiscard]] std::string show_toml(const std::vector<T>& values) {
  std::string text;
  for (const T& value : values) text += (text.empty() ? "" : ", ") + show_toml(value);
  return "[" + text + "]";
}

/// The most similar of `candidates`, when one is near enough to be what was meant; else empty.
[[nodiscard]] std::string_view find_similar(std::string_view word, const std::vector<std::string_view>& candidates);

}  // namespace turnpike::server
