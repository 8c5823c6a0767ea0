#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include "control/routes.hpp"
#include "support/fake_backend.hpp"
#include "support/seeded_random.hpp"
#include "support/virtual_clock.hpp"
#include "turnpike/turn/credentials.hpp"

namespace turnpike::control {

inline std::string text_of(const boost::json::value& value) {
  return {value.as_string().data(), value.as_string().size()};
}

inline std::vector<std::string> texts_of(const boost::json::value& array) {
  std::vector<std::string> texts;
  for (const auto& value : array.as_array()) texts.push_back(text_of(value));
  return texts;
}

inline boost::json::value body_of(const Response& response) {
  return boost::json::parse({response.body().data(), response.body().size()});
}

inline boost::json::value at(const Response& response, std::string_view name) {
  return body_of(response).at({name.data(), name.size()});
}

/// Everything that routes which mint credentials work with: a virtual clock at 2026-01-01, one stored key named "web"
/// with the scope credentials, a secret, and one URI of each kind.
struct CredentialWorld {
  CredentialWorld() {
    settings.secret = "north";
    settings.uris.stun = {"stun:turn.example.org:3478"};
    settings.uris.turn = {"turn:turn.example.org:3478?transport=udp", "turn:turn.example.org:3478?transport=tcp",
                          "turns:turn.example.org:443?transport=tcp"};
    settings.default_ttl = Seconds{86'400};
    settings.max_ttl = Seconds{172'800};
    apply();
    keep_key();
  }

  void apply() {
    context.settings = std::make_shared<const ControlSettings>(settings);
    gate.apply(settings);
  }
  void keep_key() { gate.set_stored_keys({key.key}); }

  static ApiKeyGrant web_grant() {
    ApiKeyGrant grant;
    grant.name = "web";
    grant.scopes.add(Scope::credentials);
    return grant;
  }

  /// From a client with TLS, without a key.
  static Exchange make_exchange(http::verb method) {
    Exchange exchange;
    exchange.request.method(method);
    exchange.caller.client = *Endpoint::parse("198.51.100.7:40000");
    exchange.caller.is_secure = true;
    return exchange;
  }
  void present(Exchange& exchange, std::string_view text) const {
    exchange.request.set(http::field::authorization, "Bearer " + std::string(text));
  }
  static void set_body(Exchange& exchange, std::string type, std::string body) {
    exchange.request.set(http::field::content_type, type);
    exchange.request.body() = std::move(body);
  }

  test::VirtualClock clock;
  test::SeededRandom random{1};
  test::FakeBackend backend;
  Gate gate{KeyedHash::Key{1, 2}};
  ControlSettings settings;
  NewApiKey key = make_api_key(web_grant(), random, clock.wall());
  std::vector<StoredRevocation> kept;
  bool keeps = true;
  RouteContext context{gate,
                       backend,
                       random,
                       [this] { return clock.now(); },
                       [this](const StoredRevocation& revocation) {
                         if (keeps) kept.push_back(revocation);
                         return keeps;
                       },
                       nullptr};
};

}  // namespace turnpike::control
