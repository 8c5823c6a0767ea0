#pragma once

#include <charconv>
#include <cstddef>
#include <optional>
#include <string_view>

namespace turnpike::control {

inline constexpr std::size_t kDefaultPage = 100;
inline constexpr std::size_t kMaxPage = 1000;

/// `limit` of a listing; nothing unless it is a whole number from 1 to kMaxPage.
[[nodiscard]] inline std::optional<std::size_t> parse_page_limit(std::string_view text) noexcept {
  std::size_t limit = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), limit);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return limit >= 1 && limit <= kMaxPage ? std::optional(limit) : std::nullopt;
}

}  // namespace turnpike::control
