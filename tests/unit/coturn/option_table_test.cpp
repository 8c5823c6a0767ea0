#include "turnpike/coturn/option_table.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <set>
#include <sstream>

#include "turnpike/coturn/import.hpp"

namespace turnpike::coturn {
namespace {

using testing::HasSubstr;

std::vector<Option> all_options() {
  std::vector<Option> all;
  for (const OptionGroup& group : option_table()) all.insert(all.end(), group.options.begin(), group.options.end());
  return all;
}

/// A value that is right for an option that is mapped.
std::string sample(const Option& option) {
  if (option.kind != ValueKind::text) return "";
  const std::string name(option.name);
  if (name.ends_with("peer-ip") || name.ends_with("-ip") || name.ends_with("address")) return "=192.0.2.7";
  if (name.ends_with("server")) return "=192.0.2.7:3478";
  if (name == "user") return "=alice:a-password";
  if (name == "rest-api-separator") return "=:";
  if (name == "prometheus-path") return "=/metrics";
  if (name == "log-min-level") return "=warning";
  if (name == "allocation-default-address-family") return "=keep";
  return name == "static-auth-secret" ? "=a-rather-long-secret" : "=5000";
}

TEST(OptionTable, KnowsEveryOptionOfCoturn) {
  std::ifstream list(std::string(TURNPIKE_TEST_VECTORS) + "/turnserver-options.csv");
  std::string row;
  std::getline(list, row);
  std::size_t count = 0;
  for (; std::getline(list, row); ++count) {
    const std::string name = row.substr(0, row.find(','));
    EXPECT_NE(find_option(name), nullptr) << name;
  }
  EXPECT_GT(count, 140U);
}

TEST(OptionTable, NamesNothingTwice) {
  std::set<std::string_view> names;
  for (const Option& option : all_options()) EXPECT_TRUE(names.insert(option.name).second) << option.name;
}

TEST(OptionTable, EveryRowHasItsFateAndItsWords) {
  for (const Option& option : all_options()) {
    const Import import = import_config(std::string(option.name) + sample(option) + "\n", "turnserver.conf");
    ASSERT_FALSE(import.verdicts.empty());
    const Verdict& verdict = import.verdicts.front();
    EXPECT_EQ(verdict.line, 1U);
    EXPECT_EQ(verdict.option, option.name);
    EXPECT_GT(verdict.words.size(), 10U) << option.name;
    EXPECT_NE(verdict.fate, Fate::unknown) << option.name;
    if (option.treatment == Treatment::unneeded) {
      EXPECT_EQ(verdict.fate, Fate::unneeded) << option.name;
    }
    if (option.treatment == Treatment::unsupported) {
      EXPECT_EQ(verdict.fate, Fate::unsupported) << option.name;
      EXPECT_EQ(verdict.needs_you, option.guards == Guards::access) << option.name;
    }
  }
}

std::string kind_of(Treatment treatment) {
  switch (treatment) {
    case Treatment::mapped: return "becomes";
    case Treatment::unneeded: return "not needed";
    case Treatment::unsupported: return "not supported";
  }
  return "";
}

TEST(OptionTable, TheDocumentIsTheTable) {
  std::ifstream file(std::string(TURNPIKE_SOURCE_DIR) + "/docs/coming-from-coturn.md");
  std::stringstream text;
  text << file.rdbuf();
  std::string wanted;
  for (const OptionGroup& group : option_table()) {
    wanted += (wanted.empty() ? "### " : "\n### ") + std::string(group.title) + "\n\n| option | | |\n|---|---|---|\n";
    for (const Option& option : group.options) {
      wanted += "| `" + std::string(option.name) + "` | " + kind_of(option.treatment) + " | " +
                std::string(option.words) + " |\n";
    }
  }
  EXPECT_THAT(text.str(), HasSubstr(wanted)) << "put this into docs/coming-from-coturn.md:\n" << wanted;
}

}  // namespace
}  // namespace turnpike::coturn
