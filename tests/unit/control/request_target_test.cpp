#include "control/request_target.hpp"

#include <gmock/gmock.h>

#include <string>

#include "turnpike/base/clean_text.hpp"

namespace turnpike::control {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;

bool is_target(std::string_view text) { return parse_target(http::verb::get, text).has_value(); }

RequestTarget parse(std::string_view text) {
  auto target = parse_target(http::verb::get, text);
  EXPECT_TRUE(target.has_value()) << text;
  return target.value_or(RequestTarget{});
}

TEST(RequestTargetTest, OriginFormIsSplitAndDecoded) {
  const RequestTarget target = parse("/api/v1/a%20b?x=1&y=%C3%A9");
  EXPECT_EQ(target.path, "/api/v1/a b");
  EXPECT_THAT(target.segments, ElementsAre("api", "v1", "a b"));
  EXPECT_THAT(target.query, ElementsAre(Pair("x", "1"), Pair("y", "\u00e9")));
}

TEST(RequestTargetTest, TheRootIsOneEmptySegment) {
  EXPECT_EQ(parse("/").path, "/");
  EXPECT_THAT(parse("/").segments, ElementsAre(""));
}

TEST(RequestTargetTest, AnEncodedSlashStaysInItsSegment) {
  EXPECT_THAT(parse("/a/b%2Fc").segments, ElementsAre("a", "b/c"));
}

TEST(RequestTargetTest, EmptySegmentsAreKept) { EXPECT_THAT(parse("//a//").segments, ElementsAre("", "a", "", "")); }

TEST(RequestTargetTest, DotsMeanNothing) { EXPECT_THAT(parse("/a/../b").segments, ElementsAre("a", "..", "b")); }

TEST(RequestTargetTest, ColonsAndAtSignsNeedNoEncoding) {
  EXPECT_THAT(parse("/1266890800:a@b").segments, ElementsAre("1266890800:a@b"));
}

TEST(RequestTargetTest, AbsoluteFormNamesAPathToo) {
  EXPECT_EQ(parse("http://turn.test:8080/a?b=c").path, "/a");
  EXPECT_THAT(parse("https://turn.test/a?b=c").query, ElementsAre(Pair("b", "c")));
  EXPECT_THAT(parse("http://turn.test").segments, ElementsAre(""));
}

TEST(RequestTargetTest, OtherAbsoluteFormsAreRefused) {
  EXPECT_FALSE(is_target("ftp://turn.test/a"));
  EXPECT_FALSE(is_target("http:/a"));
  EXPECT_FALSE(is_target("http://user@turn.test/a"));
  EXPECT_FALSE(is_target("turn.test:443"));
  EXPECT_FALSE(is_target("a/b"));
  EXPECT_FALSE(is_target(""));
}

TEST(RequestTargetTest, TheAsteriskIsForOptionsAlone) {
  EXPECT_FALSE(is_target("*"));
  const auto target = parse_target(http::verb::options, "*");
  ASSERT_TRUE(target.has_value());
  EXPECT_EQ(target->path, "*");
  EXPECT_THAT(target->segments, IsEmpty());
}

TEST(RequestTargetTest, AFragmentIsRefused) {
  EXPECT_FALSE(is_target("/a#b"));
  EXPECT_FALSE(is_target("http://turn.test/a#b"));
}

TEST(RequestTargetTest, ControlBytesAreRefusedAlsoEncoded) {
  for (const std::string_view text : {"/%00", "/%0a", "/%1f", "/%7F", "/%C2%85", "/?a=%00", "/?%0d=a", "/\x01"}) {
    EXPECT_FALSE(is_target(text)) << text;
  }
}

TEST(RequestTargetTest, WhatIsNoUtf8IsRefused) {
  for (const std::string_view text : {"/%ff", "/%C3", "/%C0%AF", "/%ED%A0%80", "/?a=%80", "/\xff"}) {
    EXPECT_FALSE(is_target(text)) << text;
  }
}

TEST(RequestTargetTest, BrokenEncodingIsRefused) {
  for (const std::string_view text : {"/%", "/%2", "/%zz", "/?a=%", "/?%4=a"}) EXPECT_FALSE(is_target(text)) << text;
}

TEST(RequestTargetTest, APlusIsASpaceInTheQueryAlone) {
  EXPECT_EQ(parse("/a+b").path, "/a+b");
  EXPECT_THAT(parse("/?a=b+c%2Bd").query, ElementsAre(Pair("a", "b c+d")));
}

TEST(RequestTargetTest, ParametersStayInOrderAndMayRepeat) {
  EXPECT_THAT(parse("/?b=1&a=2&b=3").query, ElementsAre(Pair("b", "1"), Pair("a", "2"), Pair("b", "3")));
  EXPECT_THAT(parse("/?a&&b=").query, ElementsAre(Pair("a", ""), Pair("b", "")));
  EXPECT_THAT(parse("/?").query, IsEmpty());
}

TEST(CleanTextTest, TakesUtf8OfEveryLength) {
  EXPECT_TRUE(is_clean_text(""));
  EXPECT_TRUE(is_clean_text("a \u00e9 \u20ac \U0001f600 \U0010ffff"));
}

TEST(CleanTextTest, TakesNothingOverlongCutOrOutOfRange) {
  for (const std::string_view text :
       {"\xc1\x81", "\xe0\x9f\xbf", "\xf0\x8f\xbf\xbf", "\xf4\x90\x80\x80", "\xed\xbf\xbf", "\xf5\x80\x80\x80",
        "\xe2\x82", "\xf0\x9f\x98", "a\x80", "\xe2\x28\xa1"}) {
    EXPECT_FALSE(is_clean_text(text));
  }
}

TEST(CleanTextTest, TakesNoControls) {
  for (const std::string_view text : {"\n", "a\x1f", "\x7f", "\u0080", "\u009f"}) EXPECT_FALSE(is_clean_text(text));
  EXPECT_TRUE(is_clean_text("\u00a0"));
}

}  // namespace
}  // namespace turnpike::control
