#include "rooms/json_codec_text.hpp"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace turnpike::rooms {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::string nested(std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); }

std::string object_of(int names, const std::string& last) {
  std::string json = "{";
  for (int i = 0; i < names; ++i) json += "\"" + std::to_string(i) + "\":0,";
  return json + last + ":0}";
}

TEST(FindJsonFaultTest, AnyOneValueIsRight) {
  for (const char* text : {"{}", "[]", "0", "-1.5e3", "null", "true", R"("a")", " {\"a\" : [ 1 , 2 ] } \n"}) {
    EXPECT_THAT(find_json_fault(text), IsEmpty()) << text;
  }
}

TEST(FindJsonFaultTest, WhatIsNotOneValueIsAFault) {
  for (const char* text : {"", " ", "{", "{}{}", "{} x", "{'a':1}", R"({"a":01})", R"({"a":1,})", "[1,]", "NaN",
                           "Infinity", "{a:1}", "{/**/}", "\xef\xbb\xbf{}", "\"\n\"", R"("\x41")", "+1", ".5", "1."}) {
    EXPECT_FALSE(find_json_fault(text).empty()) << text;
  }
}

TEST(FindJsonFaultTest, ANulByteInTheTextIsAFault) {
  EXPECT_FALSE(find_json_fault(std::string_view("{}\0", 3)).empty());
  EXPECT_FALSE(find_json_fault(std::string_view("\"\0\"", 3)).empty());
}

TEST(FindJsonFaultTest, NestingMayBeThirtyTwoDeep) {
  EXPECT_THAT(find_json_fault(nested(32)), IsEmpty());
  EXPECT_FALSE(find_json_fault(nested(33)).empty());
  EXPECT_FALSE(find_json_fault(std::string(60'000, '[')).empty());
}

TEST(FindJsonFaultTest, ANameMayStandOnceInAnObject) {
  for (const char* text : {R"({"a":1,"a":1})", R"({"a":{"b":1,"b":2}})", R"({"a":1,"\u0061":2})", R"({"":1,"":2})",
                           R"({"a":{"x":{},"y":{}},"b":1,"a":2})", R"([{"a":1},{"a":1,"a":1}])"}) {
    EXPECT_THAT(find_json_fault(text), HasSubstr("twice")) << text;
  }
}

TEST(FindJsonFaultTest, ANameMayStandInSeveralObjects) {
  for (const char* text :
       {R"({"a":{"a":1},"b":{"a":1}})", R"([{"a":1},{"a":1}])", R"({"a":{},"b":{},"":{}})", R"({"ab":1,"a":1})"}) {
    EXPECT_THAT(find_json_fault(text), IsEmpty()) << text;
  }
}

TEST(FindJsonFaultTest, ANameThatStandsTwiceIsFoundAmongMany) {
  EXPECT_THAT(find_json_fault(object_of(9000, R"("last")")), IsEmpty());
  EXPECT_THAT(find_json_fault(object_of(9000, R"("17")")), HasSubstr("twice"));
  EXPECT_THAT(find_json_fault(object_of(9000, R"("\u0031\u0037")")), HasSubstr("twice"));
}

TEST(FindJsonFaultTest, LoneSurrogatesAreAFault) {
  for (const char* text : {R"("\ud800")", R"("\udc00")", R"("\ud800\u0041")", R"({"\ud800":1})", R"("\ud800x")"}) {
    EXPECT_FALSE(find_json_fault(text).empty()) << text;
  }
  EXPECT_THAT(find_json_fault(R"("\ud83d\ude00")"), IsEmpty());
}

TEST(FindJsonFaultTest, InvalidUtf8IsAFault) {
  for (const char* text : {"\"\xff\"", "\"\xc0\x80\"", "\"\xed\xa0\x80\"", "\"\xf4\x90\x80\x80\"", "{\"\xc3\":1}"}) {
    EXPECT_FALSE(find_json_fault(text).empty()) << text;
  }
}

TEST(FindJsonFaultTest, NumbersThatNoDoubleHoldsAreAFault) {
  EXPECT_FALSE(find_json_fault("1e400").empty());
  EXPECT_FALSE(find_json_fault("[-1e400]").empty());
  EXPECT_FALSE(find_json_fault("1e99999999999999999999").empty());
  EXPECT_FALSE(find_json_fault("1" + std::string(400, '0')).empty());
  EXPECT_THAT(find_json_fault("123456789012345678901234567890"), IsEmpty());
}

TEST(JsonSlicesTest, MembersAreCutOutAsTheyWereWritten) {
  const auto slices = slices_of(R"({ "a" : "x,}\"]" , "b":[1, {"c":"]"}],"c":{} ,"d":-1.50e3 })");
  ASSERT_EQ(slices.size(), 4U);
  EXPECT_EQ(slices[0].name, R"("a")");
  EXPECT_EQ(slices[0].value, R"("x,}\"]")");
  EXPECT_EQ(slices[1].value, R"([1, {"c":"]"}])");
  EXPECT_EQ(slices[2].value, "{}");
  EXPECT_EQ(slices[3].value, "-1.50e3");
}

