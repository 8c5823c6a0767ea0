#pragma once

#include <array>
#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>
#include <utility>

namespace turnpike {

using ByteSpan = std::span<const std::uint8_t>;
using MutableByteSpan = std::span<std::uint8_t>;

/// Big-endian load of the first sizeof(T) bytes; the span's type proves that they are there. Written without a loop:
/// GCC makes one load and a byte swap of this form only.
template <std::unsigned_integral T>
[[nodiscard]] constexpr T load_be(std::span<const std::uint8_t, sizeof(T)> bytes) noexcept {
  const auto join = [&]<std::size_t... I>(std::index_sequence<I...>) {
    return static_cast<T>(((static_cast<std::uint64_t>(bytes[I]) << (8U * (sizeof(T) - 1U - I))) | ...));
  };
  return join(std::make_index_sequence<sizeof(T)>{});
}

template <std::unsigned_integral T>
constexpr void store_be(std::span<std::uint8_t, sizeof(T)> bytes, T value) noexcept {
  const auto split = [&]<std::size_t... I>(std::index_sequence<I...>) {
    ((bytes[I] = static_cast<std::uint8_t>((value >> (8U * (sizeof(T) - 1U - I))) & 0xffU)), ...);
  };
  split(std::make_index_sequence<sizeof(T)>{});
}

[[nodiscard]] inline ByteSpan as_bytes(std::string_view text) noexcept {
  // The one cast from characters to bytes.
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};  // NOLINT(*-reinterpret-cast)
}

[[nodiscard]] inline std::string_view as_text(ByteSpan bytes) noexcept {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};  // NOLINT(*-reinterpret-cast)
}

/// Appends to a caller's buffer. Writing past its end writes nothing and makes ok() false for good.
class ByteWriter {
 public:
  explicit ByteWriter(MutableByteSpan buffer) noexcept : buffer_(buffer) {}

  void write_u8(std::uint8_t value) noexcept { write_be(value); }
  void write_u16(std::uint16_t value) noexcept { write_be(value); }
  void write_u32(std::uint32_t value) noexcept { write_be(value); }
  void write_u64(std::uint64_t value) noexcept { write_be(value); }
  void write(ByteSpan bytes) noexcept {
    if (!reserve(bytes.size()) || bytes.empty()) return;
    std::memcpy(buffer_.data() + size_, bytes.data(), bytes.size());
    size_ += bytes.size();
  }
  void write_zeros(std::size_t count) noexcept {
    if (!reserve(count) || count == 0) return;
    std::memset(buffer_.data() + size_, 0, count);
    size_ += count;
  }

  /// Says that what should be written cannot be.
  void fail() noexcept { ok_ = false; }

  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  [[nodiscard]] bool ok() const noexcept { return ok_; }
  [[nodiscard]] MutableByteSpan written() const noexcept { return buffer_.first(size_); }

 private:
  template <std::unsigned_integral T>
  void write_be(T value) noexcept {
    if (!reserve(sizeof(T))) return;
    store_be(buffer_.subspan(size_).template first<sizeof(T)>(), value);
    size_ += sizeof(T);
  }
  [[nodiscard]] bool reserve(std::size_t count) noexcept {
    if (count > buffer_.size() - size_) ok_ = false;
    return ok_;
  }

  MutableByteSpan buffer_;
  std::size_t size_ = 0;
  bool ok_ = true;
};

}  // namespace turnpike
