#include "server/page_origin.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "server/config_values.hpp"

namespace turnpike::server {
namespace {

class PageOrigin : public testing::Test {
 protected:
  PageOrigin() {
    config_.server.host = "turn.example.org";
    config_.tls.certificates = {{"chain.pem", "key.pem"}};
  }
  void listen(const std::vector<const char*>& urls) {
    config_.listen.clear();
    for (const char* url : urls) config_.listen.push_back(*parse_listen_url(url));
  }
  std::optional<std::string> link_to(const std::vector<const char*>& urls) {
    listen(urls);
    return public_page_origin(config_);
  }
  std::optional<std::string> url_of(const std::vector<const char*>& urls, bool has_tls = true) {
    listen(urls);
    return page_url(config_, has_tls);
  }

  Config config_;
};

TEST_F(PageOrigin, IsWhereHttpsIsServed) {
  EXPECT_EQ(link_to({"udp://0.0.0.0:3478", "tls://0.0.0.0:443"}), "https://turn.example.org");
  EXPECT_EQ(link_to({"https://[::]:8443"}), "https://turn.example.org:8443");
  EXPECT_EQ(link_to({"tcp://0.0.0.0:3478"}), "https://turn.example.org:3478");
}

TEST_F(PageOrigin, PrefersThePortThatNeedsNotBeSaidAndWhatIsMadeForIt) {
  EXPECT_EQ(link_to({"https://0.0.0.0:8443", "tls://0.0.0.0:443"}), "https://turn.example.org");
  EXPECT_EQ(link_to({"tcp://0.0.0.0:3478", "tls://0.0.0.0:5349"}), "https://turn.example.org:5349");
}

TEST_F(PageOrigin, BracketsAnAddress) {
  config_.server.host = "2001:db8::1";
  EXPECT_EQ(link_to({"https://[::]:8443"}), "https://[2001:db8::1]:8443");
}

TEST_F(PageOrigin, IsNotKnownWithoutAHostOrHttpsThatOthersReach) {
  EXPECT_EQ(link_to({"udp://0.0.0.0:3478", "http://0.0.0.0:80"}), std::nullopt);
  EXPECT_EQ(link_to({"https://127.0.0.1:443"}), std::nullopt);
  listen({"https://0.0.0.0:443"});
  config_.listen.front().proxy_protocol = {*IpPrefix::parse("10.0.0.0/8")};
  EXPECT_EQ(public_page_origin(config_), std::nullopt);
  config_.tls.certificates.clear();
  EXPECT_EQ(link_to({"tcp://0.0.0.0:3478"}), std::nullopt);
  config_.server.host.clear();
  EXPECT_EQ(link_to({"https://0.0.0.0:443"}), std::nullopt);
}

TEST_F(PageOrigin, IsNothingWhereThePageOrTheRoomsAreOff) {
  config_.signaling.enabled = false;
  EXPECT_EQ(link_to({"https://0.0.0.0:443"}), std::nullopt);
  EXPECT_EQ(page_url(config_, true), "https://turn.example.org/");
  config_.web.enabled = false;
  EXPECT_EQ(page_url(config_, true), std::nullopt);
  config_.signaling.enabled = true;
  EXPECT_EQ(public_page_origin(config_), std::nullopt);
}

TEST_F(PageOrigin, TheOperatorIsSentToTheHostByHttpsIfThereIsAny) {
  EXPECT_EQ(url_of({"http://0.0.0.0:80", "https://0.0.0.0:443"}), "https://turn.example.org/");
  EXPECT_EQ(url_of({"http://0.0.0.0:80"}), "http://turn.example.org/");
  EXPECT_EQ(url_of({"tcp://0.0.0.0:3478"}, false), "http://turn.example.org:3478/");
  EXPECT_EQ(url_of({"udp://0.0.0.0:3478"}), std::nullopt);
}

TEST_F(PageOrigin, WithoutAHostTheOperatorIsSentToThisMachineAndToldNoAddress) {
  config_.server.host.clear();
  EXPECT_EQ(url_of({"tcp://0.0.0.0:3478"}), "http://localhost:3478/");
  EXPECT_EQ(url_of({"tls://[::1]:5349"}), "https://localhost:5349/");
  EXPECT_EQ(url_of({"tcp://192.0.2.1:3478"}), std::nullopt);
}

}  // namespace
}  // namespace turnpike::server
