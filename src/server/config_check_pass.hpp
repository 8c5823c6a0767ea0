#pragma once

#include <fmt/format.h>

#include <initializer_list>
#include <set>
#include <string>
#include <string_view>

#include "server/config_reader.hpp"
#include "server/config_report.hpp"

namespace turnpike::server {

/// What every check needs: the values, and where to complain.
struct CheckPass {
  const Config& config;
  const SourcePlaces& places;
  const std::set<std::string, std::less<>>& broken;
  ConfigReport& report;

  [[nodiscard]] bool usable(std::initializer_list<std::string_view> keys) const {
    for (const std::string_view key : keys) {
      if (broken.contains(key)) return false;
    }
    return true;
  }
  [[nodiscard]] SourcePlace place_of(std::string_view key) const {
    const auto found = places.find(key);
    return found == places.end() ? SourcePlace{} : found->second;
  }
  /// Of an item of a list.
  [[nodiscard]] SourcePlace place_of(std::string_view key, std::size_t index) const {
    return place_of(fmt::format("{}[{}]", key, index));
  }
  void mistake(SourcePlace place, std::string message) const { report.mistakes.push_back({place, std::move(message)}); }
  void warning(SourcePlace place, std::string message) const { report.warnings.push_back({place, std::move(message)}); }
};

}  // namespace turnpike::server
