#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "control/sqlite_handles.hpp"
#include "turnpike/control/store.hpp"

namespace turnpike::control {

/// In the file's header: tells turnpike's databases from all others ("tpke").
inline constexpr std::int64_t kApplicationId = 0x74706b65;

/// Each brings a database from the version of its index to the next one. A released one is never changed: append.
[[nodiscard]] std::span<const std::string_view> store_migrations() noexcept;

/// Brings the database to version migrations.size(), or leaves it as it was. Several processes may do so at a time.
[[nodiscard]] StoreResult<void> migrate(sqlite3* database, std::span<const std::string_view> migrations);

}  // namespace turnpike::control
