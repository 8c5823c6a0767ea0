#include "turnpike/control/backend.hpp"

#include <fmt/format.h>

#include <array>
#include <charconv>

namespace turnpike::control {
namespace {

/// Exactly kCount decimal numbers joined by dashes, as to_string() writes them: no sign, no leading zero.
template <std::size_t kCount>
std::optional<std::array<std::uint32_t, kCount>> parse_numbers(std::string_view text) noexcept {
  std::array<std::uint32_t, kCount> numbers{};
  for (std::size_t i = 0; i < kCount; ++i) {
    const bool has_leading_zero = text.size() > 1 && text[0] == '0' && text[1] >= '0' && text[1] <= '9';
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), numbers.at(i));
    if (error != std::errc{} || has_leading_zero) return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    if (i + 1 == kCount) break;
    if (!text.starts_with('-')) return std::nullopt;
    text.remove_prefix(1);
  }
  if (!text.empty()) return std::nullopt;
  return numbers;
}

}  // namespace

std::string to_string(const AllocationKey& key) {
  return fmt::format("{}-{}-{}", key.worker, key.id.slot, key.id.generation);
}

std::optional<AllocationKey> parse_allocation_key(std::string_view text) noexcept {
  const auto numbers = parse_numbers<3>(text);
  if (!numbers || (*numbers)[2] == 0) return std::nullopt;
  return AllocationKey{(*numbers)[0], {(*numbers)[1], (*numbers)[2]}};
}

std::string to_string(const AllocationCursor& cursor) { return fmt::format("{}-{}", cursor.worker, cursor.slot); }

std::optional<AllocationCursor> parse_allocation_cursor(std::string_view text) noexcept {
  const auto numbers = parse_numbers<2>(text);
  if (!numbers) return std::nullopt;
  return AllocationCursor{(*numbers)[0], (*numbers)[1]};
}

}  // namespace turnpike::control
