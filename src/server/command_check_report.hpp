#pragma once

#include <boost/json/object.hpp>
#include <iosfwd>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "turnpike/probe/check_report.hpp"
#include "turnpike/probe/verdict.hpp"

namespace turnpike::server {

/// A report with what it means.
struct JudgedReport {
  const probe::UriReport* report = nullptr;
  probe::Verdict verdict;
  std::string explanation;
  std::vector<std::string> advice;
};

/// Writes the steps as they come, one line each, and the verdicts at the end.
class CheckPrinter {
 public:
  CheckPrinter(std::ostream& out, bool has_colours) : out_(out), has_colours_(has_colours) {}

  void print_step(const probe::ServerUri& uri, probe::Transport transport, const probe::Step& step);
  void print_verdict(const JudgedReport& judged);

 private:
  [[nodiscard]] std::string paint(std::string_view text, probe::Mark mark) const;

  std::ostream& out_;
  bool has_colours_;
  std::optional<std::pair<std::string, probe::Transport>> heading_;
};

[[nodiscard]] boost::json::object to_json(const JudgedReport& judged);

}  // namespace turnpike::server
