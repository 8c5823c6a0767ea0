#pragma once

#include <cstddef>

#include "turnpike/base/bytes.hpp"

namespace turnpike::net {

/// Zeroed memory straight from the kernel, which backs a page only once it is touched. Aligned to and advised for huge
/// pages: receive buffers lie 64 KiB apart, and on small pages each would cost address translations of its own.
class AnonymousMemory {
 public:
  /// Throws std::bad_alloc.
  explicit AnonymousMemory(std::size_t size);
  AnonymousMemory(const AnonymousMemory&) = delete;
  AnonymousMemory& operator=(const AnonymousMemory&) = delete;
  ~AnonymousMemory();

  [[nodiscard]] MutableByteSpan bytes() const noexcept { return bytes_; }

 private:
  void* mapping_ = nullptr;
  std::size_t mapping_size_ = 0;
  MutableByteSpan bytes_;
};

}  // namespace turnpike::net
