#pragma once

#include <span>
#include <string_view>

namespace turnpike::control {

/// A file of web/ as it was when this was built; turnpike-client.js with its modules joined into it.
struct WebAsset {
  std::string_view name;  ///< below web/: "index.html", "call/main.js"
  std::string_view content;
};

/// Defined by what cmake/embed_assets.cmake writes.
[[nodiscard]] std::span<const WebAsset> web_assets() noexcept;

}  // namespace turnpike::control
