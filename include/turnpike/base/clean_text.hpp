#pragma once

#include <cstddef>
#include <string_view>

namespace turnpike {

/// How long the character is that a text begins with, which is not empty; 0 when it is none (RFC 3629 section 4).
[[nodiscard]] std::size_t character_length(std::string_view text) noexcept;

/// Whether a text is UTF-8 (RFC 3629: nothing overlong, no surrogates) without control characters.
[[nodiscard]] bool is_clean_text(std::string_view text) noexcept;

}  // namespace turnpike
