#include <gtest/gtest.h>

#include "turnpike/net/network_watch.hpp"

namespace turnpike::net {
namespace {

using namespace std::chrono_literals;

constexpr ChangeSettler::Delays kDelays{.quiet = 200ms, .at_most = 2s};
constexpr Instant kStart{1h};

TEST(ChangeSettlerTest, NothingIsDueBeforeSomethingChanges) { EXPECT_EQ(ChangeSettler(kDelays).due(), std::nullopt); }

TEST(ChangeSettlerTest, ABurstIsLookedAtOnceAndShortlyAfterItsEnd) {
  ChangeSettler settler(kDelays);
  for (const auto at : {0ms, 100ms, 250ms}) settler.on_change(kStart + at);
  EXPECT_EQ(settler.due(), kStart + 450ms);
  settler.on_looked();
  EXPECT_EQ(settler.due(), std::nullopt);
}

TEST(ChangeSettlerTest, AnEndlessBurstIsLookedAtAllTheSame) {
  ChangeSettler settler(kDelays);
  for (auto at = 0ms; at < 5s; at += 100ms) settler.on_change(kStart + at);
  EXPECT_EQ(settler.due(), kStart + 2s);
}

TEST(ChangeSettlerTest, TheNextBurstIsAnother) {
  ChangeSettler settler(kDelays);
  settler.on_change(kStart);
  settler.on_looked();
  settler.on_change(kStart + 1min);
  EXPECT_EQ(settler.due(), kStart + 1min + 200ms);
}

}  // namespace
}  // namespace turnpike::net
