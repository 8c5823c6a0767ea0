#pragma once

#include <optional>
#include <string>
#include <vector>

#include "server/config_environment.hpp"
#include "server/config_toml.hpp"

namespace turnpike::server {

/// A secret of the configuration, and where it is kept.
struct PlacedSecret {
  enum class Kind : std::uint8_t { shared_secret, token_secret, password, api_key };
  enum class Home : std::uint8_t { this_file, file, variable, credential };
  Kind kind = Kind::shared_secret;
  Home home = Home::this_file;
  std::string key;                   ///< "auth.secrets[0]"
  std::string path;                  ///< of its file or credential
  std::optional<std::string> value;  ///< nothing when it could not be read
};

/// Every secret that a configuration has, in its order. What is misspelt is left out: the loader says so.
[[nodiscard]] std::vector<PlacedSecret> find_secrets(const TomlNode& root, const std::string& file_name,
                                                     const ConfigEnvironment& environment);

}  // namespace turnpike::server
