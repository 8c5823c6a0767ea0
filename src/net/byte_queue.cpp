#include "turnpike/net/byte_queue.hpp"

#include <algorithm>
#include <cstring>
#include <new>
#include <utility>

#include "turnpike/base/check.hpp"

namespace turnpike::net {

namespace {

// Link by link: the chain's own destructor would recurse as deep as it is long.
void drop_chain(std::unique_ptr<BlockPool::Block> block) noexcept {
  while (block) block = std::move(block->next);
}

}  // namespace

BlockPool::~BlockPool() { drop_chain(std::move(spare_)); }

std::unique_ptr<BlockPool::Block> BlockPool::take() noexcept {
  if (spare_) {
    std::unique_ptr<Block> block = std::move(spare_);
    spare_ = std::move(block->next);
    --spare_count_;
    return block;
  }
  try {
    return std::make_unique_for_overwrite<Block>();
  } catch (const std::bad_alloc&) {
    return nullptr;
  }
}

void BlockPool::give_back(std::unique_ptr<Block> block) noexcept {
  if (spare_count_ == kMostSpare) return;
  block->next = std::move(spare_);
  spare_ = std::move(block);
  ++spare_count_;
}

ByteQueue::ByteQueue(ByteQueue&& other) noexcept
    : pool_(other.pool_),
      first_(std::move(other.first_)),
      last_(std::exchange(other.last_, nullptr)),
      begin_(std::exchange(other.begin_, 0)),
      end_(std::exchange(other.end_, 0)),
      size_(std::exchange(other.size_, 0)) {}

ByteQueue& ByteQueue::operator=(ByteQueue&& other) noexcept {
  if (this != &other) {
    clear();
    pool_ = other.pool_;
    first_ = std::move(other.first_);
    last_ = std::exchange(other.last_, nullptr);
    begin_ = std::exchange(other.begin_, 0);
    end_ = std::exchange(other.end_, 0);
    size_ = std::exchange(other.size_, 0);
  }
  return *this;
}

bool ByteQueue::append(ByteSpan bytes) noexcept {
  constexpr std::size_t kBlock = BlockPool::kBlockBytes;
  const std::size_t room = last_ == nullptr ? 0 : kBlock - end_;
  std::unique_ptr<BlockPool::Block> fresh;
  BlockPool::Block* fresh_last = nullptr;
  for (std::size_t got = room; got < bytes.size(); got += kBlock) {
    std::unique_ptr<BlockPool::Block> block = pool_->take();
    if (!block) {
      drop_chain(std::move(fresh));
      return false;
    }
    block->next = std::move(fresh);
    if (fresh_last == nullptr) fresh_last = block.get();
    fresh = std::move(block);
  }
  size_ += bytes.size();
  const std::size_t head = std::min(room, bytes.size());
  if (head > 0) {
    std::memcpy(last_->bytes.data() + end_, bytes.data(), head);
    end_ += head;
    bytes = bytes.subspan(head);
  }
  if (!fresh) return true;
  if (last_ == nullptr) {
    first_ = std::move(fresh);
    last_ = first_.get();
  } else {
    last_->next = std::move(fresh);
    last_ = last_->next.get();
  }
  for (;;) {
    const std::size_t count = std::min(kBlock, bytes.size());
    std::memcpy(last_->bytes.data(), bytes.data(), count);
    end_ = count;
    bytes = bytes.subspan(count);
    if (bytes.empty()) break;
    last_ = last_->next.get();
  }
  TURNPIKE_CHECK(last_ == fresh_last);
  return true;
}

std::span<const ByteSpan> ByteQueue::peek(std::span<ByteSpan> pieces) const noexcept {
  std::size_t count = 0;
  const BlockPool::Block* block = first_.get();
  for (std::size_t left = size_; left > 0 && count < pieces.size(); block = block->next.get()) {
    const std::size_t begin = count == 0 ? begin_ : 0;
    const std::size_t length = std::min(left, block->bytes.size() - begin);
    pieces[count++] = ByteSpan(block->bytes).subspan(begin, length);
    left -= length;
  }
  return pieces.first(count);
}

std::vector<std::uint8_t> ByteQueue::to_vector() const {
  std::vector<std::uint8_t> bytes;
  bytes.reserve(size_);
  const BlockPool::Block* block = first_.get();
  for (std::size_t begin = begin_; bytes.size() < size_; block = block->next.get(), begin = 0) {
    const std::size_t length = std::min(size_ - bytes.size(), block->bytes.size() - begin);
    const auto piece = ByteSpan(block->bytes).subspan(begin, length);
    bytes.insert(bytes.end(), piece.begin(), piece.end());
  }
  return bytes;
}

void ByteQueue::consume(std::size_t bytes) noexcept {
  TURNPIKE_CHECK(bytes <= size_);
  size_ -= bytes;
  if (size_ == 0) return clear();
  begin_ += bytes;
  while (begin_ >= BlockPool::kBlockBytes) {
    begin_ -= BlockPool::kBlockBytes;
    std::unique_ptr<BlockPool::Block> spent = std::move(first_);
    first_ = std::move(spent->next);
    pool_->give_back(std::move(spent));
  }
}

void ByteQueue::clear() noexcept {
  while (first_) {
    std::unique_ptr<BlockPool::Block> spent = std::move(first_);
    first_ = std::move(spent->next);
    pool_->give_back(std::move(spent));
  }
  last_ = nullptr;
  begin_ = end_ = size_ = 0;
}

}  // namespace turnpike::net
