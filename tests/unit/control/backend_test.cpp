#include "turnpike/control/backend.hpp"

#include <gtest/gtest.h>

namespace turnpike::control {
namespace {

TEST(AllocationKeyTest, ItsTextIsWorkerSlotAndGeneration) { EXPECT_EQ(to_string(AllocationKey{3, {17, 2}}), "3-17-2"); }

TEST(AllocationKeyTest, ItsTextIsReadBack) {
  const AllocationKey key{0, {4294967295U, 4294967295U}};
  EXPECT_EQ(parse_allocation_key(to_string(key)), key);
}

TEST(AllocationKeyTest, OtherTextsAreNoKey) {
  for (const auto* text : {"", "-", "--", "1", "1-2", "1-2-", "1-2-3-", "1-2-3-4", "-1-2-3", "+1-2-3", " 1-2-3",
                           "1-2-3 ", "01-2-3", "1-02-3", "1-2-03", "1-2-4294967296", "a-b-c", "0x1-2-3", "1--2-3"}) {
    EXPECT_EQ(parse_allocation_key(text), std::nullopt) << text;
  }
}

TEST(AllocationKeyTest, NoAllocationHasGenerationZero) { EXPECT_EQ(parse_allocation_key("0-0-0"), std::nullopt); }

TEST(AllocationCursorTest, ItsTextIsReadBack) {
  const AllocationCursor cursor{1, 4096};
  EXPECT_EQ(to_string(cursor), "1-4096");
  EXPECT_EQ(parse_allocation_cursor("1-4096"), cursor);
  EXPECT_EQ(parse_allocation_cursor("0-0"), AllocationCursor{});
}

TEST(AllocationCursorTest, OtherTextsAreNoCursor) {
  for (const auto* text : {"", "1", "1-", "-1", "1-2-3", "1-x", "1-4294967296", "00-1"}) {
    EXPECT_EQ(parse_allocation_cursor(text), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace turnpike::control
