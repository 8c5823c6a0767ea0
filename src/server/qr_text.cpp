#include "server/qr_text.hpp"

#include <qrencode.h>

#include <array>
#include <memory>

#include "turnpike/base/bytes.hpp"

namespace turnpike::server {
namespace {

constexpr std::size_t kQuietZone = 4;  // ISO/IEC 18004 section 5.3.8

// The 256 colours' own black and white: unlike the first sixteen no theme changes them.
constexpr std::string_view kBlackOnWhite = "\x1b[38;5;16;48;5;231m";
constexpr std::string_view kReset = "\x1b[0m";

struct FreeQrCode {
  void operator()(QRcode* code) const noexcept { QRcode_free(code); }
};

/// Rows and columns count from the quiet zone's corner; what is outside the code is light.
bool is_dark(const QrCode& code, std::size_t row, std::size_t column) {
  const bool is_inside =
      row >= kQuietZone && row < kQuietZone + code.width && column >= kQuietZone && column < kQuietZone + code.width;
  return is_inside && code.is_dark(row - kQuietZone, column - kQuietZone);
}

}  // namespace

std::optional<QrCode> encode_qr(std::string_view text) {
  const ByteSpan bytes = as_bytes(text);
  const std::unique_ptr<QRcode, FreeQrCode> made{
      QRcode_encodeData(static_cast<int>(bytes.size()), bytes.data(), 0, QR_ECLEVEL_L)};
  if (!made) return std::nullopt;
  QrCode code;
  code.width = static_cast<std::size_t>(made->width);
  // Of each byte the lowest bit is the module, the others say what it is there for.
  for (std::size_t i = 0; i < code.width * code.width; ++i) code.dark.push_back((made->data[i] & 1U) != 0);
  return code;
}

std::vector<std::string> draw_qr(const QrCode& code, QrStyle style) {
  constexpr std::array<std::string_view, 4> kInked{" ", "\u2584", "\u2580", "\u2588"};  // neither, lower, upper, both
  const std::size_t width = code.width + 2 * kQuietZone;
  const bool ink_is_dark = style == QrStyle::coloured;
  std::vector<std::string> rows;
  for (std::size_t row = 0; row < width; row += 2) {
    std::string line;
    if (style == QrStyle::coloured) line += kBlackOnWhite;
    for (std::size_t column = 0; column < width; ++column) {
      const bool upper = is_dark(code, row, column) == ink_is_dark;
      const bool lower = is_dark(code, row + 1, column) == ink_is_dark;
      line += kInked.at((upper ? 2U : 0U) + (lower ? 1U : 0U));
    }
    if (style == QrStyle::coloured) line += kReset;
    rows.push_back(std::move(line));
  }
  return rows;
}

}  // namespace turnpike::server
