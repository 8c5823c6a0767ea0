#pragma once

#include <boost/json/object.hpp>

#include "turnpike/control/backend.hpp"

namespace turnpike::control {

// What the API says about live allocations and about the server. Usernames are anybody's bytes: what is no valid UTF-8
// in them becomes U+FFFD, so that the answer is JSON in any case (RFC 8259 section 8.1).

/// {"allocations":[...],"next":"cursor"|null}
[[nodiscard]] boost::json::object to_json(const AllocationList& list);
/// The object of the list, with permissions and channels one by one instead of their numbers.
[[nodiscard]] boost::json::object to_json(const AllocationKey& key, const turn::AllocationDetails& details);
[[nodiscard]] boost::json::object to_json(const ServerStatus& status);
[[nodiscard]] boost::json::object to_json(const DrainStatus& drain);
[[nodiscard]] boost::json::array to_json(const std::vector<std::string>& texts);

}  // namespace turnpike::control
