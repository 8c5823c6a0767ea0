#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "turnpike/base/bytes.hpp"

namespace turnpike::net {

/// Memory of all byte queues of one worker: blocks are used again instead of being allocated for each packet.
class BlockPool {
 public:
  static constexpr std::size_t kBlockBytes = 8192;
  struct Block {
    std::array<std::uint8_t, kBlockBytes> bytes;
    std::unique_ptr<Block> next;
  };

  BlockPool() = default;
  BlockPool(const BlockPool&) = delete;
  BlockPool& operator=(const BlockPool&) = delete;
  ~BlockPool();

  /// Null without memory.
  [[nodiscard]] std::unique_ptr<Block> take() noexcept;
  void give_back(std::unique_ptr<Block> block) noexcept;

 private:
  static constexpr std::size_t kMostSpare = 256;

  std::unique_ptr<Block> spare_;
  std::size_t spare_count_ = 0;
};

/// What waits to be written to a stream. Holds no memory while empty. How much may wait is the user's business.
class ByteQueue {
 public:
  /// `pool` outlives the queue.
  explicit ByteQueue(BlockPool& pool) noexcept : pool_(&pool) {}
  ByteQueue(ByteQueue&& other) noexcept;
  ByteQueue& operator=(ByteQueue&& other) noexcept;
  ByteQueue(const ByteQueue&) = delete;
  ByteQueue& operator=(const ByteQueue&) = delete;
  ~ByteQueue() { clear(); }

  /// All or nothing; false without memory.
  bool append(ByteSpan bytes) noexcept;
  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  [[nodiscard]] bool empty() const noexcept { return size_ == 0; }
  /// The first bytes, in pieces, for TcpSocket::write(). Valid until the queue changes.
  [[nodiscard]] std::span<const ByteSpan> peek(std::span<ByteSpan> pieces) const noexcept;
  void consume(std::size_t bytes) noexcept;
  /// A copy of all of it. May throw std::bad_alloc.
  [[nodiscard]] std::vector<std::uint8_t> to_vector() const;
  void clear() noexcept;

 private:
  BlockPool* pool_;  // never null; a reference would forbid moving
  std::unique_ptr<BlockPool::Block> first_;
  BlockPool::Block* last_ = nullptr;  // in the chain of first_
  std::size_t begin_ = 0;             // of what is left in first_
  std::size_t end_ = 0;               // of what is used in last_
  std::size_t size_ = 0;
};

}  // namespace turnpike::net
