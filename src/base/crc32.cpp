#include <array>

#include "turnpike/base/digest.hpp"

namespace turnpike {
namespace {

constexpr std::uint32_t kReflectedPolynomial = 0xedb88320;
constexpr std::size_t kSlices = 8;
using CrcTables = std::array<std::array<std::uint32_t, 256>, kSlices>;

/// kTables[k][b] is the CRC of byte b with k zero bytes behind it, so that eight bytes are taken in one step.
constexpr CrcTables kTables = [] {
  CrcTables tables{};
  for (std::uint32_t byte = 0; byte < 256; ++byte) {
    std::uint32_t crc = byte;
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1U) ^ ((crc & 1U) != 0 ? kReflectedPolynomial : 0U);
    tables[0][byte] = crc;
  }
  for (std::size_t slice = 1; slice < kSlices; ++slice) {
    for (std::size_t byte = 0; byte < 256; ++byte) {
      const std::uint32_t before = tables[slice - 1][byte];
      tables[slice][byte] = (before >> 8U) ^ tables[0][before & 0xffU];
    }
  }
  return tables;
}();

std::uint32_t take_eight(std::uint32_t crc, std::span<const std::uint8_t, kSlices> bytes) noexcept {
  return kTables[7][bytes[0] ^ (crc & 0xffU)] ^ kTables[6][bytes[1] ^ (crc >> 8U & 0xffU)] ^
         kTables[5][bytes[2] ^ (crc >> 16U & 0xffU)] ^ kTables[4][bytes[3] ^ (crc >> 24U)] ^ kTables[3][bytes[4]] ^
         kTables[2][bytes[5]] ^ kTables[1][bytes[6]] ^ kTables[0][bytes[7]];
}

}  // namespace

std::uint32_t crc32(ByteSpan bytes) noexcept {
  std::uint32_t crc = ~0U;
  for (; bytes.size() >= kSlices; bytes = bytes.subspan(kSlices)) crc = take_eight(crc, bytes.first<kSlices>());
  for (const std::uint8_t byte : bytes) crc = (crc >> 8U) ^ kTables[0][(crc ^ byte) & 0xffU];
  return ~crc;
}

}  // namespace turnpike
