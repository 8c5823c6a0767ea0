#pragma once

#include <set>
#include <string>

#include "server/config.hpp"
#include "server/config_reader.hpp"
#include "server/config_report.hpp"

namespace turnpike::server {

/// What no single value shows: values that are right by themselves but not together, and values that are dangerous.
/// Keys in `broken` have a mistake already and are left alone.
void check_config(const Config& config, const SourcePlaces& places, const std::set<std::string, std::less<>>& broken,
                  ConfigReport& report);

/// The part of check_config() about external addresses and the relay addresses they stand for.
void check_external(const Config& config, const SourcePlaces& places, const std::set<std::string, std::less<>>& broken,
                    ConfigReport& report);

/// The part of check_config() about realm, secrets and users.
void check_auth(const Config& config, const SourcePlaces& places, const std::set<std::string, std::less<>>& broken,
                ConfigReport& report);

/// The part of check_config() about API keys, and who may use what is served over HTTP.
void check_api(const Config& config, const SourcePlaces& places, const std::set<std::string, std::less<>>& broken,
               ConfigReport& report);

/// The part of check_config() about rooms: who may join them, and bounds and paths that go together.
void check_signaling(const Config& config, const SourcePlaces& places, const std::set<std::string, std::less<>>& broken,
                     ConfigReport& report);

/// The part of check_config() about other servers that clients are sent to, and about draining.
void check_cluster(const Config& config, const SourcePlaces& places, const std::set<std::string, std::less<>>& broken,
                   ConfigReport& report);

/// The part of check_config() about listeners, and what else wants their ports.
void check_listeners(const Config& config, const SourcePlaces& places, const std::set<std::string, std::less<>>& broken,
                     ConfigReport& report);

}  // namespace turnpike::server
