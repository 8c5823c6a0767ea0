#include "turnpike/base/check.hpp"

#include <gtest/gtest.h>

namespace turnpike {
namespace {

TEST(Check, AHoldingConditionCostsNothing) {
  int evaluations = 0;
  TURNPIKE_CHECK(++evaluations == 1);
  EXPECT_EQ(evaluations, 1);
}

TEST(CheckDeathTest, ABrokenOneNamesItselfAndItsPlace) {
  EXPECT_DEATH(TURNPIKE_CHECK(1 + 1 == 3), "check_test.cpp:[0-9]+: broken invariant: 1 \\+ 1 == 3");
}

}  // namespace
}  // namespace turnpike
