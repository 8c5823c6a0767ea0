#pragma once

#include <fmt/format.h>

#include <string>
#include <vector>

#include "server/config_reader.hpp"

namespace turnpike::server {

// What is said about a key whose value is another one: in words that never hold a secret.

/// An item of a list. Items with the same `identity` are the same; those that only have the same `name` have changed.
struct ListItem {
  std::string identity;  ///< may hold a secret
  std::string name;      ///< may not; empty: is only counted
};

[[nodiscard]] ListItem list_item(const SecretText& value);
[[nodiscard]] ListItem list_item(const ConfiguredUser& value);
[[nodiscard]] ListItem list_item(const ConfiguredKey& value);
[[nodiscard]] ListItem list_item(const ListenUrl& value);
template <typename T>
[[nodiscard]] ListItem list_item(const T& value) {
  std::string name = show_toml(value);
  if (name.size() > 2 && name.front() == '"') name = name.substr(1, name.size() - 2);
  return {name, name};
}

/// "added A, B; removed C", or counts of what has no name. In about n log n: there may be 100,000 users.
[[nodiscard]] std::string describe_lists(std::vector<ListItem> before, std::vector<ListItem> after);

template <typename T>
[[nodiscard]] std::string describe_change(const T& before, const T& after) {
  return fmt::format("{} -> {}", show_toml(before), show_toml(after));
}
template <typename T>
[[nodiscard]] std::string describe_change(const std::vector<T>& before, const std::vector<T>& after) {
  const auto items = [](const std::vector<T>& values) {
    std::vector<ListItem> list;
    list.reserve(values.size());
    for (const T& value : values) list.push_back(list_item(value));
    return list;
  };
  return describe_lists(items(before), items(after));
}

}  // namespace turnpike::server
