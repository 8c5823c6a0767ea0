#include "turnpike/net/burst_guess.hpp"

#include <gtest/gtest.h>

namespace turnpike::net {
namespace {

/// Single reads until the guess asks for a batch again.
int use_up_single_reads(BurstGuess& guess) {
  int reads = 0;
  for (; guess.expects_one(); ++reads) guess.on_single_read();
  return reads;
}

TEST(BurstGuessTest, ANewSocketMayHaveABurst) { EXPECT_FALSE(BurstGuess().expects_one()); }

TEST(BurstGuessTest, SingleReadsDoubleWithEachLookInVainUpToABound) {
  BurstGuess guess;
  for (const int expected : {1, 3, 7, 15, 15}) {
    guess.on_batch_read(1);
    EXPECT_EQ(use_up_single_reads(guess), expected);
  }
}

TEST(BurstGuessTest, ABurstEndsSingleReads) {
  BurstGuess guess;
  guess.on_batch_read(1);
  use_up_single_reads(guess);
  guess.on_batch_read(2);
  EXPECT_FALSE(guess.expects_one());
  guess.on_batch_read(1);
  EXPECT_EQ(use_up_single_reads(guess), 1);
}

TEST(BurstGuessTest, AnEmptyReadTeachesNothing) {
  BurstGuess guess;
  guess.on_batch_read(0);
  EXPECT_FALSE(guess.expects_one());
}

}  // namespace
}  // namespace turnpike::net
