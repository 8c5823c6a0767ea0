// The malformed collection, and whole messages cut short.

#include <gtest/gtest.h>

#include <filesystem>

#include "support/vectors.hpp"
#include "turnpike/stun/framing.hpp"
#include "turnpike/stun/integrity.hpp"
#include "turnpike/stun/message.hpp"

namespace turnpike::stun {
namespace {

using test::Bytes;

std::string name_of_error(ParseError error) {
  switch (error) {
    case ParseError::too_short: return "too_short";
    case ParseError::not_stun: return "not_stun";
    case ParseError::wrong_cookie: return "wrong_cookie";
    case ParseError::wrong_length: return "wrong_length";
    case ParseError::broken_attribute: return "broken_attribute";
    case ParseError::too_many_attributes: return "too_many_attributes";
  }
  return "?";
}

TEST(Malformed, EveryVectorIsRefusedForItsReason) {
  for (const test::CsvRow& row : test::read_csv_vector("malformed/manifest.csv")) {
    const Bytes bytes = test::read_hex_vector("malformed/" + row.at(0));
    const auto message = MessageView::parse(bytes);
    EXPECT_FALSE(message) << row.at(0);
    if (!message) {
      EXPECT_EQ(name_of_error(message.error()), row.at(1)) << row.at(0);
    }
  }
}

TEST(Malformed, EveryFileOfTheCollectionIsInItsManifest) {
  std::size_t files = 0;
  for (const auto& entry : std::filesystem::directory_iterator{test::vectors_directory() / "malformed"}) {
    if (entry.path().extension() == ".hex") ++files;
  }
  EXPECT_EQ(test::read_csv_vector("malformed/manifest.csv").size(), files);
  EXPECT_GE(files, 30U);
}

std::vector<Bytes> whole_messages() {
  std::vector<Bytes> messages;
  for (const char* name :
       {"rfc5769/sample-request.hex", "rfc5769/sample-ipv4-response.hex", "rfc5769/sample-ipv6-response.hex",
        "rfc5769/sample-long-term-request.hex", "rfc8489/sample-request.hex"}) {
    messages.push_back(test::read_hex_vector(name));
  }
  return messages;
}

TEST(Malformed, AMessageCutAnywhereIsNoMessage) {
  for (const Bytes& whole : whole_messages()) {
    for (std::size_t length = 0; length < whole.size(); ++length) {
      // A copy of that very size, so that a sanitizer sees a read behind it.
      const Bytes cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(length));
      const auto message = MessageView::parse(cut);
      ASSERT_FALSE(message);
      EXPECT_EQ(message.error(), length < kHeaderSize ? ParseError::too_short : ParseError::wrong_length);
      EXPECT_EQ(classify(cut), length == 0 ? PacketKind::other : PacketKind::stun);
      EXPECT_FALSE(parse_channel_data(cut));
    }
  }
}

TEST(Malformed, AMessageCutWithItsLengthFieldMadeToFitIsReadInsideItsBounds) {
  for (const Bytes& whole : whole_messages()) {
    for (std::size_t length = kHeaderSize; length < whole.size(); length += 4) {
      Bytes cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(length));
      store_be(std::span{cut}.subspan<2, 2>(), static_cast<std::uint16_t>(length - kHeaderSize));
      const auto message = MessageView::parse(cut);
      if (!message) {
        EXPECT_EQ(message.error(), ParseError::broken_attribute);
        continue;
      }
      for (const Attribute& attribute : *message) {
        EXPECT_LE(attribute.offset + kAttributeHeaderSize + attribute.value.size(), cut.size());
      }
      static_cast<void>(check_message_integrity(*message, as_bytes("any key")));
      static_cast<void>(check_message_integrity_sha256(*message, as_bytes("any key")));
      EXPECT_NE(check_fingerprint(*message), IntegrityCheck::valid);
    }
  }
}

}  // namespace
}  // namespace turnpike::stun
