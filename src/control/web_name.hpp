#pragma once

#include <optional>
#include <string_view>

namespace turnpike::control {

// Names by which a URL may ask for files of the page: lower-case letters, digits, '_' and '-', of files with one of the
// extensions of the page. There is neither a slash nor a second dot in them, so that none leads out of its folder.

[[nodiscard]] bool is_web_folder_name(std::string_view name) noexcept;
/// The media type of a file of that name; nothing when the name is not allowed.
[[nodiscard]] std::optional<std::string_view> web_file_type(std::string_view name) noexcept;

}  // namespace turnpike::control
