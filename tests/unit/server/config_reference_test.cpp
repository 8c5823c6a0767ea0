#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "config_fixture.hpp"
#include "server/config_schema.hpp"

namespace turnpike::server {
namespace {

/// A file of the repository, found from this file's own place.
std::string read_source(const char* path) {
  const auto root = std::filesystem::path{__FILE__}.parent_path().parent_path().parent_path().parent_path();
  const auto text = read_text_file((root / path).string());
  return text ? *text : std::string{};
}

LoadedConfig load_reference() { return test::load(read_source("conf/turnpike.toml")); }

TEST(ConfigReference, LoadsWithoutMistakes) {
  const LoadedConfig loaded = load_reference();
  EXPECT_TRUE(loaded.ok()) << format_report(loaded);
}

TEST(ConfigReference, NamesEveryKeyWithItsDefault) {
  const LoadedConfig loaded = load_reference();
  const Config defaults;
  for (const ConfigKey& key : config_schema()) {
    EXPECT_TRUE(loaded.sources.contains(key.path)) << key.path << " is missing";
    EXPECT_EQ(key.show(loaded.config), key.show(defaults)) << key.path;
  }
}

TEST(ConfigReference, KeepsItsKeysInTheOrderOfTheSchema) {
  const LoadedConfig loaded = load_reference();
  SourcePlace last;
  for (const ConfigKey& key : config_schema()) {
    const SourcePlace place = loaded.sources.at(key.path);
    EXPECT_LT(last, place) << key.path;
    last = place;
  }
}

TEST(ConfigReference, ItsCommentedExamplesAreValidToo) {
  const std::string text = read_source("conf/turnpike.toml");
  const test::FakeEnvironment environment{.variables = {{"TURN_SECRET", "secret-of-the-variable"},
                                                        {"PAGE_KEY", "the-key-of-a-web-page-0"},
                                                        {"CREDENTIALS_DIRECTORY", "/run"}},
                                          .files = {{"turn.secret", "secret-of-the-file"},
                                                    {"alice.password", "pw"},
                                                    {"backend.key", "a-key-that-is-long-enough"},
                                                    {"/run/ops-key", "another-key-of-good-length"},
                                                    {"room.secret", "a-secret-of-room-tokens-of-32-by"},
                                                    {"/run/turn-secret", "secret-of-systemd"},
                                                    {"turn.example.org.crt", test::kFakeCertificate},
                                                    {"turn.example.org.key", test::kFakeKey},
                                                    {"/run/turn-chain", test::kFakeCertificate},
                                                    {"/run/turn-key", test::kFakeKey}}};
  std::istringstream lines(text);
  std::size_t examples = 0;
  for (std::string line, table; std::getline(lines, line);) {
    if (line.starts_with("[")) table = line;
    if (!line.starts_with("#") || line.starts_with("# ") || line == "#") continue;
    const LoadedConfig loaded = test::load(table + "\n" + line.substr(1), environment);
    EXPECT_TRUE(loaded.ok()) << format_report(loaded);
    ++examples;
  }
  EXPECT_EQ(examples, 19U);
}

TEST(ConfigDocumentation, ExplainsEveryKeyInTheSectionOfItsTable) {
  const std::string text = read_source("docs/configuration.md");
  for (const ConfigKey& key : config_schema()) {
    const std::string heading =
        key.table().empty() ? "## [[" + std::string(key.name()) + "]]" : "## [" + std::string(key.table()) + "]";
    const std::size_t begin = text.find(heading + "\n");
    ASSERT_NE(begin, std::string::npos) << heading;
    const std::string section = text.substr(begin, text.find("\n## ", begin + 1) - begin);
    EXPECT_THAT(section, testing::HasSubstr("| `" + std::string(key.name()) + "` |")) << key.path;
  }
}

TEST(ConfigSchema, DocumentsEveryKeyInASentence) {
  for (const ConfigKey& key : config_schema()) {
    EXPECT_FALSE(key.documentation.empty()) << key.path;
    EXPECT_EQ(key.documentation.back(), '.') << key.path;
  }
}

}  // namespace
}  // namespace turnpike::server
