#pragma once

#include <fmt/format.h>

#include <functional>
#include <string>
#include <type_traits>
#include <vector>

#include "server/config_change.hpp"
#include "server/config_schema.hpp"

namespace turnpike::server {

// What the files of the schema share.

/// What is wrong with a value that is of the right kind; empty when nothing is.
template <typename T>
using Check = std::function<std::string(const T&)>;

template <typename Access>
using ValueOf = std::remove_reference_t<decltype(std::declval<Access>()(std::declval<Config&>()))>;

// Lists keep their good items beside a bad one, so that the good ones are checked too; for the rest the default stays.
template <typename T>
inline constexpr bool kKeepsParts = false;
template <typename T>
inline constexpr bool kKeepsParts<std::vector<T>> = true;

/// A key with a way of its own to be read.
template <typename Access>
[[nodiscard]] ConfigKey key_with_load(std::string path, Access access, std::string documentation,
                                      std::function<bool(const ConfigValue&, Config&)> load) {
  return {
      std::move(path),
      std::move(documentation),
      std::move(load),
      [access](const Config& config) { return show_toml(access(config)); },
      [access](const Config& a, const Config& b) { return access(a) == access(b); },
      [access](const Config& before, const Config& after) { return describe_change(access(before), access(after)); },
      [access](const Config& from, Config& to) { access(to) = access(from); }};
}

template <typename Access>
[[nodiscard]] ConfigKey key(std::string path, Access access, std::string documentation,
                            Check<ValueOf<Access>> check = {}) {
  const auto load = [access, check](const ConfigValue& value, Config& config) {
    ValueOf<Access> loaded{};
    const bool whole = read(value, loaded);
    if (whole && check) {
      if (const std::string complaint = check(loaded); !complaint.empty()) return value.reject(complaint);
    }
    if (whole || kKeepsParts<ValueOf<Access>>) access(config) = std::move(loaded);
    return whole;
  };
  return key_with_load(std::move(path), access, std::move(documentation), load);
}

[[nodiscard]] inline std::string unquoted(const std::string& toml) {
  return toml.front() == '"' ? toml.substr(1, toml.size() - 2) : toml;
}

template <typename T>
[[nodiscard]] Check<T> between(T least, T most) {
  return [least, most](const T& value) {
    if (!(value < least) && !(most < value)) return std::string{};
    return fmt::format("must be {} to {}", unquoted(show_toml(least)), unquoted(show_toml(most)));
  };
}

// The schema's parts, in its order.
void add_listen_keys(std::vector<ConfigKey>& keys);
void add_tls_keys(std::vector<ConfigKey>& keys);
[[nodiscard]] ConfigKey tcp_peer_ports_key();
void add_quota_keys(std::vector<ConfigKey>& keys);
void add_limits_keys(std::vector<ConfigKey>& keys);
/// Less would not hold a message of the largest size beside a few usual ones.
[[nodiscard]] std::string check_queue(const ByteSize& size);
[[nodiscard]] ConfigKey database_key();
void add_http_keys(std::vector<ConfigKey>& keys);
void add_api_keys(std::vector<ConfigKey>& keys);
void add_signaling_keys(std::vector<ConfigKey>& keys);
void add_web_keys(std::vector<ConfigKey>& keys);
void add_cluster_keys(std::vector<ConfigKey>& keys);
void add_metrics_keys(std::vector<ConfigKey>& keys);

}  // namespace turnpike::server
