#pragma once

#include <string>

#include "control/sqlite_handles.hpp"
#include "turnpike/control/store.hpp"

namespace turnpike::control {

/// Opens the file as Store::open() promises: made if need be, checked, up to date, set up.
[[nodiscard]] StoreResult<DatabaseHandle> open_store_file(const std::string& path, const Store::Options& options);

}  // namespace turnpike::control
