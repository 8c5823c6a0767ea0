#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>

#include "server/config_loader.hpp"

namespace turnpike::test {

/// Enough for `config check`, which does not look into them any further.
inline constexpr const char* kFakeCertificate = "-----BEGIN CERTIFICATE-----\n";
inline constexpr const char* kFakeKey = "-----BEGIN PRIVATE KEY-----\n";

/// An environment of these variables and files, and no others.
struct FakeEnvironment {
  std::map<std::string, std::string> variables;
  std::map<std::string, std::string> files;
  std::set<std::string> folders{};

  [[nodiscard]] server::ConfigEnvironment get() const {
    return {.variable = [all = variables](const std::string& name) -> std::optional<std::string> {
              const auto found = all.find(name);
              return found == all.end() ? std::nullopt : std::optional(found->second);
            },
            .read_file = [all = files](const std::string& path) -> Result<std::string> {
              const auto found = all.find(path);
              if (found == all.end())
                return boost::system::errc::make_error_code(boost::system::errc::no_such_file_or_directory);
              return found->second;
            },
            .is_folder = [all = folders](const std::string& path) { return all.contains(path); }};
  }
};

inline server::LoadedConfig load(std::string_view text, const FakeEnvironment& environment = {}) {
  return server::load_config(text, "test.toml", environment.get());
}

}  // namespace turnpike::test
