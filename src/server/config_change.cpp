#include "server/config_change.hpp"

#include <algorithm>
#include <iterator>

namespace turnpike::server {
namespace {

constexpr std::size_t kMostNames = 20;

bool is_less(const ListItem& a, const ListItem& b) { return a.identity < b.identity; }

/// Those of `from`, which is in order, that are not in `other`.
std::vector<ListItem> subtract(const std::vector<ListItem>& from, const std::vector<ListItem>& other) {
  std::vector<ListItem> rest;
  std::ranges::set_difference(from, other, std::back_inserter(rest), is_less);
  std::ranges::sort(rest, {}, &ListItem::name);
  return rest;
}

/// Takes out of both what has a name in both.
std::vector<ListItem> take_changed(std::vector<ListItem>& added, std::vector<ListItem>& removed) {
  std::vector<ListItem> changed;
  std::ranges::set_intersection(added, removed, std::back_inserter(changed), {}, &ListItem::name, &ListItem::name);
  std::erase_if(changed, [](const ListItem& item) { return item.name.empty(); });
  const auto is_changed = [&](const ListItem& item) {
    return std::ranges::binary_search(changed, item.name, {}, &ListItem::name);
  };
  std::erase_if(added, is_changed);
  std::erase_if(removed, is_changed);
  return changed;
}

void describe_part(const char* what, const std::vector<ListItem>& items, std::string& text) {
  if (items.empty()) return;
  if (!text.empty()) text += items.front().name.empty() ? ", " : "; ";
  if (items.front().name.empty()) {
    text += fmt::format("{} {}", items.size(), what);
    return;
  }
  text += what;
  for (std::size_t i = 0; i < std::min(items.size(), kMostNames); ++i) text += (i == 0 ? " " : ", ") + items[i].name;
  if (items.size() > kMostNames) text += fmt::format(" and {} more", items.size() - kMostNames);
}

template <typename Digest>
std::string raw(const std::optional<Digest>& key) {
  return key ? std::string(key->begin(), key->end()) : std::string{};
}

}  // namespace

ListItem list_item(const SecretText& value) { return {value.value, {}}; }

ListItem list_item(const ConfiguredUser& value) {
  const std::string password = value.password ? "p" + value.password->value : std::string{};
  return {value.name + '\0' + password + '\0' + raw(value.key) + '\0' + raw(value.key_sha256), {}};
}

ListItem list_item(const ConfiguredKey& value) { return {show_toml(value) + '\0' + value.text.value, {}}; }

ListItem list_item(const ListenUrl& value) { return {show_toml(value), show(value)}; }

std::string describe_lists(std::vector<ListItem> before, std::vector<ListItem> after) {
  std::ranges::stable_sort(before, is_less);
  std::ranges::stable_sort(after, is_less);
  std::vector<ListItem> added = subtract(after, before);
  std::vector<ListItem> removed = subtract(before, after);
  const std::vector<ListItem> changed = take_changed(added, removed);
  std::string text;
  describe_part("added", added, text);
  describe_part("removed", removed, text);
  describe_part("changed", changed, text);
  return text.empty() ? "in another order" : text;
}

}  // namespace turnpike::server
