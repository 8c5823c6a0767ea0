#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "turnpike/base/result.hpp"
#include "turnpike/base/time.hpp"

namespace turnpike::server {

/// Where an application gets its ICE servers.
struct IceSource {
  std::string url;  ///< http or https; without a path that of turnpike's own API is asked
  std::string key;  ///< for "Authorization: Bearer"; empty: none
  std::string trusted_pem;
  bool is_insecure = false;
  Duration patience{};
};

/// One URI of an answer, with what goes with it.
struct IceServer {
  std::string uri;
  std::string username;
  std::string password;
};
struct IceAnswer {
  std::string host;  ///< that has answered
  std::vector<IceServer> servers;
  std::optional<UnixSeconds> date;  ///< what the server's clock says
};
/// In words for the operator; holds nothing of a key.
struct IceMistake {
  std::string message;
  bool is_call = false;  ///< the call of the program is wrong, not the server
};

[[nodiscard]] Result<IceAnswer, IceMistake> fetch_ice_servers(const IceSource& source,
                                                              const std::function<Instant()>& clock);

/// {"iceServers":[...]}, or the list alone; `urls` (or `url`) may be a text or a list of texts. No servers when there
/// are none in it.
[[nodiscard]] std::vector<IceServer> read_ice_servers(std::string_view json);

/// "Sat, 21 Nov 2026 22:46:46 GMT" (RFC 9110 section 5.6.7).
[[nodiscard]] std::optional<UnixSeconds> parse_http_date(std::string_view text);

}  // namespace turnpike::server
