#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "server/config.hpp"

namespace turnpike::server {

/// "https://turn.example.org", with ":PORT" unless that is 443: where anybody finds the page. Nothing when the page or
/// the rooms are off, without server.host, and without a listener that serves HTTPS. Listeners behind a proxy do not
/// count: only the proxy knows its port.
[[nodiscard]] std::optional<std::string> public_page_origin(const Config& config);

/// Where the page is, for the operator: under server.host if that is set, else on this machine; nothing when no
/// listener serves it there. `has_tls`: a certificate is there. Holds no address.
[[nodiscard]] std::optional<std::string> page_url(const Config& config, bool has_tls);

}  // namespace turnpike::server
