#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <spdlog/sinks/ostream_sink.h>

#include <boost/json/parse.hpp>
#include <sstream>

#include "server/address_masker.hpp"
#include "server/event_log.hpp"
#include "server/log_limiter.hpp"
#include "server/printable_text.hpp"
#include "support/seeded_random.hpp"

namespace turnpike::server {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::MatchesRegex;
using testing::Not;

/// What a log of these settings writes for one event with one field.
class Written {
 public:
  explicit Written(Config::Log settings) : log_(settings, std::make_shared<spdlog::sinks::ostream_sink_st>(out_)) {}
  std::string operator()(LogLevel level, std::string_view event, std::initializer_list<LogField> fields = {}) {
    out_.str("");
    log_.write(level, event, fields);
    return out_.str();
  }
  void apply(const Config::Log& settings) { log_.apply(settings); }

 private:
  std::ostringstream out_;
  EventLog log_;
};

Config::Log json_settings() { return {.level = LogLevel::info, .format = LogFormat::json}; }

TEST(EventLog, WritesOneLineOfTextWithTimeAndLevel) {
  Written written{Config::Log{}};
  EXPECT_THAT(written(LogLevel::warn, "allocation ended", {{"user", "alice"}, {"bytes", 12}}),
              MatchesRegex("[0-9]+-[0-9]+-[0-9]+T[0-9:]+\\.[0-9]+Z warn allocation ended user=alice bytes=12\n"));
}

TEST(EventLog, LeavesOutWhatIsBelowItsLevel) {
  Written written{Config::Log{.level = LogLevel::warn}};
  EXPECT_EQ(written(LogLevel::info, "quiet"), "");
  EXPECT_NE(written(LogLevel::error, "loud"), "");
}

TEST(EventLog, ChangesLevelAndFormatWhileItIsInUse) {
  Written written{Config::Log{.level = LogLevel::warn}};
  written.apply(json_settings());
  EXPECT_THAT(written(LogLevel::info, "loud"), EndsWith("\"event\":\"loud\"}\n"));
  written.apply(Config::Log{.level = LogLevel::error});
  EXPECT_EQ(written(LogLevel::info, "quiet"), "");
  EXPECT_THAT(written(LogLevel::error, "plain"), EndsWith(" error plain\n"));
}

TEST(EventLog, WritesOneJsonObjectALine) {
  Written written{json_settings()};
  const std::string line =
      written(LogLevel::info, "allocation ended", {{"user", "a\"b"}, {"bytes", 12U}, {"up", true}});
  EXPECT_THAT(line, EndsWith("}\n"));
  const auto object = boost::json::parse(line).as_object();
  EXPECT_EQ(object.at("level"), "info");
  EXPECT_EQ(object.at("event"), "allocation ended");
  EXPECT_EQ(object.at("user"), "a\"b");
  EXPECT_EQ(object.at("bytes"), 12);
  EXPECT_THAT(std::string(object.at("time").as_string()), EndsWith("Z"));
}

const char* const kHostile[] = {
    "x\n2026-11-21T03:00:00.000Z error forged line",
    "x\r\nforged",
    "\x1b[2J\x1b[31m",
    "x user=root admin=yes",
    "\" injected=\"1",
    "\\\" injected=1",
    "\xc2\x9b"
    "31m",
    "\xe2\x80\xae"
    "txt.exe",
    "\xff\xfe",
    "\x7f\b\b\b",
    "\xe2\x80\xa8 next",
};

class HostileValue : public testing::TestWithParam<const char*> {};

TEST_P(HostileValue, StaysInsideItsFieldOfATextLine) {
  Written written{Config::Log{}};
  const std::string line = written(LogLevel::info, "event", {{"user", GetParam()}, {"next", "1"}});
  EXPECT_EQ(std::ranges::count(line, '\n'), 1);
  EXPECT_THAT(line, MatchesRegex(".* info event user=\".*\" next=1\n"));
  for (const char character : line.substr(0, line.size() - 1)) {
    EXPECT_TRUE(static_cast<unsigned char>(character) >= 0x20 && static_cast<unsigned char>(character) < 0x7f);
  }
}

TEST_P(HostileValue, StaysInsideItsFieldOfAJsonLine) {
  Written written{json_settings()};
  const std::string line = written(LogLevel::info, "event", {{"user", GetParam()}});
  EXPECT_EQ(std::ranges::count(line, '\n'), 1);
  const auto object = boost::json::parse(line).as_object();
  EXPECT_EQ(object.size(), 4U);
  for (const char* control : {"\x1b", "\x7f", "\xc2\x9b", "\xe2\x80\xae", "\xff"})
    EXPECT_THAT(line, Not(HasSubstr(control)));
}

INSTANTIATE_TEST_SUITE_P(LogInjection, HostileValue, testing::ValuesIn(kHostile));

TEST(EventLog, KeepsPrintableUtf8) { EXPECT_EQ(escape_log_value("Jos\xc3\xa9"), "\"Jos\xc3\xa9\""); }

TEST(EventLog, CutsEndlessValues) { EXPECT_EQ(escape_log_value(std::string(100'000, 'x')).size(), 512U); }

TEST(EventLog, QuotesAnEmptyValue) { EXPECT_EQ(escape_log_value(""), "\"\""); }

TEST(EventLog, EscapesAHostileEventToo) {
  Written written{Config::Log{}};
  EXPECT_EQ(std::ranges::count(written(LogLevel::info, "a\nb"), '\n'), 1);
}

TEST(PrintableText, EscapesOverlongAndSurrogateForms) {
  EXPECT_EQ(escape_printable("\xc0\xaf"), "\\xc0\\xaf");
  EXPECT_EQ(escape_printable("\xed\xa0\x80"), "\\xed\\xa0\\x80");
  EXPECT_EQ(escape_printable("\xe2\x82"), "\\xe2\\x82");
}

class AddressMaskerTest : public testing::Test {
 protected:
  test::SeededRandom random_{1};
  const Endpoint client_ = *Endpoint::parse("192.0.2.77:50001");
  const Endpoint other_port_ = *Endpoint::parse("192.0.2.77:50002");
  const Endpoint other_client_ = *Endpoint::parse("192.0.2.78:50001");
};

TEST_F(AddressMaskerTest, ShowsATokenInsteadOfAnAddressAtInfo) {
  const AddressMasker masker(LogAddresses::hidden, random_);
  EXPECT_THAT(masker.client(client_, LogLevel::info), MatchesRegex("client-[0-9a-f]{8}"));
  EXPECT_THAT(masker.peer(client_, LogLevel::warn), MatchesRegex("peer-[0-9a-f]{8}"));
}

TEST_F(AddressMaskerTest, GivesOneClientTheSameTokenForAllOfItsPorts) {
  const AddressMasker masker(LogAddresses::hidden, random_);
  EXPECT_EQ(masker.client(client_, LogLevel::info), masker.client(other_port_, LogLevel::info));
  EXPECT_NE(masker.client(client_, LogLevel::info), masker.client(other_client_, LogLevel::info));
}

TEST_F(AddressMaskerTest, GivesOtherTokensInEveryProcess) {
  const AddressMasker first(LogAddresses::hidden, random_);
  const AddressMasker second(LogAddresses::hidden, random_);
  EXPECT_NE(first.client(client_, LogLevel::info), second.client(client_, LogLevel::info));
}

TEST_F(AddressMaskerTest, ShowsAddressesAtDebugAndWhenAskedTo) {
  const AddressMasker hidden(LogAddresses::hidden, random_);
  const AddressMasker full(LogAddresses::full, random_);
  EXPECT_EQ(hidden.client(client_, LogLevel::debug), "192.0.2.77:50001");
  EXPECT_EQ(full.client(client_, LogLevel::error), "192.0.2.77:50001");
}

TEST_F(AddressMaskerTest, ShowsFamilyAndPortOfARelayedAddress) {
  const AddressMasker masker(LogAddresses::hidden, random_);
  EXPECT_EQ(masker.relayed(client_, LogLevel::info), "ipv4:50001");
  EXPECT_EQ(masker.relayed(*Endpoint::parse("[2001:db8::1]:50001"), LogLevel::info), "ipv6:50001");
  EXPECT_EQ(masker.relayed(client_, LogLevel::trace), "192.0.2.77:50001");
}

TEST(LogLimiter, LetsOneLineASecondThroughAndCountsTheRest) {
  LogLimiter limiter;
  const Instant start{Seconds{100}};
  EXPECT_EQ(limiter.admit("no ports", start), 0U);
  EXPECT_EQ(limiter.admit("no ports", start + std::chrono::milliseconds{1}), std::nullopt);
  EXPECT_EQ(limiter.admit("no ports", start + std::chrono::milliseconds{999}), std::nullopt);
  EXPECT_EQ(limiter.admit("no ports", start + Seconds{1}), 2U);
  EXPECT_EQ(limiter.admit("no ports", start + Seconds{9}), 0U);
}

TEST(LogLimiter, CountsEachKindByItself) {
  LogLimiter limiter;
  EXPECT_TRUE(limiter.admit("a", Instant{}));
  EXPECT_TRUE(limiter.admit("b", Instant{}));
}

TEST(LogLimiter, TakesAllKindsBeyondItsBoundForOne) {
  const std::vector<std::string> names = [] {
    std::vector<std::string> made;
    for (int i = 0; i < 100; ++i) made.push_back(std::to_string(i));
    return made;
  }();
  LogLimiter limiter;
  std::size_t written = 0;
  for (const std::string& name : names) written += limiter.admit(name, Instant{Seconds{1}}) ? 1U : 0U;
  EXPECT_EQ(written, 64U);
}

}  // namespace
}  // namespace turnpike::server
