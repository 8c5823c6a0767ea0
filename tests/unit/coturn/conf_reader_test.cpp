#include "coturn/conf_reader.hpp"

#include <gtest/gtest.h>

namespace turnpike::coturn {
namespace {

std::string value_of(const ConfFile& conf, std::string_view name) {
  const ConfLine* line = conf.find(name);
  return line == nullptr ? "(none)" : line->value;
}

TEST(ConfReader, AValueFollowsAnEqualsSignABlankOrATab) {
  for (const char* text : {"realm=example.org", "realm example.org", "realm\texample.org", "realm = example.org",
                           "  realm =\texample.org  ", "realm=example.org\r", "realm==example.org"}) {
    EXPECT_EQ(value_of(ConfFile(text), "realm"), "example.org") << text;
  }
}

TEST(ConfReader, QuotesAroundAValueGo) {
  EXPECT_EQ(value_of(ConfFile(R"(realm="example.org")"), "realm"), "example.org");
  EXPECT_EQ(value_of(ConfFile("realm = \" two words \" \r\n"), "realm"), "two words ");
  EXPECT_EQ(value_of(ConfFile(R"(realm="open)"), "realm"), "open");
  EXPECT_EQ(value_of(ConfFile(R"(realm=in"side)"), "realm"), R"(in"side)");
}

TEST(ConfReader, ACommentBeginsALineAndNothingElse) {
  const ConfFile conf("# realm=a\n   # realm=b\n\n \t \nstatic-auth-secret=north#side ;\n");
  ASSERT_EQ(conf.lines().size(), 1U);
  EXPECT_EQ(conf.lines().front().number, 5U);
  EXPECT_EQ(conf.lines().front().value, "north#side ;");
}

TEST(ConfReader, TheLastOfSeveralCounts) {
  const ConfFile conf("realm=a\nrealm=b\nrealm=\n");
  EXPECT_EQ(value_of(conf, "realm"), "b");
  EXPECT_EQ(conf.lines()[0].superseded_by, 2U);
  EXPECT_EQ(conf.lines()[1].superseded_by, 0U);
}

TEST(ConfReader, WhatRepeatsAllCounts) {
  EXPECT_EQ(ConfFile("listening-ip=192.0.2.1\nlistening-ip=192.0.2.2\n").find_all("listening-ip").size(), 2U);
}

TEST(ConfReader, LeadingDashesAreNoPartOfTheFormat) {
  const ConfFile conf("--realm=example.org\n");
  EXPECT_EQ(conf.lines().front().option, nullptr);
}

TEST(ConfReader, FlagsAreWhatCoturnTakesForFlags) {
  for (const char* yes : {"", "1", "2", "yes", "Y", "true", "T", "on", "On", "ON"})
    EXPECT_EQ(read_flag(yes), true) << yes;
  for (const char* no : {"0", "no", "N", "false", "F", "off", "Off", "OFF"}) EXPECT_EQ(read_flag(no), false) << no;
  for (const char* neither : {"oN", "maybe", "-1", "."}) EXPECT_EQ(read_flag(neither), std::nullopt) << neither;
}

TEST(ConfReader, AFlagIsOnUnlessItIsSwitchedOff) {
  EXPECT_TRUE(ConfFile("no-udp").is_on("no-udp"));
  EXPECT_TRUE(ConfFile("no-udp=0\nno-udp").is_on("no-udp"));
  EXPECT_FALSE(ConfFile("no-udp\nno-udp=false").is_on("no-udp"));
  EXPECT_FALSE(ConfFile("#no-udp").is_on("no-udp"));
}

TEST(ConfReader, NumbersEndWhereTheDigitsEnd) {
  EXPECT_EQ(read_number("600"), 600U);
  EXPECT_EQ(read_number("600s"), 600U);
  EXPECT_EQ(read_number(""), std::nullopt);
  EXPECT_EQ(read_number("-1"), std::nullopt);
  EXPECT_EQ(read_number("99999999999999999999"), std::nullopt);
}

}  // namespace
}  // namespace turnpike::coturn
