#pragma once

#include <cstdint>

#include "server/config.hpp"
#include "server/worker.hpp"
#include "turnpike/control/http_server.hpp"

namespace turnpike::server {

/// What of `[limits]` one of so many workers goes by: bounds of the whole server are shared evenly.
[[nodiscard]] Worker::Limits make_worker_limits(const Config& config, std::uint32_t workers) noexcept;

[[nodiscard]] control::HttpOptions make_http_options(const Config& config) noexcept;

}  // namespace turnpike::server
