#include "turnpike/base/bytes.hpp"

#include <gtest/gtest.h>

#include <array>
#include <limits>

namespace turnpike {
namespace {

constexpr std::array<std::uint8_t, 8> kCounting{1, 2, 3, 4, 5, 6, 7, 0xf8};

static_assert(load_be<std::uint8_t>(std::span{kCounting}.last<1>()) == 0xf8);
static_assert(load_be<std::uint16_t>(std::span{kCounting}.first<2>()) == 0x0102);
static_assert(load_be<std::uint32_t>(std::span{kCounting}.first<4>()) == 0x01020304);
static_assert(load_be<std::uint64_t>(std::span{kCounting}) == 0x01020304050607f8);

TEST(Bytes, AStoredNumberIsLoadedAgain) {
  std::array<std::uint8_t, 8> buffer{};
  store_be<std::uint64_t>(buffer, 0x01020304050607f8);
  EXPECT_EQ(buffer, kCounting);
  store_be<std::uint16_t>(std::span{buffer}.first<2>(), 0xfffe);
  EXPECT_EQ(load_be<std::uint16_t>(std::span<const std::uint8_t>{buffer}.first<2>()), 0xfffe);
  store_be<std::uint8_t>(std::span{buffer}.first<1>(), 0x7f);
  EXPECT_EQ(buffer[0], 0x7f);
  EXPECT_EQ(buffer[2], 3);
}

TEST(Bytes, TextAndBytesAreTheSameMemory) {
  const std::string_view text = "a\0b";
  EXPECT_EQ(as_text(as_bytes(text)).data(), text.data());
  EXPECT_EQ(as_bytes(text).size(), text.size());
}

TEST(ByteWriter, WritesInNetworkOrderAndCounts) {
  std::array<std::uint8_t, 32> buffer{};
  ByteWriter writer{buffer};
  writer.write_u8(0x01);
  writer.write_u16(0x0203);
  writer.write_u32(0x04050607);
  writer.write_u64(0x08090a0b0c0d0e0f);
  writer.write(std::array<std::uint8_t, 1>{0x10});
  writer.write_zeros(2);
  ASSERT_TRUE(writer.ok());
  ASSERT_EQ(writer.size(), 18U);
  for (std::size_t i = 0; i < 16; ++i) EXPECT_EQ(writer.written()[i], i + 1);
  EXPECT_EQ(writer.written()[17], 0);
}

TEST(ByteWriter, FillsABufferToItsLastByte) {
  std::array<std::uint8_t, 4> buffer{};
  ByteWriter writer{buffer};
  writer.write_u32(0xffffffff);
  EXPECT_TRUE(writer.ok());
  writer.write({});
  EXPECT_TRUE(writer.ok());
}

TEST(ByteWriter, WritesNothingOfWhatDoesNotFitAndStaysFailed) {
  std::array<std::uint8_t, 4> buffer{9, 9, 9, 9};
  ByteWriter writer{MutableByteSpan{buffer}.first(3)};
  writer.write_u32(0);
  EXPECT_FALSE(writer.ok());
  writer.write_u8(0);
  EXPECT_FALSE(writer.ok());
  EXPECT_EQ(writer.size(), 0U);
  EXPECT_EQ(buffer, (std::array<std::uint8_t, 4>{9, 9, 9, 9}));
}

TEST(ByteWriter, AnAbsurdCountOverflowsNothing) {
  std::array<std::uint8_t, 4> buffer{};
  ByteWriter writer{buffer};
  writer.write_u8(1);
  writer.write_zeros(std::numeric_limits<std::size_t>::max());
  EXPECT_FALSE(writer.ok());
  EXPECT_EQ(writer.size(), 1U);
}

TEST(ByteWriter, CanBeToldThatItFailed) {
  std::array<std::uint8_t, 4> buffer{};
  ByteWriter writer{buffer};
  writer.fail();
  writer.write_u8(1);
  EXPECT_FALSE(writer.ok());
  EXPECT_EQ(buffer[0], 0);
}

}  // namespace
}  // namespace turnpike
