#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "admin_command_world.hpp"

namespace turnpike::server {
namespace {

using test::failure;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class DrainCommand : public testing::Test, protected test::AdminCommandWorld {
 protected:
  static AdminAnswer draining(int allocations, std::string_view deadline = R"("2026-11-21T03:00:00Z")") {
    return {202, R"({"state":"draining","deadlineAt":)" + std::string(deadline) + R"(,"allocations":)" +
                     std::to_string(allocations) + "}"};
  }
  static AdminAnswer status(int allocations) {
    return {200, R"({"drain":{"allocations":)" + std::to_string(allocations) + "}}"};
  }
};

TEST_F(DrainCommand, SaysWhatHasBegun) {
  answers = {draining(1)};
  EXPECT_EQ(call({"drain"}), 0);
  EXPECT_THAT(asked, ElementsAre("POST /api/v1/drain"));
  EXPECT_EQ(out(), "the server is draining, until 2026-11-21T03:00:00Z at the latest; 1 allocation is left\n");
}

TEST_F(DrainCommand, WithoutADeadlineItSaysSo) {
  answers = {draining(2, "null")};
  EXPECT_EQ(call({"drain", "--deadline", "none"}), 0);
  EXPECT_THAT(asked, ElementsAre(R"(POST /api/v1/drain {"deadline":"none"})"));
  EXPECT_EQ(out(), "the server is draining, for as long as allocations last; 2 allocations are left\n");
}

TEST_F(DrainCommand, AnEmptyDeadlineAsksNobody) {
  EXPECT_EQ(call({"drain", "--deadline="}), 2);
  EXPECT_THAT(asked, IsEmpty());
}

TEST_F(DrainCommand, ADeadlineThatTheServerDoesNotTakeIsAMistake) {
  answers = {AdminAnswer{400, R"({"detail":"deadline: \"5\" is no duration"})"}};
  EXPECT_EQ(call({"drain", "--deadline", "5"}), 1);
  EXPECT_THAT(err(), HasSubstr("is no duration"));
}

TEST_F(DrainCommand, WaitingTellsEveryChangeUntilTheServerIsGone) {
  answers = {draining(2), status(2), status(1), status(1), failure(boost::system::errc::no_such_file_or_directory)};
  EXPECT_EQ(call({"drain", "--wait"}), 0);
  EXPECT_EQ(asked.size(), 5U);
  EXPECT_THAT(out(), HasSubstr("2 allocations are left\n1 allocation is left\nthe server has ended\n"));
  EXPECT_EQ(err(), "");
}

TEST_F(DrainCommand, WaitingEndsWhenAnotherServerHasTakenThePlace) {
  answers = {draining(1), AdminAnswer{200, R"({"state":"serving","drain":null})"}};
  EXPECT_EQ(call({"drain", "--wait"}), 0);
  EXPECT_EQ(asked.size(), 2U);
}

}  // namespace
}  // namespace turnpike::server
