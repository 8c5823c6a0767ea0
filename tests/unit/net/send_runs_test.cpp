#include "net/send_runs.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <vector>

namespace turnpike::net {
namespace {

constexpr std::uint32_t kNoLimit = 65535;

class SendRunsTest : public ::testing::Test {
 protected:
  void queue(std::uint8_t host, std::size_t size, bool dont_fragment = false) {
    batch_.push_back({.socket = nullptr,
                      .to = {IpAddress::v4(192, 0, 2, host), 5000},
                      .source = {},
                      .payload = ByteSpan(bytes_).first(size),
                      .dont_fragment = dont_fragment});
  }

  std::span<const SendRun> form(std::uint32_t limit = kNoLimit) {
    runs_->start(limit);
    for (std::size_t i = 0; i < batch_.size(); ++i) runs_->add(static_cast<SendIndex>(i), batch_[i], batch_);
    return runs_->runs();
  }

  std::vector<SendIndex> members(const SendRun& run) const {
    std::vector<SendIndex> indices{run.first};
    while (indices.back() != run.last) indices.push_back(runs_->after(indices.back()));
    return indices;
  }

  std::vector<std::uint8_t> bytes_ = std::vector<std::uint8_t>(65535);
  std::vector<OutgoingDatagram> batch_;
  std::unique_ptr<SendRuns> runs_ = std::make_unique<SendRuns>();
};

using Indices = std::vector<SendIndex>;

TEST_F(SendRunsTest, EqualSizesToOneDestinationFormOneRun) {
  for (int i = 0; i < 3; ++i) queue(1, 100);
  const auto runs = form();
  ASSERT_EQ(runs.size(), 1U);
  EXPECT_EQ(members(runs[0]), (Indices{0, 1, 2}));
  EXPECT_EQ(runs[0].segment, 100U);
  EXPECT_EQ(runs[0].bytes, 300U);
  EXPECT_EQ(runs[0].count, 3U);
}

TEST_F(SendRunsTest, RunsOfInterleavedDestinationsAreGathered) {
  for (int i = 0; i < 3; ++i) {
    queue(1, 100);
    queue(2, 200);
  }
  const auto runs = form();
  ASSERT_EQ(runs.size(), 2U);
  EXPECT_EQ(members(runs[0]), (Indices{0, 2, 4}));
  EXPECT_EQ(members(runs[1]), (Indices{1, 3, 5}));
}

TEST_F(SendRunsTest, AShorterDatagramEndsItsRun) {
  queue(1, 100);
  queue(1, 60);
  queue(1, 60);
  const auto runs = form();
  ASSERT_EQ(runs.size(), 2U);
  EXPECT_EQ(members(runs[0]), (Indices{0, 1}));
  EXPECT_EQ(runs[0].segment, 100U);
  EXPECT_EQ(members(runs[1]), (Indices{2}));
}

TEST_F(SendRunsTest, ALongerDatagramStartsANewRun) {
  queue(1, 100);
  queue(1, 101);
  EXPECT_EQ(form().size(), 2U);
}

TEST_F(SendRunsTest, AnEmptyDatagramStaysAloneAndIsNotOvertaken) {
  queue(1, 100);
  queue(1, 0);
  queue(1, 100);
  const auto runs = form();
  ASSERT_EQ(runs.size(), 3U);
  EXPECT_EQ(runs[1].bytes, 0U);
}

TEST_F(SendRunsTest, ADatagramWithDontFragmentStaysAloneAndIsNotOvertaken) {
  queue(1, 100);
  queue(1, 100, true);
  queue(1, 100);
  EXPECT_EQ(form().size(), 3U);
}

TEST_F(SendRunsTest, DatagramsOverTheSegmentLimitStaySingle) {
  for (int i = 0; i < 2; ++i) queue(1, 1473);
  for (int i = 0; i < 2; ++i) queue(1, 1472);
  const auto runs = form(1472);
  ASSERT_EQ(runs.size(), 3U);
  EXPECT_EQ(members(runs[2]), (Indices{2, 3}));
}

TEST_F(SendRunsTest, WithoutSegmentationEverythingStaysSingle) {
  for (int i = 0; i < 5; ++i) queue(1, 100);
  EXPECT_EQ(form(0).size(), 5U);
}

TEST_F(SendRunsTest, ARunHoldsAtMost64Segments) {
  for (int i = 0; i < 65; ++i) queue(1, 10);
  const auto runs = form();
  ASSERT_EQ(runs.size(), 2U);
  EXPECT_EQ(runs[0].count, 64U);
}

TEST_F(SendRunsTest, ARunHoldsAtMost60000Bytes) {
  for (int i = 0; i < 7; ++i) queue(1, 10000);
  const auto runs = form();
  ASSERT_EQ(runs.size(), 2U);
  EXPECT_EQ(runs[0].bytes, 60000U);
}

TEST_F(SendRunsTest, DifferentSourceAddressesAreDifferentFlows) {
  queue(1, 100);
  queue(1, 100);
  batch_[1].source = IpAddress::v4(192, 0, 2, 77);
  EXPECT_EQ(form().size(), 2U);
}

TEST_F(SendRunsTest, OrderWithinAFlowIsKeptAmongMoreFlowsThanTheTableHolds) {
  std::uint32_t state = 1;
  for (int i = 0; i < 1000; ++i) {
    state = state * 1664525U + 1013904223U;
    queue(1, 1 + (state >> 30U));
    batch_.back().to.port = static_cast<std::uint16_t>((state >> 8U) % 600);
  }
  std::vector<int> newest(600, -1);
  std::size_t seen = 0;
  for (const SendRun& run : form()) {
    for (const SendIndex index : members(run)) {
      int& newest_of_flow = newest[batch_[index].to.port];
      ASSERT_GT(int{index}, newest_of_flow);
      newest_of_flow = index;
      ++seen;
    }
  }
  EXPECT_EQ(seen, batch_.size());
}

TEST_F(SendRunsTest, ASecondBatchKnowsNothingOfTheFirst) {
  for (int i = 0; i < 4; ++i) queue(static_cast<std::uint8_t>(i), 100);
  ASSERT_EQ(form().size(), 4U);
  batch_.clear();
  queue(3, 100);
  queue(3, 100);
  const auto runs = form();
  ASSERT_EQ(runs.size(), 1U);
  EXPECT_EQ(members(runs[0]), (Indices{0, 1}));
}

}  // namespace
}  // namespace turnpike::net
