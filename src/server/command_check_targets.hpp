#pragma once

#include <cxxopts.hpp>

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "server/command_line.hpp"
#include "turnpike/probe/server_uri.hpp"

namespace turnpike::server {

/// One server to be checked, and with what.
struct CheckTarget {
  probe::ServerUri uri;
  std::string username;
  std::string password;
  bool is_minted = false;  ///< from a shared secret, by this program
};
struct CheckPlan {
  std::vector<CheckTarget> targets;
  std::string answering_host;             ///< of the API
  std::optional<Seconds> clock_offset{};  ///< this machine's clock minus that of the API
};
/// What applies to every connection.
struct CheckTrust {
  std::string trusted_pem;
  bool is_insecure = false;
  Duration patience{};
};

void add_target_options(cxxopts::Options& options);

/// Nothing when there is nothing to be checked because of the world, which has been said then. Throws WrongCall.
[[nodiscard]] std::optional<CheckPlan> find_targets(const cxxopts::ParseResult& parsed, const CheckTrust& trust,
                                                    const std::function<Instant()>& clock, CommandWorld& world);

}  // namespace turnpike::server
