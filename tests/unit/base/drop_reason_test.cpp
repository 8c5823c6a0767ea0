#include "turnpike/base/drop_reason.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

namespace turnpike {
namespace {

TEST(DropReason, EveryReasonHasANameOfItsOwn) {
  std::set<std::string_view> names;
  for (std::size_t i = 0; i < kDropReasonCount; ++i) {
    const std::string_view name = to_string(static_cast<DropReason>(i));
    EXPECT_NE(name, to_string(DropReason::count_));
    EXPECT_TRUE(names.insert(name).second) << name;
  }
}

TEST(DropReason, NamesCanBeMetricLabels) {
  for (std::size_t i = 0; i < kDropReasonCount; ++i) {
    const std::string_view name = to_string(static_cast<DropReason>(i));
    EXPECT_TRUE(std::all_of(name.begin(), name.end(), [](char c) { return c == '_' || (c >= 'a' && c <= 'z'); }))
        << name;
  }
}

}  // namespace
}  // namespace turnpike
