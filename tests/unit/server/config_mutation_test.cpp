#include <gtest/gtest.h>

#include <filesystem>

#include "config_fixture.hpp"
#include "support/seeded_random.hpp"

namespace turnpike::server {
namespace {

std::string read_reference() {
  const auto root = std::filesystem::path{__FILE__}.parent_path().parent_path().parent_path().parent_path();
  return *read_text_file((root / "conf/turnpike.toml").string());
}

/// A few bytes of `text` changed, cut out or put in.
std::string mutate(std::string text, Random& random) {
  constexpr std::string_view kBytes = "[]{}=\"'\\#.,:/-0123456789abz \n\t\0\x80\xff";
  const std::uint64_t count = 1 + random.below(4);
  for (std::uint64_t i = 0; i < count; ++i) {
    const std::size_t at = random.below(text.size());
    const char byte = kBytes[random.below(kBytes.size())];
    switch (random.below(3)) {
      case 0: text[at] = byte; break;
      case 1: text.insert(at, 1, byte); break;
      default: text.erase(at, 1 + random.below(8)); break;
    }
  }
  return text;
}

TEST(ConfigMutation, AFileThatIsNotAcceptedSaysWhere) {
  const std::string reference = read_reference();
  test::SeededRandom random(20261121);
  for (int i = 0; i < 1000; ++i) {
    const std::string text = mutate(reference, random);
    const LoadedConfig loaded = test::load(text);
    for (const ConfigProblem& mistake : loaded.report.mistakes) {
      EXPECT_GT(mistake.place.line, 0U) << format_report(loaded);
      EXPECT_FALSE(mistake.message.empty());
    }
    EXPECT_FALSE(show_config(loaded).empty());
  }
}

}  // namespace
}  // namespace turnpike::server
