#pragma once

#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/json/parse.hpp>

#include "control/socketio_routes.hpp"
#include "signaling_world.hpp"

namespace turnpike::control::test {

/// An answer that may still be to come.
using Answer = std::shared_ptr<std::optional<Response>>;

/// The packets of a payload.
inline std::vector<std::string> split_payload(std::string_view body) {
  std::vector<std::string> packets;
  while (!body.empty()) {
    const std::size_t size = std::min(body.find('\x1e'), body.size());
    packets.emplace_back(body.substr(0, size));
    body.remove_prefix(std::min(size + 1, body.size()));
  }
  return packets;
}

inline std::string join_payload(std::initializer_list<std::string_view> packets) {
  std::string body;
  for (const std::string_view packet : packets) body.append(body.empty() ? "" : "\x1e").append(packet);
  return body;
}

/// The code of an error that is an acknowledgement's or an event's last argument.
inline std::string code_of(const boost::json::array& arguments) {
  if (arguments.empty()) return {};
  const boost::json::object& last = arguments.back().as_object();
  const boost::json::object& error = last.contains("error") ? last.at("error").as_object() : last;
  return error.at("code").as_string().c_str();
}

/// The hub with the routes of Socket.IO, on which everybody may join.
struct SocketIoWorld : SignalingWorld {
  explicit SocketIoWorld(RoomAuth auth = RoomAuth::open)
      : SignalingWorld(auth), server(serve_socketio(router, *signaling)) {}

  /// Time passes, a second at a time.
  void pass(Seconds by) {
    for (Seconds::rep i = 0; i < by.count(); ++i) {
      clock.advance(Seconds{1});
      signaling->tick();
      server->tick();
    }
  }
  Answer begin(Request request, const Caller& caller = remote_caller()) {
    auto answer = std::make_shared<std::optional<Response>>();
    exchange = make_exchange(std::move(request), caller);
    if (!exchange) {
      *answer = make_problem(http::status::bad_request);
      return answer;
    }
    router.handle(exchange, [answer](Response response) { *answer = std::move(response); });
    return answer;
  }
  Answer get(const std::string& query) { return begin(Request{http::verb::get, "/socket.io/?" + query, 11}); }
  Answer post(const std::string& query, std::string body, const char* type = "text/plain;charset=UTF-8") {
    Request request{http::verb::post, "/socket.io/?" + query, 11};
    request.set(http::field::content_type, type);
    request.body() = std::move(body);
    return begin(std::move(request));
  }
  /// A WebSocket without a session yet.
  std::unique_ptr<FakeSocket> open_socket() {
    return std::make_unique<FakeSocket>(EngineIoServer::make_socket(server, IpAddress::v4(198, 51, 100, 8)));
  }

  std::shared_ptr<EngineIoServer> server;
  std::shared_ptr<Exchange> exchange;  // the last one
};

/// A client that polls.
class PollingClient {
 public:
  explicit PollingClient(SocketIoWorld& world) : world_(world) {
    const Answer answer = world.get("EIO=4&transport=polling&t=abc");
    if (!*answer || (*answer)->result() != http::status::ok) return;
    open = boost::json::parse((*answer)->body().substr(1)).as_object();
    sid = open.at("sid").as_string().c_str();
  }

  [[nodiscard]] std::string query() const { return "EIO=4&transport=polling&sid=" + sid; }
  [[nodiscard]] Answer begin_poll() const { return world_.get(query()); }
  /// What waits, as packets; nothing when the poll has to wait too, which it goes on to do.
  std::vector<std::string> poll() {
    if (!poll_) poll_ = begin_poll();
    world_.server->tick();
    if (!*poll_) return {};
    const Response response = **std::exchange(poll_, nullptr);
    return response.result() == http::status::ok ? split_payload(response.body())
                                                 : std::vector<std::string>{std::to_string(response.result_int())};
  }
  Response post(std::initializer_list<std::string_view> packets) const {
    const Answer answer = world_.post(query(), join_payload(packets));
    return *answer ? **answer : make_problem(http::status::gateway_timeout);
  }
  [[nodiscard]] std::unique_ptr<FakeSocket> begin_upgrade() const {
    return std::make_unique<FakeSocket>(EngineIoServer::make_upgrade(world_.server->find(sid)));
  }

  std::string sid;
  boost::json::object open;

 private:
  SocketIoWorld& world_;
  Answer poll_;
};

/// A client by WebSocket alone.
class SocketClient {
 public:
  explicit SocketClient(SocketIoWorld& world) : world_(world), socket_(world.open_socket()) { open_ = socket_->take(); }

  void say(std::string_view packet) {
    socket_->say(packet);
    world_.server->tick();
  }
  void connect(std::string_view auth = {}) {
    say("40" + std::string(auth));
    static_cast<void>(take());
  }
  std::vector<std::string> take() { return socket_->take(); }
  /// The last packet; empty if nothing came.
  std::string take_last() {
    auto all = take();
    return all.empty() ? std::string{} : std::move(all.back());
  }
  /// Says it, and gives the arguments of what comes as the last: an event or an acknowledgement.
  boost::json::array ask(std::string_view packet) {
    say(packet);
    return arguments_of(take_last());
  }
  static boost::json::array arguments_of(const std::string& packet) {
    const auto start = packet.find('[');
    return start == std::string::npos ? boost::json::array{} : boost::json::parse(packet.substr(start)).as_array();
  }

  [[nodiscard]] FakeSocket& socket() const { return *socket_; }
  [[nodiscard]] const std::vector<std::string>& opening() const { return open_; }

 private:
  SocketIoWorld& world_;
  std::unique_ptr<FakeSocket> socket_;
  std::vector<std::string> open_;
};

}  // namespace turnpike::control::test
