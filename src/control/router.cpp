#include "control/router.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "control/compression.hpp"

namespace turnpike::control {
namespace {

constexpr std::string_view kOther = "other";
constexpr std::size_t kStatusClasses = 5;

std::vector<std::string> split_pattern(std::string_view pattern) {
  std::vector<std::string> segments;
  while (!pattern.empty()) {
    pattern.remove_prefix(1);
    const std::string_view segment = pattern.substr(0, pattern.find('/'));
    segments.emplace_back(segment);
    pattern.remove_prefix(segment.size());
  }
  return segments;
}

bool is_parameter(std::string_view segment) noexcept { return segment.starts_with('{'); }

std::optional<Scope> scope_of(Access access) noexcept {
  switch (access) {
    case Access::open: return std::nullopt;
    case Access::credentials: return Scope::credentials;
    case Access::rooms: return Scope::rooms;
    case Access::admin: return Scope::admin;
  }
  return Scope::admin;
}

std::string_view origin_of(const Request& request) noexcept {
  const auto origin = request.find(http::field::origin);
  return origin == request.end() ? std::string_view{}
                                 : std::string_view(origin->value().data(), origin->value().size());
}

}  // namespace

struct Router::Route {
  http::verb method = http::verb::unknown;
  std::vector<std::string> segments;
  Access access = Access::open;
  ExchangeHandler handler;
  std::size_t name = 0;

  [[nodiscard]] bool fits(const std::vector<std::string>& path) const noexcept {
    return std::equal(segments.begin(), segments.end(), path.begin(), path.end(),
                      [](const std::string& own, const std::string& sent) {
                        return is_parameter(own) ? !sent.empty() : own == sent;
                      });
  }
};

struct Router::State {
  State(Gate& its_gate, std::function<Now()> its_clock) : gate(its_gate), clock(std::move(its_clock)) {}

  /// What the routes of a path take, for Allow; of no routes nothing.
  [[nodiscard]] std::string methods_of(const Exchange& exchange) const;
  [[nodiscard]] const Route* find_path(const Exchange& exchange) const noexcept;
  [[nodiscard]] const Route* find(const Exchange& exchange) const noexcept;

  Gate& gate;
  std::function<Now()> clock;
  std::vector<Route> routes;
  std::vector<std::string> names;
  std::vector<std::uint64_t> by_route{0};  // one more than names: the last is "other"
  std::vector<std::uint64_t> by_status = std::vector<std::uint64_t>(kStatusClasses, 0);
};

/// A request on its way to its answer, which is counted and gets the CORS fields, and of which there is one.
struct Router::Pending {
  std::shared_ptr<State> state;
  Reply reply;  // empty when it has been used
  std::string origin;
  bool readable = false;  // for a browser at that origin
  std::size_t name = 0;

