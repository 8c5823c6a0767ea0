#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "turnpike/control/api_key.hpp"

namespace turnpike::control {

/// The API keys in force: those of the configuration and those of the database. A presented text is looked up without
/// telling by time which keys exist.
class KeyRing {
 public:
  void set_configured(std::vector<ApiKey> keys);
  void set_stored(std::vector<ApiKey> keys);  ///< revoked ones among them count for nothing

  /// Always hashes as often as there are keys in the configuration, and once more. Good until the keys change.
  [[nodiscard]] const ApiKey* find(std::string_view text) const noexcept;
  [[nodiscard]] bool has_id(std::string_view id) const noexcept;
  [[nodiscard]] bool names_origin(std::string_view origin) const noexcept;
  [[nodiscard]] std::size_t size() const noexcept { return configured_.size() + stored_.size(); }

 private:
  std::vector<ApiKey> configured_;
  std::vector<ApiKey> stored_;
  ApiKey nobody_;  // stands in for a stored key that does not exist; its hash is of no text
};

}  // namespace turnpike::control
