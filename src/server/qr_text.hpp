#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace turnpike::server {

/// The modules of a QR code (ISO/IEC 18004), without the quiet zone around them.
struct QrCode {
  std::size_t width = 0;   ///< in both directions
  std::vector<bool> dark;  ///< row by row
  [[nodiscard]] bool is_dark(std::size_t row, std::size_t column) const { return dark[row * width + column]; }
};

/// The smallest code that holds `text`; nothing when none does, or when it is empty. Error correction level L: a screen
/// has no scratches, and a small code is easier to aim at.
[[nodiscard]] std::optional<QrCode> encode_qr(std::string_view text);

enum class QrStyle : std::uint8_t {
  /// Blocks where the code is light: right on a dark terminal. Inverted on a light one, which most phones read as well.
  plain,
  /// Black on white by ANSI escape sequences, whatever the terminal's own colours are.
  coloured,
};

/// One string a row of the terminal, two modules above each other in one character, with the quiet zone of four modules
/// around. Every row is `width + 8` columns wide.
[[nodiscard]] std::vector<std::string> draw_qr(const QrCode& code, QrStyle style);

}  // namespace turnpike::server
