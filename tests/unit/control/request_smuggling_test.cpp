#include <gtest/gtest.h>

#include <cstdint>
#include <ostream>
#include <string>
#include <string_view>

#include "control/request_reader.hpp"

// Requests whose end, or whose fields, two readers may see differently (RFC 9112 sections 5 to 7 and 11.2). Whatever
// stands between a client and us, none of these may be answered as if it were plain.
namespace turnpike::control {
namespace {

enum class Judgement : std::uint8_t { refused, taken, waiting };

struct Case {
  std::string_view name;
  std::string_view text;
};
std::ostream& operator<<(std::ostream& out, const Case& bad) { return out << bad.name; }

Judgement judge(std::string_view text) {
  RequestReader reader({});
  reader.add(as_bytes(text));
  switch (reader.advance()) {
    case RequestReader::Outcome::complete: return Judgement::taken;
    case RequestReader::Outcome::refused: return Judgement::refused;
    default: return Judgement::waiting;
  }
}

class SmugglingTest : public ::testing::TestWithParam<Case> {};

TEST_P(SmugglingTest, IsRefused) { EXPECT_EQ(judge(GetParam().text), Judgement::refused); }

#define TURNPIKE_POST "POST / HTTP/1.1\r\nHost: a\r\n"
#define TURNPIKE_CHUNKED TURNPIKE_POST "Transfer-Encoding: chunked\r\n\r\n"

INSTANTIATE_TEST_SUITE_P(
    Ends, SmugglingTest,
    ::testing::Values(
        Case{"LengthThenChunked", TURNPIKE_POST "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"},
        Case{"ChunkedThenLength", TURNPIKE_POST "Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n0\r\n\r\n"},
        Case{"TwoLengths", TURNPIKE_POST "Content-Length: 1\r\nContent-Length: 2\r\n\r\nab"},
        Case{"TwoLengthsInOne", TURNPIKE_POST "Content-Length: 1, 2\r\n\r\nab"},
        Case{"LengthWithSign", TURNPIKE_POST "Content-Length: +1\r\n\r\na"},
        Case{"NegativeLength", TURNPIKE_POST "Content-Length: -1\r\n\r\na"},
        Case{"HexLength", TURNPIKE_POST "Content-Length: 0x1\r\n\r\na"},
        Case{"EmptyLength", TURNPIKE_POST "Content-Length: \r\n\r\n"},
        Case{"LengthWithSpaceInside", TURNPIKE_POST "Content-Length: 1 0\r\n\r\n0123456789"},
        Case{"LengthBeyond64Bits", TURNPIKE_POST "Content-Length: 18446744073709551617\r\n\r\na"},
        Case{"UnknownEncoding", TURNPIKE_POST "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n"},
        Case{"ChunkedNotLast", TURNPIKE_POST "Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n"},
        Case{"ChunkedTwice", TURNPIKE_POST "Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n"},
        Case{"AnotherEncodingBelowChunked", TURNPIKE_POST "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n"},
        Case{"TwoEncodingFields",
             TURNPIKE_POST "Transfer-Encoding: identity\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"},
        Case{"EncodingWithVerticalTab", TURNPIKE_POST "Transfer-Encoding: \vchunked\r\n\r\n0\r\n\r\n"},
        Case{"EncodingInHttp10", "POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"}),
    [](const auto& tested) { return std::string(tested.param.name); });

INSTANTIATE_TEST_SUITE_P(Chunks, SmugglingTest,
                         ::testing::Values(Case{"SizeIsNoNumber", TURNPIKE_CHUNKED "x\r\na\r\n0\r\n\r\n"},
                                           Case{"SizeIsEmpty", TURNPIKE_CHUNKED "\r\na\r\n0\r\n\r\n"},
                                           Case{"SizeHasASign", TURNPIKE_CHUNKED "-1\r\na\r\n0\r\n\r\n"},
                                           Case{"SizeHasAPrefix", TURNPIKE_CHUNKED "0x1\r\na\r\n0\r\n\r\n"},
                                           Case{"SizeOverflows",
                                                TURNPIKE_CHUNKED "10000000000000001\r\na\r\n0\r\n\r\n"},
                                           Case{"SizeIsTooSmall", TURNPIKE_CHUNKED "1\r\nabc\r\n0\r\n\r\n"},
                                           Case{"SizeEndsInBareLf", TURNPIKE_CHUNKED "1\na\r\n0\r\n\r\n"},
                                           Case{"ExtensionWithBareLf", TURNPIKE_CHUNKED "1;a\nb\r\na\r\n0\r\n\r\n"}),
                         [](const auto& tested) { return std::string(tested.param.name); });

INSTANTIATE_TEST_SUITE_P(Fields, SmugglingTest,
                         ::testing::Values(Case{"FoldedLine", "GET / HTTP/1.1\r\nHost: a\r\nX: b\r\n c\r\n\r\n"},
                                           Case{"FoldedLength", TURNPIKE_POST "Content-Length:\r\n 1\r\n\r\na"},
                                           Case{"FoldedFirstField", "GET / HTTP/1.1\r\n Host: a\r\nHost: b\r\n\r\n"},
                                           Case{"SpaceBeforeColon", "GET / HTTP/1.1\r\nHost: a\r\nX : b\r\n\r\n"},
                                           Case{"TabBeforeColon", "GET / HTTP/1.1\r\nHost: a\r\nX\t: b\r\n\r\n"},
                                           Case{"NoColon", "GET / HTTP/1.1\r\nHost: a\r\nX\r\n\r\n"},
                                           Case{"NoName", "GET / HTTP/1.1\r\nHost: a\r\n: b\r\n\r\n"},
                                           Case{"BareLfInTheRequestLine", "GET / HTTP/1.1\nHost: a\r\n\r\n"},
                                           Case{"BareLfBetweenFields", "GET / HTTP/1.1\r\nHost: a\nX: b\r\n\r\n"},
                                           Case{"BareLfAtTheEnd",
                                                "GET / HTTP/1.1\r\nHost: a\r\n\nGET / HTTP/1.1\r\nHost: a\r\n\r\n"},
                                           Case{"BareCrInAValue", "GET / HTTP/1.1\r\nHost: a\r\nX: b\rc\r\n\r\n"},
                                           Case{"NulInAValue", {"GET / HTTP/1.1\r\nHost: a\r\nX: b\0c\r\n\r\n", 35}},
                                           Case{"NulInAName", {"GET / HTTP/1.1\r\nHost: a\r\nX\0: b\r\n\r\n", 34}},
                                           Case{"TwoSpacesInTheRequestLine", "GET  / HTTP/1.1\r\nHost: a\r\n\r\n"},
                                           Case{"TabInTheRequestLine", "GET\t/ HTTP/1.1\r\nHost: a\r\n\r\n"},
                                           Case{"WordAfterTheVersion", "GET / HTTP/1.1 x\r\nHost: a\r\n\r\n"},
                                           Case{"LowerCaseVersion", "GET / http/1.1\r\nHost: a\r\n\r\n"},
                                           Case{"SpaceInTheTarget", "GET /a b HTTP/1.1\r\nHost: a\r\n\r\n"}),
                         [](const auto& tested) { return std::string(tested.param.name); });

TEST(RequestEndTest, TheLengthAloneSaysWhereARequestEnds) {
  RequestReader reader({});
  reader.add(as_bytes(TURNPIKE_POST "Content-Length: 5\r\n\r\nGET /POST /2 HTTP/1.1\r\n"));
  ASSERT_EQ(reader.advance(), RequestReader::Outcome::complete);
  EXPECT_EQ(reader.take().body(), "GET /");
}

TEST(RequestEndTest, ABodyMayLookLikeAFoldedLine) {
  RequestReader reader({});
  reader.add(as_bytes(TURNPIKE_POST "Content-Length: 5\r\n\r\n a\r\n "));
  ASSERT_EQ(reader.advance(), RequestReader::Outcome::complete);
  EXPECT_EQ(reader.take().body(), " a\r\n ");
}

#undef TURNPIKE_POST
#undef TURNPIKE_CHUNKED

}  // namespace
}  // namespace turnpike::control
