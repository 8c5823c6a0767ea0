#include "server/doctor_secret_places.hpp"

#include <fmt/format.h>

#include <filesystem>

namespace turnpike::server {
namespace {

const TomlNode* find_list(const TomlNode& root, std::string_view table, std::string_view key) {
  const TomlEntry* found = root.find(table);
  if (found == nullptr || found->value.kind != TomlNode::Kind::table) return nullptr;
  const TomlEntry* entry = found->value.find(key);
  return entry != nullptr && entry->value.kind == TomlNode::Kind::array ? &entry->value : nullptr;
}

class Search {
 public:
  Search(const std::string& file_name, const ConfigEnvironment& environment)
      : folder_(std::filesystem::path(file_name).parent_path()), environment_(environment) {}

  void add(PlacedSecret::Kind kind, std::string key, const TomlNode& node) {
    PlacedSecret secret{.kind = kind, .key = std::move(key), .path = {}, .value = {}};
    if (node.kind == TomlNode::Kind::text) {
      secret.value = node.text;
    } else if (!follow(node, secret)) {
      return;
    }
    found.push_back(std::move(secret));
  }

  std::vector<PlacedSecret> found;

 private:
  bool follow(const TomlNode& node, PlacedSecret& secret) const {
    if (node.kind != TomlNode::Kind::table || node.entries.size() != 1) return false;
    const TomlEntry& source = node.entries.front();
    if (source.value.kind != TomlNode::Kind::text) return false;
    if (source.key == "env") {
      secret.home = PlacedSecret::Home::variable;
      secret.value = environment_.variable(source.value.text);
      return true;
    }
    if (source.key == "file") {
      secret.home = PlacedSecret::Home::file;
      secret.path = (folder_ / source.value.text).string();
    } else if (source.key == "credential") {
      secret.home = PlacedSecret::Home::credential;
      secret.path = environment_.variable("CREDENTIALS_DIRECTORY").value_or("") + "/" + source.value.text;
    } else {
      return false;
    }
    if (const auto text = environment_.read_file(secret.path)) secret.value = text->substr(0, text->find('\n'));
    return true;
  }

  std::filesystem::path folder_;
  const ConfigEnvironment& environment_;
};

/// A list of tables of which one member is the secret.
void add_members(Search& search, PlacedSecret::Kind kind, const TomlNode* list, std::string_view key,
                 std::string_view member) {
  if (list == nullptr) return;
  for (std::size_t i = 0; i < list->items.size(); ++i) {
    const TomlNode& item = list->items[i];
    const TomlEntry* entry = item.kind == TomlNode::Kind::table ? item.find(member) : nullptr;
    if (entry != nullptr) search.add(kind, fmt::format("{}[{}].{}", key, i, member), entry->value);
  }
}

}  // namespace

std::vector<PlacedSecret> find_secrets(const TomlNode& root, const std::string& file_name,
                                       const ConfigEnvironment& environment) {
  using Kind = PlacedSecret::Kind;
  Search search(file_name, environment);
  const auto add_texts = [&](Kind kind, const TomlNode* list, std::string_view key) {
    for (std::size_t i = 0; list != nullptr && i < list->items.size(); ++i) {
      search.add(kind, fmt::format("{}[{}]", key, i), list->items[i]);
    }
  };
  add_texts(Kind::shared_secret, find_list(root, "auth", "secrets"), "auth.secrets");
  add_members(search, Kind::password, find_list(root, "auth", "users"), "auth.users", "password");
  add_members(search, Kind::api_key, find_list(root, "api", "keys"), "api.keys", "key");
  add_texts(Kind::token_secret, find_list(root, "signaling", "token_secrets"), "signaling.token_secrets");
  return std::move(search.found);
}

}  // namespace turnpike::server
