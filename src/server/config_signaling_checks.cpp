#include <algorithm>
#include <array>

#include "server/config_check_pass.hpp"
#include "server/config_checks.hpp"

namespace turnpike::server {
namespace {

constexpr std::size_t kLeastSecret = 16;
constexpr std::size_t kGoodSecret = 32;  // RFC 7518 section 3.2: as long as the hash at least

/// First segments of paths that other things are served under.
constexpr std::array<std::string_view, 15> kTakenSegments{"api",  "metrics",    "healthz", "readyz", "signal",
                                                          "turn", "2010-04-01", "_matrix", "v1",     "socket.io",
                                                          "r",    "check",      "admin",   "web",    "client"};

void check_token_secrets(const CheckPass& pass) {
  const auto& secrets = pass.config.signaling.token_secrets;
  for (std::size_t i = 0; i < secrets.size(); ++i) {
    const SourcePlace place = pass.place_of("signaling.token_secrets", i);
    const auto end = secrets.begin() + static_cast<std::ptrdiff_t>(i);
    if (secrets[i].value.size() < kLeastSecret) {
      pass.mistake(place, fmt::format("signaling.token_secrets: a secret needs {} bytes at least, and {} to be good: "
                                      "whoever has a token can try secrets at leisure",
                                      kLeastSecret, kGoodSecret));
    } else if (std::find(secrets.begin(), end, secrets[i]) != end) {
      pass.mistake(place, "signaling.token_secrets: this secret is there twice");
    } else if (secrets[i].value.size() < kGoodSecret) {
      pass.warning(place, fmt::format("signaling.token_secrets: HS256 wants {} bytes; `openssl rand -base64 32` makes "
                                      "a good secret",
                                      kGoodSecret));
    }
  }
}

// A queue that holds one message only would close a client for whatever comes beside it.
void check_queue_and_message(const CheckPass& pass) {
  const auto& signaling = pass.config.signaling;
  if (!pass.usable({"signaling.send_queue", "signaling.max_message"})) return;
  if (signaling.send_queue.bytes >= 2 * signaling.max_message.bytes) return;
  const bool has_queue = pass.places.contains("signaling.send_queue");
  pass.mistake(pass.place_of(has_queue ? "signaling.send_queue" : "signaling.max_message"),
               fmt::format("signaling: send_queue ({}) must hold two messages of max_message ({})",
                           show(signaling.send_queue), show(signaling.max_message)));
}

void check_peerjs(const CheckPass& pass) {
  const auto& signaling = pass.config.signaling;
  if (!pass.usable({"signaling.peerjs_path", "signaling.peerjs_key"})) return;
  const std::string whole = signaling.peerjs_path + signaling.peerjs_key;
  const std::string first = whole.substr(1, whole.find('/', 1) - 1);
  if (std::ranges::find(kTakenSegments, first) == kTakenSegments.end()) return;
  const bool is_key = signaling.peerjs_path == "/";
  pass.mistake(pass.place_of(is_key ? "signaling.peerjs_key" : "signaling.peerjs_path"),
               fmt::format("signaling: /{} is taken; choose another {}", first, is_key ? "peerjs_key" : "peerjs_path"));
}

void check_openness(const CheckPass& pass) {
  const auto& signaling = pass.config.signaling;
  if (signaling.auth != control::RoomAuth::open || !signaling.enabled) return;
  pass.warning(pass.place_of("signaling.auth"),
               "signaling.auth: everybody can join every room whose name they know, and gets TURN credentials there");
}

}  // namespace

void check_signaling(const Config& config, const SourcePlaces& places, const std::set<std::string, std::less<>>& broken,
                     ConfigReport& report) {
  const CheckPass pass{config, places, broken, report};
  check_token_secrets(pass);
  check_queue_and_message(pass);
  check_peerjs(pass);
  check_openness(pass);
}

}  // namespace turnpike::server
