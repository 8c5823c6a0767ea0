#include "turnpike/stun/stream_framing.hpp"

#include <gtest/gtest.h>

#include "support/hex.hpp"
#include "support/seeded_random.hpp"
#include "turnpike/stun/message.hpp"

namespace turnpike::stun {
namespace {

using test::Bytes;
using test::from_hex;

constexpr std::size_t kLargest = 65'559;

Bytes stun_message(std::size_t length, std::uint8_t fill = 0) {
  Bytes message(kHeaderSize + length, fill);
  store_be<std::uint16_t>(std::span{message}.first<2>(), 1);
  store_be(std::span{message}.subspan<2, 2>(), static_cast<std::uint16_t>(length));
  store_be(std::span{message}.subspan<4, 4>(), kMagicCookie);
  return message;
}

/// Without padding.
Bytes channel_data(std::uint16_t channel, std::size_t length, std::uint8_t fill = 0) {
  Bytes frame(kChannelDataHeaderSize + length, fill);
  write_channel_data_header(std::span{frame}.first<4>(), channel, static_cast<std::uint16_t>(length));
  return frame;
}

/// As the stream holds them: padded with what is no part of any message.
Bytes join(const std::vector<Bytes>& messages) {
  Bytes stream;
  for (const Bytes& message : messages) {
    stream.insert(stream.end(), message.begin(), message.end());
    while (stream.size() % 4 != 0) stream.push_back(0xee);
  }
  return stream;
}

void take_all(StreamFramer& framer, std::vector<Bytes>& messages) {
  while (const auto message = framer.next()) messages.emplace_back(message->begin(), message->end());
}

/// The piece lives as long as it must and no longer, so that a sanitizer sees a view that outlives it.
void feed(StreamFramer& framer, ByteSpan piece, std::vector<Bytes>& messages) {
  const Bytes copy(piece.begin(), piece.end());
  framer.feed(copy);
  take_all(framer, messages);
}

std::vector<Bytes> cut(ByteSpan stream, const std::vector<std::size_t>& sizes) {
  StreamFramer framer(kLargest);
  std::vector<Bytes> messages;
  for (const std::size_t size : sizes) {
    feed(framer, stream.first(size), messages);
    stream = stream.subspan(size);
  }
  feed(framer, stream, messages);
  EXPECT_FALSE(framer.is_broken());
  EXPECT_FALSE(framer.is_inside_message());
  return messages;
}

std::vector<Bytes> mixed_messages() {
  return {stun_message(0),
          channel_data(0x4001, 3, 1),
          channel_data(0x4002, 0),
          stun_message(8, 2),
          channel_data(0x7fff, 1, 3),
          channel_data(0x4000, 4, 4),
          channel_data(0x5000, 6, 5),
          stun_message(4, 6)};
}

bool breaks(ByteSpan bytes, std::size_t max_message = kLargest) {
  StreamFramer framer(max_message);
  framer.feed(bytes);
  const bool gave = framer.next().has_value();
  return framer.is_broken() && !gave;
}

TEST(StreamFramer, EverySplitInTwoGivesTheSameMessages) {
  const std::vector<Bytes> messages = mixed_messages();
  const Bytes stream = join(messages);
  for (std::size_t at = 0; at <= stream.size(); ++at) EXPECT_EQ(cut(stream, {at}), messages) << at;
}

TEST(StreamFramer, EverySplitInThreeGivesTheSameMessages) {
  const std::vector<Bytes> messages = mixed_messages();
  const Bytes stream = join(messages);
  for (std::size_t first = 0; first <= stream.size(); ++first) {
    for (std::size_t second = 0; second <= stream.size() - first; ++second) {
      ASSERT_EQ(cut(stream, {first, second}), messages) << first << " " << second;
    }
  }
}

TEST(StreamFramer, OneByteAtATimeGivesTheSameMessages) {
  const std::vector<Bytes> messages = mixed_messages();
  const Bytes stream = join(messages);
  EXPECT_EQ(cut(stream, std::vector<std::size_t>(stream.size(), 1)), messages);
}

TEST(StreamFramer, FiftyMessagesInASegmentComeOutInPlace) {
  const Bytes stream = join(std::vector<Bytes>(50, channel_data(0x4001, 17, 9)));
  StreamFramer framer(kLargest);
  framer.feed(stream);
  for (std::size_t i = 0; i < 50; ++i) {
    const auto message = framer.next();
    ASSERT_TRUE(message);
    EXPECT_EQ(message->data(), stream.data() + i * 24);
    EXPECT_EQ(message->size(), 21U);
  }
  EXPECT_FALSE(framer.next());
  EXPECT_FALSE(framer.is_inside_message());
}

TEST(StreamFramer, AnEmptyChannelDataIsFourBytes) {
  const std::vector<Bytes> messages = cut(from_hex("4001 0000"), {});
  ASSERT_EQ(messages.size(), 1U);
  EXPECT_EQ(messages[0].size(), 4U);
}

TEST(StreamFramer, ChannelDataWaitsForItsPadding) {
  StreamFramer framer(kLargest);
  std::vector<Bytes> messages;
  feed(framer, from_hex("4001 0001 61 0000"), messages);
  EXPECT_TRUE(messages.empty());
  EXPECT_TRUE(framer.is_inside_message());
  feed(framer, from_hex("00"), messages);
  EXPECT_EQ(messages, std::vector<Bytes>{from_hex("4001 0001 61")});
}

TEST(StreamFramer, TheLargestMessagesFit) {
  const std::vector<Bytes> messages{channel_data(0x4001, 65535, 7), stun_message(65532, 8)};
  const Bytes stream = join(messages);
  EXPECT_EQ(cut(stream, {}), messages);
  EXPECT_EQ(cut(stream, {1, 40000, 30000}), messages);
}

TEST(StreamFramer, AMessageBeyondTheBoundBreaksTheStreamWithoutBeingCollected) {
  EXPECT_FALSE(breaks(channel_data(0x4001, 96), 100));
  EXPECT_TRUE(breaks(from_hex("4001 0061"), 100));
  EXPECT_TRUE(breaks(from_hex("4001 ffff"), 100));
  EXPECT_TRUE(breaks(from_hex("0001 0054"), 100));
  EXPECT_FALSE(breaks(stun_message(80), 100));
}

TEST(StreamFramer, PaddingDoesNotCountAgainstTheBound) {
  StreamFramer framer(21);
  const Bytes stream = join({channel_data(0x4001, 17)});
  framer.feed(stream);
  EXPECT_TRUE(framer.next());
}

TEST(StreamFramer, ANewBoundCountsFromTheNextMessageOn) {
  const Bytes small = channel_data(0x4001, 8);
  StreamFramer framer(20);
  framer.set_max_message(11);
  framer.feed(small);
  EXPECT_FALSE(framer.next());
  EXPECT_TRUE(framer.is_broken());
}

TEST(StreamFramer, WhatIsNeitherStunNorChannelDataBreaksTheStreamAtItsFirstByte) {
  for (unsigned first = 0; first < 256; ++first) {
    const std::array<std::uint8_t, 1> byte{static_cast<std::uint8_t>(first)};
    EXPECT_EQ(breaks(byte), first >= 0x80) << first;
  }
}

TEST(StreamFramer, StunNeedsAWholeNumberOfWordsAndTheCookie) {
  EXPECT_TRUE(breaks(from_hex("0001 0002")));
  EXPECT_TRUE(breaks(from_hex("0001 0000 22")));
  EXPECT_TRUE(breaks(from_hex("0001 0000 2112a443")));
  EXPECT_FALSE(breaks(from_hex("0001 0000 2112a442")));
}

TEST(StreamFramer, ABrokenStreamGivesWhatCameBeforeAndNothingMore) {
  Bytes stream = join({stun_message(0), channel_data(0x4001, 2)});
  stream.push_back(0xff);
  const Bytes more = stun_message(4);
  stream.insert(stream.end(), more.begin(), more.end());
  StreamFramer framer(kLargest);
  std::vector<Bytes> messages;
  feed(framer, stream, messages);
  EXPECT_EQ(messages.size(), 2U);
  EXPECT_TRUE(framer.is_broken());
  feed(framer, more, messages);
  EXPECT_EQ(messages.size(), 2U);
}

TEST(StreamFramer, ALieIsFoundInACollectedMessageToo) {
  StreamFramer framer(kLargest);
  std::vector<Bytes> messages;
  for (const char* piece : {"00", "01", "0000", "21", "12", "a4"}) {
    feed(framer, from_hex(piece), messages);
    EXPECT_FALSE(framer.is_broken());
  }
  feed(framer, from_hex("43"), messages);
  EXPECT_TRUE(framer.is_broken());
}

TEST(StreamFramer, TheRestIsWhatWasNotGivenOut) {
  const std::vector<Bytes> messages = mixed_messages();
  const Bytes stream = join(messages);
  for (std::size_t at = 0; at <= stream.size(); ++at) {
    StreamFramer framer(kLargest);
    std::vector<Bytes> given;
    feed(framer, ByteSpan(stream).first(at), given);
    const Bytes after(stream.begin() + static_cast<std::ptrdiff_t>(at), stream.end());
    framer.feed(after);
    if (const auto message = framer.next()) given.emplace_back(message->begin(), message->end());
    const Bytes rest = framer.take_rest();
    EXPECT_EQ(join(given).size() + rest.size(), stream.size()) << at;
    EXPECT_TRUE(std::equal(rest.rbegin(), rest.rend(), stream.rbegin())) << at;
    EXPECT_FALSE(framer.is_inside_message());
    EXPECT_FALSE(framer.next());
  }
}

TEST(StreamFramer, TornMessagesOfUsualSizeAreCollectedInTheSameMemory) {
  const Bytes message = channel_data(0x4001, 1200, 5);
  StreamFramer framer(kLargest);
  const std::uint8_t* memory = nullptr;
  for (std::size_t at = 1; at < message.size(); ++at) {
    framer.feed(ByteSpan(message).first(at));
    ASSERT_FALSE(framer.next());
    framer.feed(ByteSpan(message).subspan(at));
    const auto collected = framer.next();
    ASSERT_TRUE(collected);
    if (memory == nullptr) memory = collected->data();
    ASSERT_EQ(collected->data(), memory) << at;
    ASSERT_FALSE(framer.next());
  }
}

TEST(StreamFramer, RandomBytesNeitherComeOutTwiceNorVanish) {
  test::SeededRandom random(20261121);
  for (int i = 0; i < 3000; ++i) {
    const Bytes bytes = random.bytes(random.below(200));
    StreamFramer framer(64);
    std::size_t given = 0;
    framer.feed(bytes);
    while (const auto message = framer.next()) given += (message->size() + 3) / 4 * 4;
    EXPECT_EQ(given + framer.take_rest().size(), bytes.size());
  }
}

}  // namespace
}  // namespace turnpike::stun
