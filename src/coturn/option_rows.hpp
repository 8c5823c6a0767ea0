#pragma once

#include <span>

#include "turnpike/coturn/option_table.hpp"

namespace turnpike::coturn {

// Short, because the rows are many.
inline constexpr auto kAll = Repeats::all_count;
inline constexpr auto kLast = Repeats::last_counts;
inline constexpr auto kAccess = Guards::access;

// The rows of the option table, a group each.
[[nodiscard]] std::span<const Option> address_rows() noexcept;
[[nodiscard]] std::span<const Option> relay_rows() noexcept;
[[nodiscard]] std::span<const Option> peer_rows() noexcept;
[[nodiscard]] std::span<const Option> limit_rows() noexcept;
[[nodiscard]] std::span<const Option> protocol_rows() noexcept;
[[nodiscard]] std::span<const Option> auth_rows() noexcept;
[[nodiscard]] std::span<const Option> tls_rows() noexcept;
[[nodiscard]] std::span<const Option> cluster_rows() noexcept;
[[nodiscard]] std::span<const Option> log_rows() noexcept;
[[nodiscard]] std::span<const Option> administration_rows() noexcept;
[[nodiscard]] std::span<const Option> process_rows() noexcept;

}  // namespace turnpike::coturn
