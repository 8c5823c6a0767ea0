#pragma once

#include <cxxopts.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <boost/json/object.hpp>

#include "server/admin_call.hpp"

namespace turnpike::server {

// What the commands share that list what the running server holds, and end some of it.

/// --limit.
void add_limit_option(cxxopts::Options& options);
[[nodiscard]] std::uint64_t find_limit(const cxxopts::ParseResult& parsed);

struct Listing {
  std::string member;     ///< of the answer, under which the list stands
  std::string path;       ///< "/api/v1/allocations"
  std::string filters{};  ///< "&user=alice", percent-encoded
};
/// At most `limit` of them, page by page, as the API would put them on one page: an array under the member's name, and
/// `next`. Nothing after an error, which has been said.
[[nodiscard]] std::optional<boost::json::object> collect_pages(AdminCall& call, const Listing& listing,
                                                               std::uint64_t limit);
void say_if_more(const boost::json::object& collected, CommandWorld& world);

/// Asks to DELETE each of `names` under `path`; says of each that it is `done`, or why not.
ExitCode call_for_each(const std::vector<std::string>& names, AdminCall& call, const std::string& path,
                       const char* done, CommandWorld& world);

}  // namespace turnpike::server
