#pragma once

#include <memory>

#include "server/config.hpp"
#include "server/runtime_addresses.hpp"
#include "turnpike/base/random.hpp"
#include "turnpike/turn/core_config.hpp"
#include "turnpike/turn/quota_ledger.hpp"

namespace turnpike::server {

/// The relay core's view of a checked configuration, shared by all workers. `random` makes the nonce secret: nonces are
/// good for one process and its workers.
[[nodiscard]] std::shared_ptr<const turn::CoreConfig> make_core_config(const Config& config,
                                                                       const RuntimeAddresses& addresses,
                                                                       Random& random);

[[nodiscard]] turn::QuotaLimits make_quota_limits(const Config& config) noexcept;

}  // namespace turnpike::server
