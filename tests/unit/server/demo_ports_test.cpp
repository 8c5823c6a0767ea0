#include "server/demo_ports.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>

#include "server/config_values.hpp"

namespace turnpike::server {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

namespace errc = boost::system::errc;

class DemoPorts : public testing::Test {
 protected:
  /// What the demo listens on for its page when these URLs are taken, or fail in another way.
  std::vector<std::string> page(std::vector<std::string> refused, errc::errc_t reason = errc::address_in_use) {
    Config config;
    const std::size_t before = config.listen.size();
    choose_demo_ports(config, [&](const ListenUrl& listener) {
      const bool is_refused = std::ranges::find(refused, show(listener)) != refused.end();
      return is_refused ? make_error_code(reason) : error_code{};
    });
    std::vector<std::string> listeners;
    for (std::size_t i = before; i < config.listen.size(); ++i) listeners.push_back(show(config.listen[i]));
    return listeners;
  }
};

TEST_F(DemoPorts, ThePageIsOnTheKnownPorts) {
  EXPECT_THAT(page({}),
              ElementsAre("http://0.0.0.0:8080", "http://[::]:8080", "https://0.0.0.0:8443", "https://[::]:8443"));
}

TEST_F(DemoPorts, OneTakenAddressIsReasonEnoughToMoveOn) {
  EXPECT_THAT(page({"http://[::]:8080", "http://0.0.0.0:8081", "https://0.0.0.0:8443"}),
              ElementsAre("http://0.0.0.0:8082", "http://[::]:8082", "https://0.0.0.0:8444", "https://[::]:8444"));
}

TEST_F(DemoPorts, AMissingFamilyIsNotTaken) {
  EXPECT_THAT(page({"http://[::]:8080", "https://[::]:8443", "udp://[::]:3478", "tcp://[::]:3478"},
                   errc::address_family_not_supported),
              ElementsAre("http://0.0.0.0:8080", "http://[::]:8080", "https://0.0.0.0:8443", "https://[::]:8443"));
}

TEST_F(DemoPorts, WithoutAFreePortThePageStaysOnThePortOfTurn) {
  std::vector<std::string> taken;
  for (int port = 8080; port < 8100; ++port) taken.push_back("http://0.0.0.0:" + std::to_string(port));
  EXPECT_THAT(page(taken), ElementsAre("https://0.0.0.0:8443", "https://[::]:8443"));
}

TEST_F(DemoPorts, ATakenTurnPortIsAnErrorThatSaysWhatToDo) {
  try {
    page({"tcp://0.0.0.0:3478"});
    FAIL() << "it went on";
  } catch (const std::runtime_error& error) {
    EXPECT_THAT(error.what(), AllOf(HasSubstr("cannot listen on tcp://0.0.0.0:3478"), HasSubstr("--listen ")));
  }
}

}  // namespace
}  // namespace turnpike::server
