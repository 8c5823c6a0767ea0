#include "server/service_notice.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <map>
#include <sstream>
#include <string>
#include <vector>

namespace turnpike::server {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::Contains;
using testing::HasSubstr;
using testing::Not;

using Assignments = std::map<std::string, std::string>;

/// A manager that keeps what it is told, message by message.
class Manager {
 public:
  ServiceManager listening(std::optional<Duration> watchdog = std::nullopt) {
    return {[this](const std::string& state) { messages.push_back(parse(state)); }, watchdog};
  }
  std::vector<Assignments> messages;

 private:
  static Assignments parse(const std::string& state) {
    Assignments assignments;
    std::istringstream lines(state);
    for (std::string line; std::getline(lines, line);) {
      const auto end = line.find('=');
      assignments[line.substr(0, end)] = end == std::string::npos ? "" : line.substr(end + 1);
    }
    return assignments;
  }
};

TEST(ServiceNotice, SaysWhenTheServerServes) {
  Manager manager;
  ServiceNotice notice(manager.listening());
  notice.serving();
  ASSERT_EQ(manager.messages.size(), 1U);
  EXPECT_EQ(manager.messages.front().at("READY"), "1");
  EXPECT_THAT(manager.messages.front().at("STATUS"), HasSubstr("0 allocations"));
}

TEST(ServiceNotice, FramesAReloadWithTheTimeAtWhichItBegan) {
  Manager manager;
  ServiceNotice notice(manager.listening());
  notice.reloading(Instant{seconds{12}});
  notice.reloaded("");
  ASSERT_EQ(manager.messages.size(), 2U);
  EXPECT_EQ(manager.messages[0], (Assignments{{"RELOADING", "1"}, {"MONOTONIC_USEC", "12000000"}}));
  EXPECT_EQ(manager.messages[1].at("READY"), "1");
}

TEST(ServiceNotice, KeepsAMistakeInTheStatusUntilAReloadWithout) {
  Manager manager;
  ServiceNotice notice(manager.listening());
  notice.reloaded("turnpike.toml:3: unknown key");
  EXPECT_THAT(manager.messages.back().at("STATUS"), HasSubstr("turnpike.toml:3: unknown key"));
  notice.still_turning(2);
  EXPECT_THAT(manager.messages.back().at("STATUS"), HasSubstr("turnpike.toml:3: unknown key"));
  notice.reloaded("");
  EXPECT_THAT(manager.messages.back().at("STATUS"), Not(HasSubstr("mistake")));
}

TEST(ServiceNotice, LetsNoMistakeBeginAnotherAssignment) {
  Manager manager;
  ServiceNotice notice(manager.listening());
  notice.reloaded("a file name\nMAINPID=1\nWATCHDOG=1");
  EXPECT_FALSE(manager.messages.back().contains("MAINPID"));
  EXPECT_FALSE(manager.messages.back().contains("WATCHDOG"));
}

TEST(ServiceNotice, PingsOnlyForLoopsThatHaveTurned) {
  Manager manager;
  ServiceNotice notice(manager.listening(seconds{10}));
  notice.serving();
  notice.reloading(Instant{});
  notice.reloaded("");
  notice.stopping();
  for (const Assignments& message : manager.messages) EXPECT_FALSE(message.contains("WATCHDOG"));
  notice.still_turning(0);
  EXPECT_EQ(manager.messages.back().at("WATCHDOG"), "1");
}

TEST(ServiceNotice, CountsTheAllocationsThatItWaitsForWhileItStops) {
  Manager manager;
  ServiceNotice notice(manager.listening());
  notice.stopping();
  EXPECT_EQ(manager.messages.back().at("STOPPING"), "1");
  notice.still_turning(1);
  EXPECT_THAT(manager.messages.back().at("STATUS"), HasSubstr("1 allocation "));
}

TEST(ServiceNotice, AsksForTimeAsLongAsItsLoopsTurnWhileItStops) {
  Manager manager;
  ServiceNotice notice(manager.listening(seconds{10}));
  notice.still_turning(1);
  EXPECT_FALSE(manager.messages.back().contains("EXTEND_TIMEOUT_USEC"));
  notice.stopping();
  notice.still_turning(1);
  ASSERT_TRUE(manager.messages.back().contains("EXTEND_TIMEOUT_USEC"));
  const std::chrono::microseconds asked{std::stoll(manager.messages.back().at("EXTEND_TIMEOUT_USEC"))};
  EXPECT_GT(asked, 2 * notice.period()) << "one late message must not end the server";
}

TEST(ServiceNotice, IsNotReadyAgainByAReloadWhileItStops) {
  Manager manager;
  ServiceNotice notice(manager.listening());
  notice.stopping();
  notice.reloading(Instant{});
  notice.reloaded("");
  for (const Assignments& message : manager.messages) EXPECT_FALSE(message.contains("READY"));
}

TEST(ServiceNotice, PingsAtLeastTwiceInEachIntervalOfTheWatchdog) {
  for (const Duration interval : {Duration{milliseconds{50}}, Duration{seconds{1}}, Duration{seconds{3600}}}) {
    Manager manager;
    const ServiceNotice notice(manager.listening(interval));
    EXPECT_LE(2 * notice.period(), interval);
    EXPECT_GT(notice.period(), Duration::zero());
  }
}

TEST(ServiceNotice, SaysNothingWhereNobodyListens) {
  ServiceNotice notice{ServiceManager{}};
  EXPECT_FALSE(notice.is_wanted());
  notice.serving();
  notice.stopping();
}

}  // namespace
}  // namespace turnpike::server
