#include "server/external_watch.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace turnpike::server {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;
using Kind = ExternalWatch::Outcome::Kind;

IpAddress ip(const char* text) { return *IpAddress::parse(text); }

class ExternalWatchTest : public testing::Test {
 protected:
  ExternalWatchTest() {
    watch_.set_interval(5min);
    watch_.set_questions(std::vector{question_}, now_);
  }
  /// What is due is asked and answered at once; how many questions that were.
  std::size_t answer_all(const ExternalAnswer& answer) {
    const auto due = watch_.take_due(now_);
    for (const ExternalQuestion& each : due) outcome_ = watch_.on_answer(each, answer, now_);
    return due.size();
  }
  Duration until_next() { return *watch_.next_due() - now_; }
  static ExternalAnswer found(std::vector<IpAddress> addresses) { return addresses; }

  ExternalQuestion question_{StunServer{"stun.example.org"}, ip("10.0.0.7")};
  Instant now_{1h};
  ExternalWatch watch_;
  ExternalWatch::Outcome outcome_;
};

TEST_F(ExternalWatchTest, WhatIsNotKnownIsAskedAtOnceAndAgainAfterTheInterval) {
  EXPECT_FALSE(watch_.knows_all());
  ASSERT_EQ(answer_all(found({ip("203.0.113.7")})), 1U);
  EXPECT_EQ(outcome_.kind, Kind::changed);
  EXPECT_EQ(outcome_.before, std::nullopt);
  EXPECT_EQ(watch_.find(question_), ip("203.0.113.7"));
  EXPECT_TRUE(watch_.knows_all());
  EXPECT_EQ(until_next(), 5min);
  EXPECT_THAT(watch_.take_due(now_ + 4min), IsEmpty());
}

TEST_F(ExternalWatchTest, AnotherAddressIsAChangeAndTheSameIsNone) {
  answer_all(found({ip("203.0.113.7")}));
  now_ += 5min;
  answer_all(found({ip("203.0.113.7")}));
  EXPECT_EQ(outcome_.kind, Kind::unchanged);
  now_ += 5min;
  answer_all(found({ip("203.0.113.8")}));
  EXPECT_EQ(outcome_.kind, Kind::changed);
  EXPECT_EQ(outcome_.before, ip("203.0.113.7"));
  EXPECT_EQ(outcome_.now, ip("203.0.113.8"));
}

TEST_F(ExternalWatchTest, ANameWithSeveralAddressesIsNoChangeWhileOneOfThemIsTheOldOne) {
  answer_all(found({ip("203.0.113.7"), ip("203.0.113.8")}));
  now_ += 5min;
  answer_all(found({ip("203.0.113.8"), ip("203.0.113.7")}));
  EXPECT_EQ(outcome_.kind, Kind::unchanged);
  EXPECT_EQ(watch_.find(question_), ip("203.0.113.7"));
}

TEST_F(ExternalWatchTest, WhileNothingIsKnownItIsTriedAgainSoonAndThenLessOften) {
  std::vector<Duration> waits;
  for (int i = 0; i < 8; ++i) {
    ASSERT_EQ(answer_all(std::string("no answer")), 1U);
    EXPECT_EQ(outcome_.kind, i == 0 ? Kind::failed : Kind::failed_again);
    waits.push_back(until_next());
    now_ += until_next();
  }
  EXPECT_THAT(waits, ElementsAre(1s, 2s, 4s, 8s, 16s, 32s, 60s, 60s));
}

TEST_F(ExternalWatchTest, WhatIsKnownOutlivesAFailureAndASuccessEndsIt) {
  answer_all(found({ip("203.0.113.7")}));
  now_ += 5min;
  answer_all(std::string("no answer"));
  EXPECT_EQ(outcome_.kind, Kind::failed);
  EXPECT_EQ(watch_.find(question_), ip("203.0.113.7"));
  now_ += until_next();
  answer_all(found({ip("203.0.113.7")}));
  EXPECT_TRUE(outcome_.recovered);
  EXPECT_EQ(until_next(), 5min);
}

TEST_F(ExternalWatchTest, NobodyIsAskedMoreOftenForFailing) {
  watch_.set_interval(3s);
  answer_all(found({ip("203.0.113.7")}));
  for (int i = 0; i < 5; ++i) {
    now_ += until_next();
    answer_all(std::string("no answer"));
    EXPECT_LE(until_next(), 3s);
  }
}

TEST_F(ExternalWatchTest, AChangedNetworkIsAskedAboutAtOnceButNotEveryMoment) {
  answer_all(found({ip("203.0.113.7")}));
  now_ += 1min;
  watch_.ask_again(now_);
  EXPECT_EQ(answer_all(found({ip("203.0.113.7")})), 1U);
  now_ += 1s;
  watch_.ask_again(now_);
  EXPECT_EQ(until_next(), ExternalWatch::kLeastWait - 1s);
}

TEST_F(ExternalWatchTest, AnAnswerFromBeforeTheNetworkChangedIsNotTheLastWord) {
  const auto asked = watch_.take_due(now_);
  ASSERT_EQ(asked.size(), 1U);
  EXPECT_THAT(watch_.take_due(now_), IsEmpty()) << "it is being asked";
  now_ += 1s;
  watch_.ask_again(now_);
  EXPECT_THAT(watch_.take_due(now_), IsEmpty());
  watch_.on_answer(asked[0], found({ip("203.0.113.7")}), now_);
  EXPECT_EQ(until_next(), ExternalWatch::kLeastWait - 1s);
}

TEST_F(ExternalWatchTest, OnlyNewQuestionsAreAskedAnewAndOldAnswersAreForgotten) {
  answer_all(found({ip("203.0.113.7")}));
  const ExternalQuestion other{HostName{"home.example.org"}, ip("10.0.0.8")};
  watch_.set_questions(std::vector{question_, other}, now_);
  EXPECT_THAT(watch_.take_due(now_), ElementsAre(other));
  watch_.set_questions(std::vector{question_}, now_);
  EXPECT_EQ(watch_.on_answer(other, found({ip("203.0.113.8")}), now_).kind, Kind::unasked);
  EXPECT_EQ(watch_.find(other), std::nullopt);
  EXPECT_EQ(watch_.find(question_), ip("203.0.113.7"));
}

TEST(ExternalAddressSense, APublicServerMustSeeAPublicAddress) {
  const auto complaint = [](const char* address, const char* server) {
    return complain_about_external(ip(address), ip("10.0.0.7"), ip(server));
  };
  EXPECT_THAT(complaint("203.0.113.7", "198.51.100.1"), IsEmpty());
  EXPECT_THAT(complaint("192.168.1.7", "198.51.100.1"), testing::HasSubstr("no public address"));
  EXPECT_THAT(complaint("100.64.1.7", "198.51.100.1"), testing::HasSubstr("no public address"));
  EXPECT_THAT(complaint("192.168.1.7", "192.168.1.1"), IsEmpty());
}

TEST(ExternalAddressSense, NobodyIsReachedAtSuchAddresses) {
  for (const char* address : {"0.0.0.0", "127.0.0.1", "169.254.1.1", "224.0.0.1", "255.255.255.255", "2001:db8::7"}) {
    EXPECT_THAT(complain_about_external(ip(address), ip("10.0.0.7"), ip("192.168.1.1")), testing::Not(IsEmpty()))
        << address;
    EXPECT_THAT(complain_about_external(ip(address), ip("10.0.0.7"), std::nullopt), testing::Not(IsEmpty())) << address;
  }
}

}  // namespace
}  // namespace turnpike::server
