#pragma once

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>

#include "control/exchange.hpp"
#include "control/gate.hpp"
#include "control/room_token.hpp"
#include "control/router.hpp"
#include "control/routes.hpp"
#include "control/signaling.hpp"
#include "control/text_channel.hpp"
#include "support/fake_backend.hpp"
#include "support/seeded_random.hpp"
#include "support/virtual_clock.hpp"

namespace turnpike::control::test {

/// Keeps what a dialect writes to its client.
class FakeChannel final : public TextChannel {
 public:
  void send(std::string text) override {
    if (!closed) sent.push_back(std::move(text));
  }
  void close(CloseCode code, std::string_view why) override {
    if (closed) return;
    closed = code;
    reason = why;
  }

  /// Everything since the last call.
  std::vector<std::string> take() { return std::exchange(sent, {}); }

  std::vector<std::string> sent;
  std::optional<CloseCode> closed;
  std::string reason;
};

/// A dialect's session with the channel that it speaks over. Ends with it.
class FakeSocket {
 public:
  explicit FakeSocket(std::unique_ptr<TextPeer> peer) : peer_(std::move(peer)) { peer_->on_open(channel_); }
  FakeSocket(const FakeSocket&) = delete;
  FakeSocket& operator=(const FakeSocket&) = delete;
  ~FakeSocket() { end(); }

  /// As a real channel: nothing is delivered after a close.
  void say(std::string_view text) {
    if (peer_ && !channel_.closed) peer_->on_text(text);
  }
  /// A ping, which is answered at once unless the client is said to hear nothing.
  void beat(bool heard = true) {
    if (!peer_ || channel_.closed) return;
    const std::uint64_t mark = peer_->on_heartbeat();
    if (heard) peer_->on_received(mark);
  }
  /// The connection is over, however.
  void end() {
    if (!peer_) return;
    peer_->on_closed();
    peer_ = nullptr;
  }

  [[nodiscard]] bool is_closed() const noexcept { return channel_.closed.has_value(); }
  [[nodiscard]] std::optional<CloseCode> close_code() const noexcept { return channel_.closed; }
  [[nodiscard]] const std::string& close_reason() const noexcept { return channel_.reason; }

  std::vector<std::string> take() { return channel_.take(); }
  /// What came since the last call, which must be JSON objects.
  std::vector<boost::json::object> take_json() {
    std::vector<boost::json::object> objects;
    for (const std::string& text : take()) objects.push_back(boost::json::parse(text).as_object());
    return objects;
  }
  /// The last one of those; an empty object if nothing came.
  boost::json::object take_last() {
    auto all = take_json();
    return all.empty() ? boost::json::object{} : std::move(all.back());
  }
  /// The values of their member `type`.
  std::vector<std::string> take_types() {
    std::vector<std::string> types;
    for (const auto& object : take_json()) types.emplace_back(object.at("type").as_string().c_str());
    return types;
  }

 private:
  FakeChannel channel_;
  std::unique_ptr<TextPeer> peer_;
};

/// The hub around a real room core, with a virtual clock (2026-01-01), a secret for credentials ("north") and one for
/// room tokens ("south"), auth by token. Change `settings` and call apply(). Routes are added by the test.
struct SignalingWorld {
  explicit SignalingWorld(RoomAuth auth = RoomAuth::token) : SignalingWorld(settings_for(auth)) {}
  explicit SignalingWorld(ControlSettings initial) : settings(std::move(initial)) {
    context.settings = std::make_shared<const ControlSettings>(settings);
    gate.apply(settings);
    signaling.emplace(loop, context);
  }

  static ControlSettings settings_for(RoomAuth auth) {
    ControlSettings chosen;
    chosen.secret = "north";
    chosen.uris.stun = {"stun:turn.example.org:3478"};
    chosen.uris.turn = {"turn:turn.example.org:3478?transport=udp", "turns:turn.example.org:443?transport=tcp"};
    chosen.signaling.auth = auth;
    chosen.signaling.token_secrets = {"south"};
    return chosen;
  }

  void apply() {
    context.settings = std::make_shared<const ControlSettings>(settings);
    gate.apply(settings);
    signaling->apply();
  }
  /// Time passes; what is due meanwhile happens when it is due.
  void advance(Duration by) {
    const Instant end = clock.mono() + by;
    for (int i = 0; i < 10'000 && signaling->next_deadline() <= end; ++i) {
      clock.advance_to(signaling->next_deadline());
      signaling->tick();
    }
    clock.advance_to(end);
    signaling->tick();
  }

  [[nodiscard]] RoomClaims claims(std::string room, std::string user = {}) const {
    RoomClaims claimed;
    claimed.room = std::move(room);
    claimed.user = std::move(user);
    claimed.expiry = clock.wall() + Seconds{3600};
    return claimed;
  }
  [[nodiscard]] std::string token(const RoomClaims& claimed, std::string_view secret = "south") const {
    return sign_room_token(claimed, secret, clock.wall());
  }
  [[nodiscard]] std::string token(std::string room, std::string user = {}) const {
    return token(claims(std::move(room), std::move(user)));
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
  /// A request through `router`; `exchange`, if wanted, is left there to look at.
  Response ask(Request request, const Caller& caller, std::shared_ptr<Exchange>* exchange = nullptr) {
    const auto made = make_exchange(std::move(request), caller);
    if (!made) return make_problem(http::status::bad_request);
    if (exchange != nullptr) *exchange = made;
    std::optional<Response> answer;
    router.handle(made, [&answer](Response response) { answer = std::move(response); });
    return answer ? std::move(*answer) : make_problem(http::status::gateway_timeout);
  }
  Response get(const std::string& target) { return ask(Request{http::verb::get, target, 11}, remote_caller()); }

  turnpike::test::VirtualClock clock;
  turnpike::test::SeededRandom random{1};
  turnpike::test::FakeBackend backend;
  Gate gate{KeyedHash::draw_key(random)};
  ControlSettings settings;
  std::vector<StoredRevocation> kept;
  RouteContext context{gate,
                       backend,
                       random,
                       [this] { return clock.now(); },
                       [this](const StoredRevocation& revocation) {
                         kept.push_back(revocation);
                         return true;
                       },
                       nullptr};
  boost::asio::io_context loop;
  std::optional<Signaling> signaling;  // always there
  Router router{gate, [this] { return clock.now(); }};
};

}  // namespace turnpike::control::test
