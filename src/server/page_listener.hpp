#pragma once

#include <optional>
#include <vector>

#include "server/config.hpp"

namespace turnpike::server {

// Which listener to send a browser to. The page is on every one that serves HTTP; better is one that is made for it.

/// The smaller the better; nothing when no page is served there without TLS.
[[nodiscard]] constexpr std::optional<int> rank_plain(ListenScheme scheme) noexcept {
  if (scheme == ListenScheme::http) return 0;
  return scheme == ListenScheme::tcp ? std::optional(1) : std::nullopt;
}

/// The same with TLS, if there is a certificate.
[[nodiscard]] constexpr std::optional<int> rank_secure(ListenScheme scheme) noexcept {
  if (scheme == ListenScheme::https) return 0;
  if (scheme == ListenScheme::tls) return 1;
  return scheme == ListenScheme::tcp ? std::optional(2) : std::nullopt;
}

/// The first of those that `rank` gives the smallest number; null when it gives none to any.
template <typename Rank>
[[nodiscard]] const ListenUrl* find_best(const std::vector<ListenUrl>& listeners, Rank rank) {
  const ListenUrl* best = nullptr;
  std::optional<int> least;
  for (const ListenUrl& listener : listeners) {
    const std::optional<int> found = rank(listener);
    if (!found || (least && *least <= *found)) continue;
    best = &listener;
    least = found;
  }
  return best;
}

}  // namespace turnpike::server
