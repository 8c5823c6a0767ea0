#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <boost/json/parse.hpp>

#include "control/exchange.hpp"
#include "control/gate.hpp"
#include "control/routes.hpp"
#include "support/fake_backend.hpp"
#include "support/seeded_random.hpp"
#include "support/virtual_clock.hpp"

namespace turnpike::control::test {

using turnpike::test::FakeBackend;

/// A router with the routes under test around a fake server, asked as the local administrator unless said otherwise.
struct RouteWorld {
  explicit RouteWorld(void (*add_routes)(Router&, RouteContext&)) {
    settings->metrics_allow = {*IpPrefix::parse("127.0.0.0/8")};
    context.settings = settings;
    gate.apply(*settings);
    add_routes(router, context);
  }

  static Caller remote_caller(const char* client = "198.51.100.7:4000") {
    Caller caller;
    caller.client = *Endpoint::parse(client);
    return caller;
  }
  static Caller admin_caller() {
    Caller caller = remote_caller("127.0.0.1:4000");
    caller.is_local_admin = true;
    return caller;
  }

  Response ask(Request request, const Caller& caller) {
    const auto exchange = make_exchange(std::move(request), caller);
    if (!exchange) return make_problem(http::status::bad_request);
    std::optional<Response> answer;
    router.handle(exchange, [&answer](Response response) { answer = std::move(response); });
    return answer ? std::move(*answer) : make_problem(http::status::gateway_timeout);
  }
  Response ask(http::verb method, const std::string& target) {
    return ask(Request{method, target, 11}, admin_caller());
  }

  Response post(const std::string& target, std::string body) {
    Request request{http::verb::post, target, 11, std::move(body)};
    request.set(http::field::content_type, "application/json");
    return ask(std::move(request), admin_caller());
  }

  turnpike::test::VirtualClock clock;
  turnpike::test::SeededRandom random{1};
  FakeBackend backend;
  Gate gate{KeyedHash::draw_key(random)};
  std::shared_ptr<ControlSettings> settings = std::make_shared<ControlSettings>();
  bool can_keep = true;
  std::vector<StoredRevocation> kept;
  RouteContext context{gate,
                       backend,
                       random,
                       [this] { return clock.now(); },
                       [this](const StoredRevocation& revocation) {
                         kept.push_back(revocation);
                         return can_keep;
                       },
                       nullptr};
  Router router{gate, [this] { return clock.now(); }};
};

inline boost::json::value json_of(const Response& response) { return boost::json::parse(response.body()); }

}  // namespace turnpike::control::test