TEST(JsonSlicesTest, ElementsHaveNoName) {
  const auto slices = slices_of(R"(["a\\",null , {"b":1}])");
  ASSERT_EQ(slices.size(), 3U);
  EXPECT_THAT(slices[0].name, IsEmpty());
  EXPECT_EQ(slices[0].value, R"("a\\")");
  EXPECT_EQ(slices[1].value, "null");
  EXPECT_EQ(slices[2].value, R"({"b":1})");
}

TEST(JsonSlicesTest, NothingIsCutOutOfNothing) {
  EXPECT_THAT(slices_of("{}"), IsEmpty());
  EXPECT_THAT(slices_of("[ ]"), IsEmpty());
}

TEST(JsonSlicesTest, EscapedQuotationMarksDoNotEndAText) {
  const auto slices = slices_of(R"(["\"","\\\"","\\\\","\\\\\"\\"])");
  ASSERT_EQ(slices.size(), 4U);
  EXPECT_EQ(slices[1].value, R"("\\\"")");
  EXPECT_EQ(slices[3].value, R"("\\\\\"\\")");
}

TEST(JsonSlicesTest, WhatIsNoJsonEndsWithinTheText) {
  for (const char* text : {"", "{", "{\"", "{\"a", "{\"a\"", "{\"a\":", "[,,]", "[}}}", "{]]", "[\"\\", "]", "{:,:"}) {
    EXPECT_LE(slices_of(text).size(), std::string_view(text).size()) << text;
  }
}

TEST(JsonSlicesTest, ANameIsKnownHoweverItIsEscaped) {
  const auto slices = slices_of(R"({"d\u0061ta":1,"dat":2,"data ":3})");
  EXPECT_TRUE(slices[0].is_named("data"));
  EXPECT_FALSE(slices[1].is_named("data"));
  EXPECT_FALSE(slices[2].is_named("data"));
}

TEST(JsonTextTest, EscapesAreResolved) {
  EXPECT_EQ(meaning_of(R"("a\"\\\/\b\f\n\r\t\u00e7\ud83d\ude00")"), "a\"\\/\b\f\n\r\t\u00e7\U0001F600");
  EXPECT_EQ(meaning_of(R"("a\u0000b")"), std::string("a\0b", 3));
  EXPECT_EQ(meaning_of(R"("")"), "");
}

TEST(JsonTextTest, WhatATextMayNotHoldIsEscaped) {
  const std::string text("a\"\\\b\n\r\t\x1e\x1f\0/\x7f", 12);
  std::string json;
  append_json(json, text);
  EXPECT_EQ(json, "\"a\\\"\\\\\\u0008\\n\\r\\t\\u001e\\u001f\\u0000/\x7f\"");
  EXPECT_EQ(meaning_of(json), text);
}

TEST(JsonTextTest, CharactersBeyondAsciiStayAsTheyAre) {
  std::string json;
  append_json(json, "\u2028\u2029\U0001F600\u00e7");
  EXPECT_EQ(json, "\"\u2028\u2029\U0001F600\u00e7\"");
  EXPECT_THAT(find_json_fault(json), IsEmpty());
}

}  // namespace
}  // namespace turnpike::rooms
