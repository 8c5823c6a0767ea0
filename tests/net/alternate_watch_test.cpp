#include "server/alternate_watch.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <spdlog/sinks/ostream_sink.h>

#include <chrono>
#include <memory>
#include <optional>
#include <sstream>

#include <boost/asio/ip/udp.hpp>

#include "support/seeded_random.hpp"
#include "turnpike/stun/message.hpp"
#include "turnpike/stun/message_builder.hpp"

namespace turnpike::server {
namespace {

using boost::asio::ip::udp;
using testing::HasSubstr;
using Health = AlternateWatch::Health;

/// Another server, as far as a Binding goes.
class OtherServer {
 public:
  explicit OtherServer(boost::asio::io_context& loop, std::uint16_t port = 0,
                       stun::MessageClass answer = stun::MessageClass::success)
      : answer_(answer), socket_(loop, udp::endpoint(boost::asio::ip::address_v4::loopback(), port)) {
    receive();
  }
  [[nodiscard]] Endpoint endpoint() const { return {IpAddress::v4(127, 0, 0, 1), socket_.local_endpoint().port()}; }

 private:
  void receive() {
    socket_.async_receive_from(boost::asio::buffer(in_), from_, [this](const error_code& error, std::size_t size) {
      if (error) return;
      const auto request = stun::MessageView::parse(ByteSpan(in_.data(), size));
      std::array<std::uint8_t, 128> out{};
      stun::MessageBuilder builder(out, stun::Method::binding, answer_, request->transaction_id());
      builder.add_xor_address(stun::AttributeType::xor_mapped_address, {IpAddress::v4(127, 0, 0, 1), from_.port()});
      const ByteSpan answer = builder.finish();
      error_code ignored;
      socket_.send_to(boost::asio::buffer(answer.data(), answer.size()), from_, 0, ignored);
      receive();
    });
  }

  stun::MessageClass answer_;
  udp::socket socket_;
  udp::endpoint from_;
  std::array<std::uint8_t, 1500> in_{};
};

class AlternateWatchTest : public testing::Test {
 protected:
  void watch(std::vector<AlternateServer> servers, Redirect redirect = Redirect::full) {
    watch_.apply({std::move(servers), redirect, Milliseconds{20}}, {});
  }
  static AlternateServer at(const Endpoint& address) { return {address, std::nullopt, ""}; }
  /// Runs the loop until the first server's health is that, or patience ends.
  Health run_until(Health health) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds{10};
    while (watch_.states().front().health != health && std::chrono::steady_clock::now() < deadline) {
      loop_.run_one_for(std::chrono::milliseconds{100});
    }
    return watch_.states().front().health;
  }

  std::ostringstream text_;
  EventLog log_{Config::Log{}, std::make_shared<spdlog::sinks::ostream_sink_st>(text_)};
  boost::asio::io_context loop_{1};
  test::SeededRandom random_{7};
  int changes_ = 0;
  AlternateWatch watch_{loop_, random_, log_, [this] { ++changes_; }};
};

TEST_F(AlternateWatchTest, WithoutServersThereIsNoSnapshot) {
  watch({});
  EXPECT_EQ(watch_.snapshot(), nullptr);
}

TEST_F(AlternateWatchTest, NobodyIsSentToAServerThatHasNotAnsweredYet) {
  const OtherServer other(loop_);
  watch({at(other.endpoint())}, Redirect::always);
  ASSERT_NE(watch_.snapshot(), nullptr);
  EXPECT_TRUE(watch_.snapshot()->healthy.empty());
  EXPECT_TRUE(watch_.snapshot()->always);
  EXPECT_EQ(to_string(watch_.states().front().health), "unknown");
}

TEST_F(AlternateWatchTest, OneAnswerMakesItUp) {
  const OtherServer other(loop_);
  watch({{other.endpoint(), Endpoint::parse("192.0.2.1:5349"), "b.example"}});
  EXPECT_EQ(run_until(Health::up), Health::up);
  EXPECT_EQ(changes_, 1);
  ASSERT_EQ(watch_.snapshot()->healthy.size(), 1U);
  EXPECT_EQ(watch_.snapshot()->healthy[0].plain, other.endpoint());
  EXPECT_EQ(watch_.snapshot()->healthy[0].secure, Endpoint::parse("192.0.2.1:5349"));
  EXPECT_EQ(watch_.snapshot()->healthy[0].domain, "b.example");
  EXPECT_THAT(text_.str(), HasSubstr("an alternate server answers"));
}

TEST_F(AlternateWatchTest, AServerThatAnswersABindingOnlyToThoseItKnowsIsThere) {
  const OtherServer other(loop_, 0, stun::MessageClass::error);
  watch({at(other.endpoint())});
  EXPECT_EQ(run_until(Health::up), Health::up);
}

TEST_F(AlternateWatchTest, ThreeMissesMakeItDownAndOneAnswerUpAgain) {
  auto other = std::make_unique<OtherServer>(loop_);
  const Endpoint place = other->endpoint();
  watch({at(place)});
  ASSERT_EQ(run_until(Health::up), Health::up);
  other.reset();
  ASSERT_EQ(run_until(Health::down), Health::down);
  EXPECT_EQ(watch_.states().front().misses, AlternateWatch::kMostMisses);
  EXPECT_TRUE(watch_.snapshot()->healthy.empty());
  EXPECT_THAT(text_.str(), HasSubstr("does not answer"));
  other = std::make_unique<OtherServer>(loop_, place.port);
  EXPECT_EQ(run_until(Health::up), Health::up);
  EXPECT_EQ(changes_, 3);
}

TEST_F(AlternateWatchTest, AServerThatNeverAnsweredIsToldAndChangesNothing) {
  Endpoint nobody;
  {
    const OtherServer gone(loop_);
    nobody = gone.endpoint();
  }
  watch({at(nobody)});
  EXPECT_EQ(run_until(Health::down), Health::down);
  EXPECT_EQ(changes_, 0);
  EXPECT_THAT(text_.str(), HasSubstr("does not answer"));
}

TEST_F(AlternateWatchTest, WhatIsKnownIsKeptWhenTheListChanges) {
  const OtherServer other(loop_);
  const OtherServer third(loop_);
  watch({at(other.endpoint())});
  ASSERT_EQ(run_until(Health::up), Health::up);
  watch({at(other.endpoint()), at(third.endpoint())});
  EXPECT_EQ(watch_.states()[0].health, Health::up);
  EXPECT_EQ(watch_.states()[1].health, Health::unknown);
  EXPECT_EQ(watch_.snapshot()->healthy.size(), 1U);
}

TEST_F(AlternateWatchTest, TheServerItselfIsLeftOut) {
  const OtherServer other(loop_);
  const Endpoint own = *Endpoint::parse("127.0.0.1:3478");
  watch_.apply({{at(own), at(other.endpoint())}, Redirect::full, Milliseconds{20}}, std::array{own});
  ASSERT_EQ(watch_.states().size(), 1U);
  EXPECT_EQ(watch_.states()[0].server.address, other.endpoint());
  EXPECT_THAT(text_.str(), HasSubstr("this is the server itself"));
}

TEST_F(AlternateWatchTest, AfterStoppingNothingIsAsked) {
  const OtherServer other(loop_);
  watch({at(other.endpoint())});
  watch_.stop();
  loop_.run_for(std::chrono::milliseconds{60});
  EXPECT_EQ(watch_.states().front().health, Health::unknown);
  EXPECT_EQ(changes_, 0);
}

}  // namespace
}  // namespace turnpike::server
