#include "control/exchange.hpp"

#include <algorithm>

#include "control/request_target.hpp"

namespace turnpike::control {

const std::string* Exchange::find_query(std::string_view name) const noexcept {
  const auto found = std::find_if(query.begin(), query.end(), [&](const auto& pair) { return pair.first == name; });
  return found == query.end() ? nullptr : &found->second;
}

std::string_view Exchange::query_text(std::string_view name) const noexcept {
  const std::string* value = find_query(name);
  return value == nullptr ? std::string_view{} : std::string_view(*value);
}

std::shared_ptr<Exchange> make_exchange(Request request, const Caller& caller) {
  auto target = parse_target(request.method(), {request.target().data(), request.target().size()});
  if (!target) return nullptr;
  auto exchange = std::make_shared<Exchange>();
  exchange->request = std::move(request);
  exchange->caller = caller;
  exchange->path = std::move(target->path);
  exchange->segments = std::move(target->segments);
  exchange->query = std::move(target->query);
  return exchange;
}

}  // namespace turnpike::control
