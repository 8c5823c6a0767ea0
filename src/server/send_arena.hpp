#pragma once

#include <cstring>
#include <vector>

#include "turnpike/base/bytes.hpp"

namespace turnpike::server {

/// Keeps bytes that a SendBatch points to and whose own memory will not last until its flush: what was decrypted, or
/// cut out of a stream. Fixed memory; reset() after every flush.
class SendArena {
 public:
  SendArena() : memory_(kBytes) {}

  [[nodiscard]] bool has_room(std::size_t bytes) const noexcept { return bytes <= memory_.size() - used_; }
  /// There must be room; 64 KiB there always is after reset().
  [[nodiscard]] ByteSpan keep(ByteSpan bytes) noexcept {
    const MutableByteSpan copy = MutableByteSpan(memory_).subspan(used_, bytes.size());
    if (!bytes.empty()) std::memcpy(copy.data(), bytes.data(), bytes.size());
    used_ += bytes.size();
    return copy;
  }
  void reset() noexcept { used_ = 0; }

 private:
  static constexpr std::size_t kBytes = 256U << 10U;

  std::vector<std::uint8_t> memory_;
  std::size_t used_ = 0;
};

}  // namespace turnpike::server
