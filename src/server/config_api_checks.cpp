#include <algorithm>

#include "server/config_check_pass.hpp"
#include "server/config_checks.hpp"
#include "server/config_names.hpp"

namespace turnpike::server {
namespace {

constexpr std::size_t kLeastKey = 16;
constexpr std::size_t kGoodKey = 24;
constexpr std::size_t kMostKey = 512;

/// What no Authorization field can hold (RFC 6750 section 2.1 allows less still, other shapes more).
bool is_unfit(char character) {
  const auto code = static_cast<unsigned char>(character);
  return code <= 0x20 || code >= 0x7f;
}

void check_text(const CheckPass& pass, const ConfiguredKey& key, SourcePlace place) {
  const std::string& text = key.text.value;
  if (text.size() < kLeastKey || text.size() > kMostKey) {
    pass.mistake(place,
                 fmt::format("api.keys: \"{}\": a key has {} to {} characters", key.grant.name, kLeastKey, kMostKey));
  } else if (std::ranges::any_of(text, is_unfit)) {
    pass.mistake(place,
                 fmt::format("api.keys: \"{}\": a key holds visible ASCII characters, no spaces", key.grant.name));
  } else if (text.size() < kGoodKey) {
    pass.warning(place, fmt::format("api.keys: \"{}\": fewer than {} characters; `openssl rand -hex 32` makes a good "
                                    "key, and so does `turnpike key add`",
                                    key.grant.name, kGoodKey));
  }
}

void check_grant(const CheckPass& pass, const control::ApiKeyGrant& grant, SourcePlace place) {
  if (grant.scopes.empty()) {
    pass.mistake(place, fmt::format("api.keys: \"{}\" has no scope: it could do nothing", grant.name));
  }
  if (!grant.ttl_cap) return;
  if (grant.ttl_cap->count() < 1) {
    pass.mistake(place, fmt::format("api.keys: \"{}\": a ttl_cap is 1s at least", grant.name));
  } else if (pass.usable({"auth.max_ttl"}) && *grant.ttl_cap > pass.config.auth.max_ttl) {
    pass.mistake(place, fmt::format("api.keys: \"{}\": the ttl_cap ({}) is longer than auth.max_ttl ({})", grant.name,
                                    show(*grant.ttl_cap), show(pass.config.auth.max_ttl)));
  }
}

void check_key(const CheckPass& pass, std::size_t index) {
  const auto& keys = pass.config.api.keys;
  const ConfiguredKey& key = keys[index];
  const SourcePlace place = pass.place_of("api.keys", index);
  if (const std::string complaint = complain_about_key_name(key.grant.name); !complaint.empty()) {
    return pass.mistake(place, fmt::format("api.keys: {}", complaint));
  }
  check_text(pass, key, place);
  check_grant(pass, key.grant, place);
  const auto end = keys.begin() + static_cast<std::ptrdiff_t>(index);
  if (std::find_if(keys.begin(), end, [&](const auto& other) { return other.grant.name == key.grant.name; }) != end) {
    pass.mistake(place, fmt::format("api.keys: \"{}\" is there twice", key.grant.name));
  } else if (std::find_if(keys.begin(), end, [&](const auto& other) { return other.text == key.text; }) != end) {
    pass.mistake(place, fmt::format("api.keys: \"{}\" is the same key as an earlier one", key.grant.name));
  }
}

void check_origins(const CheckPass& pass) {
  const auto& origins = pass.config.http.allowed_origins;
  for (std::size_t i = 0; i < origins.size(); ++i) {
    const auto end = origins.begin() + static_cast<std::ptrdiff_t>(i);
    if (std::find(origins.begin(), end, origins[i]) == end) continue;
    pass.mistake(pass.place_of("http.allowed_origins", i),
                 fmt::format("http.allowed_origins: {} is there twice", show(origins[i])));
  }
}

void check_openness(const CheckPass& pass) {
  if (pass.config.http.plain_api) {
    pass.warning(
        pass.place_of("http.plain_api"),
        "http.plain_api: API keys may cross the network in plain text, where anybody on the way can take them");
  }
  const auto& allow = pass.config.metrics.allow;
  for (std::size_t i = 0; i < allow.size(); ++i) {
    if (allow[i].length == 0) {
      pass.warning(pass.place_of("metrics.allow", i),
                   fmt::format("metrics.allow: {}: everybody can read /metrics", show(allow[i])));
    }
  }
}

}  // namespace

void check_api(const Config& config, const SourcePlaces& places, const std::set<std::string, std::less<>>& broken,
               ConfigReport& report) {
  const CheckPass pass{config, places, broken, report};
  for (std::size_t i = 0; i < config.api.keys.size(); ++i) check_key(pass, i);
  check_origins(pass);
  check_openness(pass);
}

}  // namespace turnpike::server