  void answer(Response response) {
    if (!reply) return;
    ++state->by_route[std::min(name, state->names.size())];
    ++state->by_status[std::clamp<std::size_t>(response.result_int() / 100U, 1, kStatusClasses) - 1];
    add_vary(response, "Origin");
    if (readable && response.count(http::field::access_control_allow_origin) == 0) {
      response.set(http::field::access_control_allow_origin, origin);
      response.set(http::field::access_control_expose_headers, "Retry-After");
    }
    std::exchange(reply, nullptr)(std::move(response));
  }
};

std::string Router::State::methods_of(const Exchange& exchange) const {
  std::vector<http::verb> methods;
  const auto add = [&methods](http::verb method) {
    if (std::find(methods.begin(), methods.end(), method) == methods.end()) methods.push_back(method);
  };
  for (const Route& route : routes) {
    if (exchange.path != "*" && !route.fits(exchange.segments)) continue;
    add(route.method);
    if (route.method == http::verb::get) add(http::verb::head);
  }
  if (methods.empty() && exchange.path != "*") return {};
  add(http::verb::options);
  std::string text;
  for (const http::verb method : methods) {
    const auto name = http::to_string(method);
    text.append(text.empty() ? "" : ", ").append(name.data(), name.size());
  }
  return text;
}

const Router::Route* Router::State::find_path(const Exchange& exchange) const noexcept {
  const auto found =
      std::find_if(routes.begin(), routes.end(), [&](const Route& route) { return route.fits(exchange.segments); });
  return found == routes.end() ? nullptr : &*found;
}

const Router::Route* Router::State::find(const Exchange& exchange) const noexcept {
  const http::verb asked = exchange.request.method();
  const http::verb method = asked == http::verb::head ? http::verb::get : asked;
  const auto found = std::find_if(routes.begin(), routes.end(), [&](const Route& route) {
    return route.method == method && route.fits(exchange.segments);
  });
  return found == routes.end() ? nullptr : &*found;
}

Router::Router(Gate& gate, std::function<Now()> clock) : state_(std::make_shared<State>(gate, std::move(clock))) {}

Router::~Router() { state_->routes.clear(); }

void Router::add(http::verb method, std::string pattern, Access access, ExchangeHandler handler) {
  const auto known = std::find(state_->names.begin(), state_->names.end(), pattern);
  const auto name = static_cast<std::size_t>(known - state_->names.begin());
  state_->routes.push_back({method, split_pattern(pattern), access, std::move(handler), name});
  if (known != state_->names.end()) return;
  state_->names.push_back(std::move(pattern));
  state_->by_route.push_back(0);
}

void Router::handle(const std::shared_ptr<Exchange>& exchange, Reply reply) {
  const Route* route = state_->find(*exchange);
  const Route* path = route != nullptr ? route : state_->find_path(*exchange);
  auto pending = std::make_shared<Pending>();
  pending->state = state_;
  pending->reply = std::move(reply);
  pending->origin = origin_of(exchange->request);
  pending->readable = !pending->origin.empty() && state_->gate.allows_origin(pending->origin);
  pending->name = path == nullptr ? state_->names.size() : path->name;

  if (exchange->request.method() == http::verb::options && route == nullptr) return answer_options(*exchange, *pending);
  if (path == nullptr) return pending->answer(make_problem(http::status::not_found));
  if (route == nullptr) return refuse_method(*exchange, *pending);
  run(*route, exchange, pending);
}

void Router::run(const Route& route, const std::shared_ptr<Exchange>& exchange,
                 const std::shared_ptr<Pending>& pending) {
  if (const auto scope = scope_of(route.access)) {
    auto grant = state_->gate.admit(bearer_key(exchange->request), *scope, *exchange, state_->clock());
    if (!grant) return pending->answer(make_refusal(grant.error()));
    if (!exchange->caller.is_local_admin) exchange->grant = std::move(*grant);
  }
  for (std::size_t i = 0; i < route.segments.size(); ++i) {
    if (is_parameter(route.segments[i])) exchange->parameters.push_back(exchange->segments[i]);
  }
  route.handler(exchange, [pending](Response response) { pending->answer(std::move(response)); });
}

void Router::refuse_method(const Exchange& exchange, Pending& pending) const {
  Response response = make_problem(http::status::method_not_allowed);
  response.set(http::field::allow, state_->methods_of(exchange));
  pending.answer(std::move(response));
}

// Without a key: a preflight (Fetch standard, section 3.3.2) comes without one.
void Router::answer_options(const Exchange& exchange, Pending& pending) const {
  const std::string methods = state_->methods_of(exchange);
  if (methods.empty()) return pending.answer(make_problem(http::status::not_found));
  Response response = make_no_content();
  response.set(http::field::allow, methods);
  if (pending.readable && exchange.request.count(http::field::access_control_request_method) > 0) {
    response.set(http::field::access_control_allow_methods, methods);
    response.set(http::field::access_control_allow_headers, "Authorization, Content-Type");
    response.set(http::field::access_control_max_age, "600");
  }
  pending.answer(std::move(response));
}

std::vector<std::string> Router::route_names() const {
  std::vector<std::string> names = state_->names;
  names.emplace_back(kOther);
  return names;
}

const std::vector<std::uint64_t>& Router::by_route() const noexcept { return state_->by_route; }

const std::vector<std::uint64_t>& Router::by_status() const noexcept { return state_->by_status; }

}  // namespace turnpike::control
