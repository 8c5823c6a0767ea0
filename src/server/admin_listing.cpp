#include "server/admin_listing.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/array.hpp>
#include <ostream>
#include <utility>

#include "server/printable_text.hpp"

namespace turnpike::server {
namespace {

namespace json = boost::json;

constexpr std::uint64_t kPage = 1000;  // as many as the API gives at once
constexpr std::uint64_t kMaxLimit = 1'000'000;

std::string target_of(const Listing& listing, std::uint64_t limit, const std::string& cursor) {
  std::string target = fmt::format("{}?limit={}{}", listing.path, std::min(limit, kPage), listing.filters);
  if (!cursor.empty()) target += "&cursor=" + percent_encode(cursor);
  return target;
}

}  // namespace

void add_limit_option(cxxopts::Options& options) {
  options.add_options()("limit", fmt::format("list at most this many (default: {})", kPage),
                        cxxopts::value<std::uint64_t>(), "N");
}

std::uint64_t find_limit(const cxxopts::ParseResult& parsed) {
  if (parsed.count("limit") == 0) return kPage;
  const auto limit = parsed["limit"].as<std::uint64_t>();
  if (limit < 1 || limit > kMaxLimit) throw WrongCall{fmt::format("--limit: must be 1 to {}", kMaxLimit)};
  return limit;
}

std::optional<json::object> collect_pages(AdminCall& call, const Listing& listing, std::uint64_t limit) {
  json::array all;
  std::string cursor;
  json::value next;
  // A page may be short, but each one moves the cursor on; the bound is for a server that does not.
  for (std::uint64_t pages = 0; pages < kMaxLimit; ++pages) {
    auto page = call.ask_for_object({"GET", target_of(listing, limit - all.size(), cursor)});
    if (!page) return std::nullopt;
    if (json::value* found = page->if_contains(listing.member); found != nullptr && found->is_array()) {
      for (json::value& each : found->as_array()) all.push_back(std::move(each));
    }
    const json::value* following = page->if_contains("next");
    next = following == nullptr ? json::value{} : *following;
    const std::string before = std::exchange(cursor, next.is_string() ? std::string(next.as_string().c_str()) : "");
    if (cursor.empty() || cursor == before || all.size() >= limit) break;
  }
  return json::object{{listing.member, std::move(all)}, {"next", std::move(next)}};
}

void say_if_more(const json::object& collected, CommandWorld& world) {
  if (!collected.at("next").is_null()) world.err << "there are more: raise --limit\n";
}

ExitCode call_for_each(const std::vector<std::string>& names, AdminCall& call, const std::string& path,
                       const char* done, CommandWorld& world) {
  ExitCode code = ExitCode::done;
  for (const std::string& name : names) {
    const auto answer = call.ask({"DELETE", path + percent_encode(name)});
    if (!answer) return ExitCode::failed;
    if (call.wants_json() && !answer->body.empty()) world.out << answer->body << '\n';
    const std::string shown = escape_printable(name);
    if (answer->status == 202) {
      world.err << fmt::format("{}: {}, but it could not be written down: a restart forgets it\n", shown, done);
    } else if (answer->status / 100 == 2) {
      if (!call.wants_json()) world.out << fmt::format("{}: {}\n", shown, done);
    } else {
      world.err << fmt::format("{}: {}\n", shown, explain(*answer));
      code = ExitCode::failed;
    }
  }
  return code;
}

}  // namespace turnpike::server
