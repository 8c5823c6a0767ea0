// libFuzzer target: what a stranger sends over HTTP, through the real routes around a server that does not exist. Every
// whole request gets exactly one answer, and the answer is one for every reader.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/parser.hpp>

#include "control/exchange.hpp"
#include "control/request_reader.hpp"
#include "control/routes.hpp"
#include "support/fake_backend.hpp"
#include "support/seeded_random.hpp"
#include "support/virtual_clock.hpp"
#include "turnpike/base/check.hpp"

namespace turnpike::control {
namespace {

constexpr int kMaxRequests = 64;

/// The first byte of the input.
struct Setting {
  explicit Setting(std::uint8_t byte)
      : is_local_admin((byte & 1U) != 0),
        is_secure((byte & 2U) != 0),
        is_loopback((byte & 4U) != 0),
        has_secret((byte & 8U) == 0),
        piece((byte & 16U) != 0 ? 7 : 65536) {}

  [[nodiscard]] Caller caller() const {
    Caller caller;
    caller.client = *Endpoint::parse(is_loopback ? "127.0.0.1:4000" : "[2001:db8::7]:4000");
    caller.server = *Endpoint::parse("192.0.2.1:443");
    caller.is_secure = is_secure;
    caller.is_local_admin = is_local_admin;
    return caller;
  }

  bool is_local_admin;
  bool is_secure;
  bool is_loopback;
  bool has_secret;
  std::size_t piece;  // bytes that come at a time
};

ApiKey make_key(const char* name, std::string_view text, std::initializer_list<Scope> scopes, Random& random) {
  ApiKeyGrant grant;
  grant.name = name;
  for (const Scope scope : scopes) grant.scopes.add(scope);
  return hash_api_key(std::move(grant), text, random);
}

ControlSettings make_settings(bool has_secret, Random& random) {
  ControlSettings settings;
  if (has_secret) settings.secret = "north";
  settings.uris.stun = {"stun:turn.example.org:3478"};
  settings.uris.turn = {"turn:turn.example.org:3478?transport=udp", "turns:[2001:db8::1]:5349?transport=tcp"};
  settings.keys = {make_key("shop", "fuzz-key", {Scope::credentials}, random),
                   make_key("boss", "boss-key", {Scope::admin}, random)};
  settings.keys[0].grant.ttl_cap = Seconds{3600};
  settings.keys[1].grant.origins = {"https://boss.example"};
  settings.allowed_origins = {"https://app.example"};
  settings.metrics_allow = {*IpPrefix::parse("127.0.0.0/8")};
  return settings;
}

void fill(test::FakeBackend& backend) {
  backend.list.allocations.emplace_back();
  backend.list.next = AllocationCursor{0, 1};
  backend.details.emplace();
  backend.reasons = {"draining"};
  prometheus::MetricFamily family;
  family.name = "turnpike_allocations";
  family.metric.emplace_back();
  backend.metrics = {family};
}

struct World {
  explicit World(const Setting& setting) {
    context.settings = std::make_shared<const ControlSettings>(make_settings(setting.has_secret, random));
    gate.apply(*context.settings);
    fill(backend);
    add_credential_routes(router, context);
    add_foreign_routes(router, context);
    add_session_routes(router, context);
    add_operation_routes(router, context);
  }

  test::VirtualClock clock;
  test::SeededRandom random{1};
  test::FakeBackend backend;
  Gate gate{KeyedHash::draw_key(random)};
  RouteContext context{gate,
                       backend,
                       random,
                       [this] { return clock.now(); },
                       [](const StoredRevocation& revocation) { return revocation.username.size() % 2 == 0; },
                       nullptr};
  Router router{gate, [this] { return clock.now(); }};
};

/// Nothing that the request brought along breaks out of the answer's fields.
void check_wire(Response response, unsigned version, bool is_head) {
  const http::status status = response.result();
  complete_fields(response, version, true);
  const auto wire = to_wire(response, is_head ? BodyUse::leave_out : BodyUse::send);
  http::response_parser<http::string_body> parser;
  parser.eager(true);
  parser.skip(is_head);
  error_code error;
  const std::size_t used = parser.put(boost::asio::buffer(wire), error);
  TURNPIKE_CHECK(!error && parser.is_done() && used == wire.size());
  TURNPIKE_CHECK(parser.get().result() == status);
  TURNPIKE_CHECK(is_head || parser.get().body() == response.body());
}

void answer(World& world, Request request, const Caller& caller) {
  const bool is_head = request.method() == http::verb::head;
  const unsigned version = request.version();
  const auto exchange = make_exchange(std::move(request), caller);
  if (!exchange) return;  // 400, made without the routes
  int answers = 0;
  std::optional<Response> kept;
  world.router.handle(exchange, [&](Response response) {
    ++answers;
    kept = std::move(response);
  });
  TURNPIKE_CHECK(answers == 1);
  check_wire(std::move(*kept), version, is_head);
}

void exercise(const Setting& setting, ByteSpan stream) {
  World world(setting);
  RequestReader reader({});
  for (int requests = 0; !stream.empty() && requests < kMaxRequests;) {
    const std::size_t size = std::min(setting.piece, stream.size());
    reader.add(stream.first(size));
    stream = stream.subspan(size);
    auto outcome = reader.advance();
    if (outcome == RequestReader::Outcome::wants_continue) outcome = reader.advance();
    while (outcome == RequestReader::Outcome::complete && requests++ < kMaxRequests) {
      answer(world, reader.take(), setting.caller());
      world.clock.advance(Seconds{1});
      outcome = reader.advance();
    }
    if (outcome == RequestReader::Outcome::refused) {
      TURNPIKE_CHECK(http::to_status_class(reader.refusal()) != http::status_class::successful);
      return;
    }
  }
}

}  // namespace
}  // namespace turnpike::control

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace turnpike;
  if (size == 0) return 0;
  control::exercise(control::Setting(bytes[0]), ByteSpan(bytes, size).subspan(1));
  return 0;
}
