#include "control/websocket_frames.hpp"

#include <gmock/gmock.h>

#include <string>
#include <vector>

#include "support/websocket_frames.hpp"

namespace turnpike::control {
namespace {

using test::client_frame;
using test::close_payload;
using test::kBinary;
using test::kClose;
using test::kFirstPiece;
using test::kLastPiece;
using test::kMiddlePiece;
using test::kPing;
using test::kPong;
using test::kText;
using test::octets;

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr std::size_t kMaxMessage = 70'000;

/// An event as text: "text Hello", "fault 1002".
std::string describe(const FrameEvent& event) {
  const std::string code = std::to_string(static_cast<int>(event.code));
  switch (event.kind) {
    case FrameEvent::Kind::text: return "text " + event.payload;
    case FrameEvent::Kind::ping: return "ping " + event.payload;
    case FrameEvent::Kind::pong: return "pong " + event.payload;
    case FrameEvent::Kind::close: return "close " + code + " " + event.payload;
    case FrameEvent::Kind::fault: return "fault " + code;
  }
  return "?";
}

std::vector<std::string> take(FrameReader& reader) {
  std::vector<std::string> events;
  while (const auto event = reader.next()) events.push_back(describe(*event));
  return events;
}

std::vector<std::string> read(std::string_view bytes, std::size_t max_message = kMaxMessage) {
  FrameReader reader(max_message);
  reader.add(as_bytes(bytes));
  return take(reader);
}

std::vector<std::string> read_byte_by_byte(std::string_view bytes) {
  FrameReader reader(kMaxMessage);
  std::vector<std::string> events;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    reader.add(as_bytes(bytes.substr(i, 1)));
    for (auto& event : take(reader)) events.push_back(std::move(event));
  }
  return events;
}

TEST(FrameReaderTest, ReadsTheMaskedHelloOfRfc6455) {
  const std::string frame = octets({0x81, 0x85, 0x37, 0xfa, 0x21, 0x3d, 0x7f, 0x9f, 0x4d, 0x51, 0x58});
  EXPECT_THAT(read(frame), ElementsAre("text Hello"));
}

TEST(FrameReaderTest, ReadsThePongOfRfc6455) {
  const std::string frame = octets({0x8a, 0x85, 0x37, 0xfa, 0x21, 0x3d, 0x7f, 0x9f, 0x4d, 0x51, 0x58});
  EXPECT_THAT(read(frame), ElementsAre("pong Hello"));
}

TEST(FrameReaderTest, JoinsFragments) {
  const auto bytes = client_frame(kFirstPiece, "Hel") + client_frame(kMiddlePiece, "") + client_frame(kLastPiece, "lo");
  EXPECT_THAT(read(bytes), ElementsAre("text Hello"));
}

TEST(FrameReaderTest, ControlFramesMayComeBetweenFragments) {
  const auto bytes = client_frame(kFirstPiece, "Hel") + client_frame(kPing, "mark") + client_frame(kLastPiece, "lo");
  EXPECT_THAT(read(bytes), ElementsAre("ping mark", "text Hello"));
}

TEST(FrameReaderTest, ReadsSizesOfAllThreeForms) {
  for (const std::size_t size : {0U, 1U, 125U, 126U, 127U, 65'535U, 65'536U, 70'000U}) {
    const std::string text(size, 'x');
    EXPECT_THAT(read(client_frame(kText, text)), ElementsAre("text " + text)) << size;
  }
}

TEST(FrameReaderTest, UnmasksWhateverTheSizeAndTheCut) {
  std::string text;
  for (int size = 0; size < 40; ++size, text.push_back(static_cast<char>('a' + size % 26))) {
    const std::string frame = client_frame(kText, text);
    for (std::size_t cut = 0; cut <= frame.size(); ++cut) {
      FrameReader reader(kMaxMessage);
      reader.add(as_bytes(frame).first(cut));
      auto events = take(reader);
      reader.add(as_bytes(frame).subspan(cut));
      for (auto& event : take(reader)) events.push_back(std::move(event));
      EXPECT_THAT(events, ElementsAre("text " + text)) << size << " cut at " << cut;
    }
  }
}

TEST(FrameReaderTest, FramesMayComeByteByByteOrAllAtOnce) {
  const auto bytes = client_frame(kText, "one") + client_frame(kFirstPiece, "tw") + client_frame(kPing, "p") +
                     client_frame(kLastPiece, "o") + client_frame(kPong, "") +
                     client_frame(kText, std::string(300, 'y')) + client_frame(kClose, close_payload(1000, "bye"));
  EXPECT_THAT(read(bytes), ElementsAre("text one", "ping p", "text two", "pong ", "text " + std::string(300, 'y'),
                                       "close 1000 bye"));
  EXPECT_EQ(read_byte_by_byte(bytes), read(bytes));
}

TEST(FrameReaderTest, AReservedBitIsAProtocolError) {
  for (const int bit : {0x40, 0x20, 0x10}) EXPECT_THAT(read(client_frame(kText | bit, "x")), ElementsAre("fault 1002"));
}

TEST(FrameReaderTest, AReservedOpcodeIsAProtocolError) {
  for (const int opcode : {3, 4, 5, 6, 7, 11, 12, 13, 14, 15}) {
    EXPECT_THAT(read(client_frame(0x80 | opcode, "")), ElementsAre("fault 1002")) << opcode;
  }
}

TEST(FrameReaderTest, AFrameWithoutAMaskIsAProtocolErrorAtItsSecondByte) {
  EXPECT_THAT(read(octets({0x81, 0x05})), ElementsAre("fault 1002"));
  EXPECT_THAT(read(octets({0x88, 0x00})), ElementsAre("fault 1002"));
}

TEST(FrameReaderTest, BinaryIsUnsupported) { EXPECT_THAT(read(client_frame(kBinary, "x")), ElementsAre("fault 1003")); }

TEST(FrameReaderTest, AFragmentOfAControlFrameIsAProtocolError) {
  for (const int opcode : {8, 9, 10}) EXPECT_THAT(read(client_frame(opcode, "")), ElementsAre("fault 1002"));
}

TEST(FrameReaderTest, AControlFrameHasAtMost125Bytes) {
  EXPECT_THAT(read(client_frame(kPing, std::string(125, 'p'))), ElementsAre("ping " + std::string(125, 'p')));
  EXPECT_THAT(read(client_frame(kPing, std::string(126, 'p'))), ElementsAre("fault 1002"));
}

TEST(FrameReaderTest, AContinuationOfNothingIsAProtocolError) {
  EXPECT_THAT(read(client_frame(kMiddlePiece, "x")), ElementsAre("fault 1002"));
  EXPECT_THAT(read(client_frame(kText, "x") + client_frame(kLastPiece, "y")), ElementsAre("text x", "fault 1002"));
}

TEST(FrameReaderTest, AMessageWithinAMessageIsAProtocolError) {
  EXPECT_THAT(read(client_frame(kFirstPiece, "x") + client_frame(kText, "y")), ElementsAre("fault 1002"));
}

TEST(FrameReaderTest, ALengthThatIsNotMinimalIsAProtocolError) {
  EXPECT_THAT(read(octets({0x81, 0xfe, 0, 125, 1, 2, 3, 4})), ElementsAre("fault 1002"));
  EXPECT_THAT(read(octets({0x81, 0xff, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 1, 2, 3, 4})), ElementsAre("fault 1002"));
}

TEST(FrameReaderTest, ALengthOfMoreThan63BitsIsAProtocolError) {
  EXPECT_THAT(read(octets({0x81, 0xff, 0x80, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4})), ElementsAre("fault 1002"));
}

TEST(FrameReaderTest, AMessageOverTheLimitIsRefusedWhenItIsAnnounced) {
  EXPECT_THAT(read(client_frame(kText, std::string(10, 'x')), 10), ElementsAre("text xxxxxxxxxx"));
  EXPECT_THAT(read(client_frame(kText, std::string(11, 'x')).substr(0, 6), 10), ElementsAre("fault 1009"));
  EXPECT_THAT(read(octets({0x81, 0xff, 0x7f, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4})), ElementsAre("fault 1009"));
}

TEST(FrameReaderTest, TheLimitIsForAllFragmentsTogether) {
  const auto front = client_frame(kFirstPiece, "123456") + client_frame(kMiddlePiece, "");
  EXPECT_THAT(read(front + client_frame(kLastPiece, "7890"), 10), ElementsAre("text 1234567890"));
  EXPECT_THAT(read(front + client_frame(kLastPiece, "78901").substr(0, 6), 10), ElementsAre("fault 1009"));
}

TEST(FrameReaderTest, TheLimitStartsAgainWithEachMessage) {
  const auto frame = client_frame(kText, "1234567890");
  EXPECT_THAT(read(frame + frame, 10), ElementsAre("text 1234567890", "text 1234567890"));
}

TEST(FrameReaderTest, TooManyFragmentsAreAgainstThePolicy) {
  std::string bytes = client_frame(kFirstPiece, "x");
  for (std::size_t i = 1; i < FrameReader::kMaxFragments; ++i) bytes += client_frame(kMiddlePiece, "x");
  EXPECT_THAT(read(bytes), IsEmpty());
  EXPECT_THAT(read(bytes + client_frame(kLastPiece, "x")), ElementsAre("fault 1008"));
}

TEST(FrameReaderTest, EmptyFragmentsWithoutEndAreAgainstThePolicy) {
  std::string bytes = client_frame(kFirstPiece, "x");
  for (std::size_t i = 0; i < FrameReader::kMaxEmptyFragments; ++i) bytes += client_frame(kMiddlePiece, "");
  EXPECT_THAT(read(bytes + client_frame(kLastPiece, "")), ElementsAre("text x"));
  EXPECT_THAT(read(bytes + client_frame(kMiddlePiece, "")), ElementsAre("fault 1008"));
}

TEST(FrameReaderTest, FragmentsAreCountedAnewForEachMessage) {
  const auto message = client_frame(kFirstPiece, "") + client_frame(kMiddlePiece, "") + client_frame(kLastPiece, "");
  std::string bytes;
  for (std::size_t i = 0; i < FrameReader::kMaxFragments; ++i) bytes += message;
  EXPECT_EQ(read(bytes).back(), "text ");
}

TEST(FrameReaderTest, TextIsUtf8) {
  const std::string text = "na\u00efve \u20ac \U0001f600 und so weiter \u00df";
  EXPECT_THAT(read(client_frame(kText, text)), ElementsAre("text " + text));
}

TEST(FrameReaderTest, ACharacterMayBeCutByFragments) {
  const std::string text = "\U0001f600";
  const auto bytes = client_frame(kFirstPiece, text.substr(0, 2)) + client_frame(kLastPiece, text.substr(2));
  EXPECT_THAT(read(bytes), ElementsAre("text " + text));
}

TEST(FrameReaderTest, TextThatIsNoUtf8IsABadPayload) {
  for (const std::string bad : {"\xff", "\xc0\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xe2\x82", "\x80"}) {
    EXPECT_THAT(read(client_frame(kText, bad)), ElementsAre("fault 1007"));
    EXPECT_THAT(read(client_frame(kText, std::string(29, 'a') + bad)), ElementsAre("fault 1007"));
    EXPECT_THAT(read(client_frame(kText, bad + std::string(29, 'a'))), ElementsAre("fault 1007"));
  }
}

TEST(FrameReaderTest, ACloseMayBeEmpty) { EXPECT_THAT(read(client_frame(kClose, "")), ElementsAre("close 1005 ")); }

TEST(FrameReaderTest, CodesThatMayBeSaidAreTaken) {
  for (const int code : {1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 4001, 4999}) {
    EXPECT_THAT(read(client_frame(kClose, close_payload(code))), ElementsAre("close " + std::to_string(code) + " "));
  }
}

TEST(FrameReaderTest, CodesThatMayNotBeSaidAreProtocolErrors) {
  for (const int code : {0, 1, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65535}) {
    EXPECT_THAT(read(client_frame(kClose, close_payload(code))), ElementsAre("fault 1002")) << code;
  }
}

TEST(FrameReaderTest, HalfACodeIsAProtocolError) {
  EXPECT_THAT(read(client_frame(kClose, "\x03")), ElementsAre("fault 1002"));
}

TEST(FrameReaderTest, AReasonIsUtf8) {
  EXPECT_THAT(read(client_frame(kClose, close_payload(1000, "ende \u00fc"))), ElementsAre("close 1000 ende \u00fc"));
  EXPECT_THAT(read(client_frame(kClose, close_payload(1000, "\xff"))), ElementsAre("fault 1007"));
}

TEST(FrameReaderTest, NothingComesAfterACloseOrAFault) {
  const auto text = client_frame(kText, "x");
  EXPECT_THAT(read(client_frame(kClose, "") + text), ElementsAre("close 1005 "));
  EXPECT_THAT(read(client_frame(kBinary, "") + text), ElementsAre("fault 1003"));
  EXPECT_THAT(read_byte_by_byte(client_frame(kBinary, "") + text), ElementsAre("fault 1003"));
}

TEST(FrameReaderTest, BetweenMessagesNextToNothingIsHeld) {
  FrameReader reader(kMaxMessage);
  const auto bytes = client_frame(kText, std::string(60'000, 'x')) + octets({0x81, 0xfe, 0x01});
  reader.add(as_bytes(bytes));
  EXPECT_EQ(take(reader).size(), 1U);
  EXPECT_LE(reader.held(), 256U);
}

TEST(FrameReaderTest, AfterAFaultNothingIsHeld) {
  FrameReader reader(100'000);
  const std::string frames = client_frame(kFirstPiece, std::string(50'000, 'x')) + client_frame(kText, "x");
  reader.add(as_bytes(frames));
  const auto event = reader.next();
  ASSERT_TRUE(event);
  EXPECT_EQ(event->kind, FrameEvent::Kind::fault);
  EXPECT_EQ(reader.held(), 0U);
}

TEST(FrameReaderTest, AnAnnouncementAloneTakesNoMemory) {
  FrameReader reader(kMaxMessage);
  reader.add(as_bytes(client_frame(kText, std::string(kMaxMessage, 'x'))).first(14));
  EXPECT_THAT(take(reader), IsEmpty());
  EXPECT_LE(reader.held(), 256U);
}

}  // namespace
}  // namespace turnpike::control
