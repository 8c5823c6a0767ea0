#pragma once

#include <cstdint>
#include <vector>

#include "turnpike/net/byte_sink.hpp"

namespace turnpike::control {

/// Appends to a vector.
class VectorSink final : public net::ByteSink {
 public:
  explicit VectorSink(std::vector<std::uint8_t>& bytes) noexcept : bytes_(bytes) {}
  void write(ByteSpan bytes) noexcept override { bytes_.insert(bytes_.end(), bytes.begin(), bytes.end()); }

 private:
  std::vector<std::uint8_t>& bytes_;
};

}  // namespace turnpike::control
