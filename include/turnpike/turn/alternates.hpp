#pragma once

#include <optional>
#include <string>
#include <vector>

#include "turnpike/base/endpoint.hpp"

namespace turnpike::turn {

/// Another server that can serve a client instead (RFC 8489 section 10).
struct Alternate {
  std::optional<Endpoint> plain;   ///< for clients over UDP and TCP
  std::optional<Endpoint> secure;  ///< for clients over TLS and DTLS
  std::string domain;              ///< the name in its certificate, when it is another than ours; else empty
  friend bool operator==(const Alternate&, const Alternate&) = default;
};

/// Where new allocations may go instead.
struct Alternates {
  std::vector<Alternate> healthy;  ///< only those that answer
  bool always = false;             ///< not only while there is no room here
  friend bool operator==(const Alternates&, const Alternates&) = default;
};

}  // namespace turnpike::turn
