#include <gmock/gmock.h>

#include <string>

#include "control/websocket_frames.hpp"
#include "support/websocket_frames.hpp"

namespace turnpike::control {
namespace {

using test::octets;
using test::written;

std::string text_frame(std::string_view text) {
  return written([&](auto& out) { write_text_frame(text, out); });
}

std::string close_frame(CloseCode code, std::string_view reason) {
  return written([&](auto& out) { write_close_frame(code, reason, out); });
}

TEST(FrameWritingTest, WritesTheHelloOfRfc6455) { EXPECT_EQ(text_frame("Hello"), octets({0x81, 0x05}) + "Hello"); }

TEST(FrameWritingTest, WritesThePingOfRfc6455) {
  EXPECT_EQ(written([](auto& out) { write_ping_frame(as_bytes("Hello"), out); }), octets({0x89, 0x05}) + "Hello");
}

TEST(FrameWritingTest, WritesAPong) {
  EXPECT_EQ(written([](auto& out) { write_pong_frame("Hello", out); }), octets({0x8a, 0x05}) + "Hello");
}

TEST(FrameWritingTest, WritesSizesOfAllThreeForms) {
  const auto header_of = [](std::size_t size) { return text_frame(std::string(size, 'x')).substr(0, 10); };
  EXPECT_EQ(header_of(0), octets({0x81, 0}));
  EXPECT_EQ(header_of(125), octets({0x81, 125}) + "xxxxxxxx");
  EXPECT_EQ(header_of(126), octets({0x81, 126, 0, 126}) + "xxxxxx");
  EXPECT_EQ(header_of(256), octets({0x81, 126, 1, 0}) + "xxxxxx");
  EXPECT_EQ(header_of(65'535), octets({0x81, 126, 0xff, 0xff}) + "xxxxxx");
  EXPECT_EQ(header_of(65'536), octets({0x81, 127, 0, 0, 0, 0, 0, 1, 0, 0}));
}

TEST(FrameWritingTest, AppendsToWhatIsThere) {
  const auto both = written([](auto& out) { write_text_frame("a", out), write_text_frame("b", out); });
  EXPECT_EQ(both, text_frame("a") + text_frame("b"));
}

TEST(FrameWritingTest, ACloseSaysItsCodeAndItsReason) {
  EXPECT_EQ(close_frame(CloseCode::replaced, "gone"), octets({0x88, 0x06, 0x0f, 0xa1}) + "gone");
}

TEST(FrameWritingTest, ACloseWithoutAStatusIsEmpty) {
  EXPECT_EQ(close_frame(CloseCode::no_status, "gone"), octets({0x88, 0x00}));
}

TEST(FrameWritingTest, AReasonIsCutToWhatFits) {
  EXPECT_EQ(close_frame(CloseCode::normal, std::string(500, 'x')),
            octets({0x88, 125, 0x03, 0xe8}) + std::string(123, 'x'));
}

TEST(FrameWritingTest, AReasonIsCutAtACharactersEnd) {
  EXPECT_EQ(close_frame(CloseCode::normal, std::string(122, 'x') + "\u20ac"),
            octets({0x88, 124, 0x03, 0xe8}) + std::string(122, 'x'));
  EXPECT_EQ(close_frame(CloseCode::normal, std::string(120, 'x') + "\u20ac"),
            octets({0x88, 125, 0x03, 0xe8}) + std::string(120, 'x') + "\u20ac");
}

}  // namespace
}  // namespace turnpike::control
