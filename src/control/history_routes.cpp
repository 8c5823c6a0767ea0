#include <boost/json/array.hpp>

#include "control/history_recorder.hpp"
#include "turnpike/control/time_text.hpp"

namespace turnpike::control {
namespace {

namespace json = boost::json;

json::array to_json(const History::Row& row) {
  json::array values{row.at.time_since_epoch().count()};
  for (const std::uint64_t value : row.values) values.emplace_back(value);
  return values;
}

json::object to_json(const History& history, UnixSeconds now) {
  json::array series;
  for (const std::string_view name : History::kSeries) series.emplace_back(json::string_view(name.data(), name.size()));
  json::array samples;
  samples.reserve(history.rows().size());
  for (const History::Row& row : history.rows()) samples.push_back(to_json(row));
  return {{"interval", History::kInterval.count()},
          {"now", show_time(now)},
          {"series", std::move(series)},
          {"samples", std::move(samples)}};
}

}  // namespace

void add_history_routes(Router& router, RouteContext& context, const HistoryRecorder& recorder) {
  router.add(http::verb::get, "/api/v1/history", Access::admin,
             [&context, &recorder](const std::shared_ptr<Exchange>&, const Reply& reply) {
               reply(make_json(http::status::ok, to_json(recorder.history(), context.clock().wall)));
             });
}

}  // namespace turnpike::control
