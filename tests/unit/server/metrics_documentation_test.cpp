#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <boost/json/parse.hpp>
#include <set>
#include <sstream>

#include "config_fixture.hpp"
#include "server/metric_table.hpp"

namespace turnpike::server {
namespace {

std::string read_source(const char* path) {
  const auto text = read_text_file(std::string(TURNPIKE_SOURCE_DIR "/") + path);
  return text ? *text : std::string{};
}

/// The row of docs/metrics.md for a metric.
std::string row_of(const MetricDefinition& definition) {
  std::string labels;
  for (std::size_t i = 0; i < definition.label_count(); ++i) {
    labels += fmt::format("{}`{}`", i == 0 ? "" : ", ", definition.labels.at(i));
  }
  return fmt::format("| `{}` | {} | {} | {} |", definition.name, name_of(definition.type), labels, definition.help);
}

std::vector<std::string> rows_of(const std::string& text) {
  std::vector<std::string> rows;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("| `turnpike_")) rows.push_back(line);
  }
  return rows;
}

bool is_metric(const std::string& name) {
  return std::ranges::any_of(metric_table(), [&](const MetricDefinition& definition) {
    if (name == definition.name) return true;
    if (definition.type != prometheus::MetricType::Histogram) return false;
    return name == std::string(definition.name) + "_bucket" || name == std::string(definition.name) + "_sum" ||
           name == std::string(definition.name) + "_count";
  });
}

std::set<std::string> metric_names_in(const std::string& text) {
  std::set<std::string> names;
  for (std::size_t at = text.find("turnpike_"); at != std::string::npos; at = text.find("turnpike_", at)) {
    const std::size_t end = text.find_first_not_of("abcdefghijklmnopqrstuvwxyz_", at);
    names.insert(text.substr(at, end - at));
    at = end;
  }
  return names;
}

TEST(MetricsDocumentation, ListsExactlyTheMetricsThereAre) {
  std::vector<std::string> expected;
  for (const MetricDefinition& definition : metric_table()) expected.push_back(row_of(definition));
  EXPECT_THAT(rows_of(read_source("docs/metrics.md")), testing::ElementsAreArray(expected));
}

TEST(GrafanaDashboard, IsJsonWithPanels) {
  const auto dashboard = boost::json::parse(read_source("conf/grafana-dashboard.json"));
  EXPECT_EQ(dashboard.at("title"), "turnpike");
  EXPECT_GE(dashboard.at("panels").as_array().size(), 10U);
}

TEST(GrafanaDashboard, AsksForMetricsThatExist) {
  const std::set<std::string> names = metric_names_in(read_source("conf/grafana-dashboard.json"));
  EXPECT_GE(names.size(), 20U);
  for (const std::string& name : names) EXPECT_TRUE(is_metric(name)) << name;
}

}  // namespace
}  // namespace turnpike::server
