#include "turnpike/net/byte_queue.hpp"

#include <gtest/gtest.h>

#include <array>
#include <numeric>
#include <vector>

namespace turnpike::net {
namespace {

using Bytes = std::vector<std::uint8_t>;

Bytes counting(std::size_t size, std::uint8_t first = 0) {
  Bytes bytes(size);
  std::iota(bytes.begin(), bytes.end(), first);
  return bytes;
}

Bytes peeked(const ByteQueue& queue, std::size_t most_pieces) {
  std::vector<ByteSpan> pieces(most_pieces);
  Bytes bytes;
  for (const ByteSpan piece : queue.peek(pieces)) bytes.insert(bytes.end(), piece.begin(), piece.end());
  return bytes;
}

TEST(ByteQueueTest, StartsEmptyAndGivesNothing) {
  BlockPool pool;
  const ByteQueue queue(pool);
  EXPECT_TRUE(queue.empty());
  EXPECT_TRUE(peeked(queue, 4).empty());
}

TEST(ByteQueueTest, GivesBytesInTheOrderInWhichTheyCame) {
  BlockPool pool;
  ByteQueue queue(pool);
  ASSERT_TRUE(queue.append(counting(5)));
  ASSERT_TRUE(queue.append(counting(3, 5)));
  EXPECT_EQ(peeked(queue, 4), counting(8));
  EXPECT_EQ(queue.to_vector(), counting(8));
}

TEST(ByteQueueTest, AnAppendLargerThanABlockSpansSeveral) {
  BlockPool pool;
  ByteQueue queue(pool);
  const Bytes large = counting(3 * BlockPool::kBlockBytes + 17);
  ASSERT_TRUE(queue.append(counting(100)));
  queue.consume(60);
  ASSERT_TRUE(queue.append(large));
  Bytes expected = counting(40, 60);
  expected.insert(expected.end(), large.begin(), large.end());
  EXPECT_EQ(queue.to_vector(), expected);
  EXPECT_EQ(peeked(queue, 16), expected);
}

TEST(ByteQueueTest, PeekGivesNoMorePiecesThanAskedFor) {
  BlockPool pool;
  ByteQueue queue(pool);
  ASSERT_TRUE(queue.append(counting(3 * BlockPool::kBlockBytes)));
  EXPECT_EQ(peeked(queue, 2).size(), 2 * BlockPool::kBlockBytes);
}

TEST(ByteQueueTest, ABlockThatIsExactlyFilledTakesTheNextAppendInANewOne) {
  BlockPool pool;
  ByteQueue queue(pool);
  ASSERT_TRUE(queue.append(counting(BlockPool::kBlockBytes)));
  ASSERT_TRUE(queue.append(counting(1)));
  queue.consume(BlockPool::kBlockBytes);
  EXPECT_EQ(queue.to_vector(), counting(1));
}

TEST(ByteQueueTest, ConsumingAllMakesItEmptyAndUsableAgain) {
  BlockPool pool;
  ByteQueue queue(pool);
  ASSERT_TRUE(queue.append(counting(2 * BlockPool::kBlockBytes)));
  queue.consume(2 * BlockPool::kBlockBytes);
  EXPECT_TRUE(queue.empty());
  ASSERT_TRUE(queue.append(counting(4)));
  EXPECT_EQ(queue.to_vector(), counting(4));
}

TEST(ByteQueueTest, MovingTakesTheBytesAlong) {
  BlockPool pool;
  ByteQueue first(pool);
  ASSERT_TRUE(first.append(counting(10)));
  ByteQueue second(std::move(first));
  EXPECT_EQ(second.to_vector(), counting(10));
  ByteQueue third(pool);
  ASSERT_TRUE(third.append(counting(3)));
  third = std::move(second);
  EXPECT_EQ(third.to_vector(), counting(10));
}

// Any interleaving gives what a plain vector gives.
TEST(ByteQueueTest, BehavesLikeAVectorOverManySteps) {
  BlockPool pool;
  ByteQueue queue(pool);
  Bytes model;
  std::uint32_t state = 1;
  for (int step = 0; step < 5000; ++step) {
    state = state * 1664525U + 1013904223U;
    const std::size_t amount = (state >> 8U) % 3000;
    if ((state & 1U) != 0 && model.size() < 100'000) {
      const Bytes bytes = counting(amount, static_cast<std::uint8_t>(step));
      ASSERT_TRUE(queue.append(bytes));
      model.insert(model.end(), bytes.begin(), bytes.end());
    } else {
      const std::size_t taken = std::min(amount, model.size());
      queue.consume(taken);
      model.erase(model.begin(), model.begin() + static_cast<std::ptrdiff_t>(taken));
    }
    ASSERT_EQ(queue.size(), model.size());
    if (step % 50 != 0) continue;
    ASSERT_EQ(queue.to_vector(), model);
  }
}

}  // namespace
}  // namespace turnpike::net
