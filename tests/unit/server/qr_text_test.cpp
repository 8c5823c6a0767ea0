#include "server/qr_text.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

namespace turnpike::server {
namespace {

using testing::AllOf;
using testing::EndsWith;
using testing::StartsWith;

// qrencode -t ASCII -l L -m 0 -8 'https://192.0.2.2:8443/', two columns made one.
constexpr const char* kText = "https://192.0.2.2:8443/";
constexpr const char* kModules =
    "#######...#.###...#######\n"
    "#.....#.#.#..#.#..#.....#\n"
    "#.###.#.....#.....#.###.#\n"
    "#.###.#.###.##.##.#.###.#\n"
    "#.###.#..#...##...#.###.#\n"
    "#.....#.##.##..#..#.....#\n"
    "#######.#.#.#.#.#.#######\n"
    ".........###....#........\n"
    "#####.####.#.#...#.#.#.#.\n"
    "####......#.#.#..#.....#.\n"
    "......##..#...##...#.#.##\n"
    "...###......#....##.....#\n"
    "...#..##.##.##.##.###.###\n"
    "#.###.........#..#...#.#.\n"
    "#.#.#####..##.##..####.##\n"
    "#...##...#.#....#..##...#\n"
    "#.#...##.###.#..#####.#..\n"
    "........#...#.###...##...\n"
    "#######.###..#..#.#.#.###\n"
    "#.....#...#.#.###...##.#.\n"
    "#.###.#.###.##.######.###\n"
    "#.###.#.###..#.#..#.#####\n"
    "#.###.#.##.#####.....##.#\n"
    "#.....#.##.#..#.##.###..#\n"
    "#######.##.##..#...######\n";

std::string modules_of(const QrCode& code) {
  std::string text;
  for (std::size_t row = 0; row < code.width; ++row) {
    for (std::size_t column = 0; column < code.width; ++column) text += code.is_dark(row, column) ? '#' : '.';
    text += '\n';
  }
  return text;
}

/// Columns of a terminal: every character is one.
std::size_t columns_of(const std::string& row) {
  std::size_t columns = 0;
  for (const char byte : row) columns += (static_cast<unsigned char>(byte) & 0xc0U) == 0x80U ? 0 : 1;
  return columns;
}

/// What a drawing shows, with its quiet zone: modules where there is ink, or where there is none.
std::string modules_of(const std::vector<std::string>& rows, bool ink_is_dark) {
  std::string text;
  for (const std::string& row : rows) {
    std::string upper;
    std::string lower;
    for (std::size_t at = 0; at < row.size();) {
      const bool is_space = row[at] == ' ';
      const std::string character = row.substr(at, is_space ? 1 : 3);
      upper += (character == "█" || character == "▀") == ink_is_dark ? '#' : '.';
      lower += (character == "█" || character == "▄") == ink_is_dark ? '#' : '.';
      at += character.size();
    }
    text += upper + '\n' + lower + '\n';
  }
  return text;
}

std::string with_quiet_zone(const std::string& modules, std::size_t width) {
  const std::string empty(width + 8, '.');
  const std::string rows_of_four = empty + '\n' + empty + '\n' + empty + '\n' + empty + '\n';
  std::string text = rows_of_four;
  std::istringstream lines(modules);
  for (std::string line; std::getline(lines, line);) text += "...." + line + "....\n";
  return text + rows_of_four + empty + '\n';  // an odd number of modules: the last row's lower half
}

TEST(QrText, IsWhatTheKnownVectorSays) {
  const auto code = encode_qr(kText);
  ASSERT_TRUE(code);
  EXPECT_EQ(code->width, 25U);
  EXPECT_EQ(modules_of(*code), kModules);
}

TEST(QrText, GrowsWithTheText) {
  EXPECT_EQ(encode_qr("a")->width, 21U);
  EXPECT_EQ(encode_qr(std::string(2953, 'a'))->width, 177U);  // version 40 holds no byte more
}

TEST(QrText, RefusesWhatNoCodeHolds) {
  EXPECT_FALSE(encode_qr(std::string(2954, 'a')));
  EXPECT_FALSE(encode_qr(""));
}

TEST(QrText, APlainDrawingIsLightBlocksWithAQuietZone) {
  const auto rows = draw_qr(*encode_qr(kText), QrStyle::plain);
  EXPECT_EQ(rows.size(), 17U);
  for (const std::string& row : rows) EXPECT_EQ(columns_of(row), 33U);
  EXPECT_EQ(modules_of(rows, false), with_quiet_zone(kModules, 25));
}

TEST(QrText, AColouredDrawingIsDarkBlocksOnWhiteAndLeavesNoColourBehind) {
  auto rows = draw_qr(*encode_qr(kText), QrStyle::coloured);
  const std::string on = "\x1b[38;5;16;48;5;231m";
  const std::string off = "\x1b[0m";
  for (std::string& row : rows) {
    ASSERT_THAT(row, AllOf(StartsWith(on), EndsWith(off)));
    row = row.substr(on.size(), row.size() - on.size() - off.size());
    EXPECT_EQ(columns_of(row), 33U);
  }
  EXPECT_EQ(modules_of(rows, true), with_quiet_zone(kModules, 25));
}

}  // namespace
}  // namespace turnpike::server
