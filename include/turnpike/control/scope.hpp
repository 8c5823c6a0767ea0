#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace turnpike::control {

/// What an API key may do.
enum class Scope : std::uint8_t {
  credentials,  ///< mint TURN credentials
  rooms,        ///< see and end rooms, make room tokens
  admin,        ///< everything, the other two included
};
inline constexpr std::array kScopes{Scope::credentials, Scope::rooms, Scope::admin};

[[nodiscard]] constexpr std::string_view name_of(Scope scope) noexcept {
  switch (scope) {
    case Scope::credentials: return "credentials";
    case Scope::rooms: return "rooms";
    case Scope::admin: return "admin";
  }
  return "?";
}
[[nodiscard]] constexpr std::optional<Scope> parse_scope(std::string_view name) noexcept {
  for (const Scope scope : kScopes) {
    if (name == name_of(scope)) return scope;
  }
  return std::nullopt;
}

class ScopeSet {
 public:
  constexpr ScopeSet() noexcept = default;
  constexpr void add(Scope scope) noexcept { bits_ |= bit(scope); }
  [[nodiscard]] constexpr bool contains(Scope scope) const noexcept { return (bits_ & bit(scope)) != 0; }
  /// Whether it was given, or comes with `admin`.
  [[nodiscard]] constexpr bool allows(Scope scope) const noexcept { return contains(scope) || contains(Scope::admin); }
  [[nodiscard]] constexpr bool empty() const noexcept { return bits_ == 0; }
  friend constexpr bool operator==(const ScopeSet&, const ScopeSet&) noexcept = default;

 private:
  [[nodiscard]] static constexpr unsigned bit(Scope scope) noexcept { return 1U << static_cast<unsigned>(scope); }
  unsigned bits_ = 0;
};

}  // namespace turnpike::control
