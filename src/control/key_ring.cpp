#include "control/key_ring.hpp"

#include <algorithm>
#include <utility>

namespace turnpike::control {
namespace {

bool any_names_origin(const std::vector<ApiKey>& keys, std::string_view origin) noexcept {
  return std::any_of(keys.begin(), keys.end(), [origin](const ApiKey& key) {
    return std::find(key.grant.origins.begin(), key.grant.origins.end(), origin) != key.grant.origins.end();
  });
}

bool any_has_id(const std::vector<ApiKey>& keys, std::string_view id) noexcept {
  return std::any_of(keys.begin(), keys.end(), [id](const ApiKey& key) { return key.id == id; });
}

}  // namespace

void KeyRing::set_configured(std::vector<ApiKey> keys) { configured_ = std::move(keys); }

void KeyRing::set_stored(std::vector<ApiKey> keys) {
  std::erase_if(keys, [](const ApiKey& key) { return key.revoked.has_value(); });
  stored_ = std::move(keys);
}

const ApiKey* KeyRing::find(std::string_view text) const noexcept {
  const ApiKey* found = nullptr;
  for (const ApiKey& key : configured_) {
    if (key.matches(text)) found = &key;
  }
  const std::string_view id = api_key_id(text).value_or(std::string_view{});
  const ApiKey* candidate = &nobody_;
  for (const ApiKey& key : stored_) {
    if (key.id == id) candidate = &key;
  }
  const bool matches = candidate->matches(text);
  if (matches && candidate != &nobody_) found = candidate;
  return found;
}

bool KeyRing::has_id(std::string_view id) const noexcept {
  return any_has_id(configured_, id) || any_has_id(stored_, id);
}

bool KeyRing::names_origin(std::string_view origin) const noexcept {
  return any_names_origin(configured_, origin) || any_names_origin(stored_, origin);
}

}  // namespace turnpike::control
