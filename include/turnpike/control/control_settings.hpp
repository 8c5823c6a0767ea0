#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "turnpike/base/ip_address.hpp"
#include "turnpike/base/time.hpp"
#include "turnpike/control/api_key.hpp"
#include "turnpike/control/signaling_settings.hpp"
#include "turnpike/control/web_settings.hpp"

namespace turnpike::control {

/// URIs (RFC 7064, RFC 7065) under which clients reach what is really listening, in the order to try: UDP, TCP, TLS,
/// DTLS.
struct IceUris {
  std::vector<std::string> stun;
  std::vector<std::string> turn;
};

/// What the control plane goes by. Replaced whole at a reload.
struct ControlSettings {
  std::string secret;  ///< signs ephemeral credentials; empty: none can be minted
  IceUris uris;
  Seconds default_ttl{86400};
  Seconds max_ttl{86400};                    ///< more is cut to this, or refused where a shape knows how
  std::vector<ApiKey> keys;                  ///< those of the configuration
  std::vector<std::string> allowed_origins;  ///< browsers' origins beside those of keys; "*" for all
  std::uint32_t requests_per_second = 50;    ///< of one key; 0: no limit
  bool plain_api = false;                    ///< keys may come over HTTP without TLS from elsewhere than loopback
  std::vector<IpPrefix> metrics_allow;       ///< who may read /metrics without a key
  SignalingSettings signaling;
  WebSettings web;
};

}  // namespace turnpike::control
