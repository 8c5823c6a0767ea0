#pragma once

#include <memory>
#include <span>

#include "server/config.hpp"
#include "server/runtime_addresses.hpp"
#include "turnpike/base/random.hpp"
#include "turnpike/control/store.hpp"
#include "turnpike/turn/core_config.hpp"
#include "turnpike/turn/quota_ledger.hpp"

namespace turnpike::server {

/// The relay core's view of a checked configuration, shared by all workers. Of the database's users those of another
/// realm are left out, and those that the configuration names itself. Nonces are good for one process and its workers:
/// `random` makes their secret, unless there is a `previous` configuration, whose nonces stay good.
[[nodiscard]] std::shared_ptr<turn::CoreConfig> make_core_config(const Config& config,
                                                                 const RuntimeAddresses& addresses,
                                                                 std::span<const control::StoredUser> stored,
                                                                 Random& random,
                                                                 const turn::CoreConfig* previous = nullptr);

[[nodiscard]] turn::QuotaLimits make_quota_limits(const Config& config) noexcept;

}  // namespace turnpike::server
