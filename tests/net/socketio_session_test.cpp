#include <gmock/gmock.h>

#include "control/http_server.hpp"
#include "control/socketio_routes.hpp"
#include "http_client.hpp"
#include "support/websocket_frames.hpp"
#include "unit/control/signaling_world.hpp"

namespace turnpike::control {
namespace {

using testing::StartsWith;
using turnpike::test::client_frame;
using turnpike::test::kText;

/// The routes of Socket.IO behind a real HTTP server and real sockets; only the clock stands still.
class SocketIoSessionTest : public testing::Test {
 protected:
  static constexpr std::string_view kSocket =
      "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";

  HttpClient connect(const std::string& request) {
    SocketPair pair = connect_over_loopback();
    server_.serve(make_stream(std::move(pair.server)));
    HttpClient client(std::move(pair.client));
    client.send(request);
    return client;
  }
  static std::string get(const std::string& query, std::string_view fields = {}) {
    return "GET /socket.io/?EIO=4&" + query + " HTTP/1.1\r\nHost: a\r\n" + std::string(fields) + "\r\n";
  }
  static std::string post(const std::string& sid, const std::string& body) {
    return "POST /socket.io/?EIO=4&transport=polling&sid=" + sid +
           " HTTP/1.1\r\nHost: a\r\nContent-Type: text/plain;charset=UTF-8\r\nContent-Length: " +
           std::to_string(body.size()) + "\r\n\r\n" + body;
  }
  bool wait_for(HttpClient& client, std::string_view text) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds{5};
    const auto came = [&] { return client.read(), client.text().find(text) != std::string::npos; };
    while (!came() && std::chrono::steady_clock::now() < deadline) {
      world_.loop.restart();
      world_.loop.run_one_for(std::chrono::milliseconds{2});
    }
    return came();
  }
  std::string open_session() {
    HttpClient client = connect(get("transport=polling"));
    if (!wait_for(client, "maxPayload")) return {};
    const auto body = client.text().substr(client.text().find("\r\n\r\n0{") + 5);
    return boost::json::parse(body).at("sid").as_string().c_str();
  }
  static std::vector<turnpike::test::ServerFrame> frames_of(const HttpClient& client) {
    return turnpike::test::server_frames(std::string_view(client.text()).substr(client.text().find("\r\n\r\n") + 4));
  }

  test::SignalingWorld world_{RoomAuth::open};
  std::shared_ptr<EngineIoServer> engine_ = serve_socketio(world_.router, *world_.signaling);
  HttpServer server_{world_.loop, {}, [this](const std::shared_ptr<Exchange>& exchange, Reply reply) {
                       world_.router.handle(exchange, std::move(reply));
                     }};
};

TEST_F(SocketIoSessionTest, APollWaitsUntilSomethingComes) {
  const std::string sid = open_session();
  HttpClient poll = connect(get("transport=polling&sid=" + sid));
  HttpClient posting = connect(post(sid, "40"));
  EXPECT_TRUE(wait_for(posting, "\r\n\r\nok"));
  EXPECT_TRUE(wait_for(poll, "\r\n\r\n40{"));
  EXPECT_THAT(poll.text(), StartsWith("HTTP/1.1 200 OK\r\nContent-Type: text/plain; charset=UTF-8\r\n"));
}

TEST_F(SocketIoSessionTest, OneConnectionPollsAgainAndAgain) {
  const std::string sid = open_session();
  HttpClient poll = connect(get("transport=polling&sid=" + sid));
  HttpClient posting = connect(post(sid, "40"));
  EXPECT_TRUE(wait_for(poll, "40{"));
  poll.send(get("transport=polling&sid=" + sid));
  posting.send(post(sid, R"(42["join-room","den","ann"])"));
  EXPECT_TRUE(wait_for(poll, R"(42["joined",)"));
}

TEST_F(SocketIoSessionTest, AWebSocketIsASession) {
  HttpClient client = connect(get("transport=websocket", kSocket));
  ASSERT_TRUE(wait_for(client, "maxPayload"));
  EXPECT_THAT(client.text(), StartsWith("HTTP/1.1 101 "));
  client.send(client_frame(kText, "40"));
  EXPECT_TRUE(wait_for(client, "40{\"sid\""));
  EXPECT_EQ(engine_->session_count(), 1U);
}

TEST_F(SocketIoSessionTest, ASessionGoesFromPollingToAWebSocket) {
  const std::string sid = open_session();
  HttpClient poll = connect(get("transport=polling&sid=" + sid));
  HttpClient socket = connect(get("transport=websocket&sid=" + sid, kSocket));
  socket.send(client_frame(kText, "2probe"));
  ASSERT_TRUE(wait_for(socket, "3probe"));
  ASSERT_TRUE(wait_for(poll, "\r\n\r\n6"));
  socket.send(client_frame(kText, "5"));
  socket.send(client_frame(kText, "40"));
  EXPECT_TRUE(wait_for(socket, "40{\"sid\""));
  EXPECT_EQ(engine_->polling_count(), 0U);
  EXPECT_EQ(frames_of(socket).size(), 2U);
}

TEST_F(SocketIoSessionTest, WhenTheSocketIsLostTheSessionIsOver) {
  HttpClient client = connect(get("transport=websocket", kSocket));
  ASSERT_TRUE(wait_for(client, "maxPayload"));
  client.reset();
  for (int i = 0; i < 2000 && engine_->session_count() > 0; ++i) {
    world_.loop.restart();
    world_.loop.run_one_for(std::chrono::milliseconds{2});
  }
  EXPECT_EQ(engine_->session_count(), 0U);
  EXPECT_EQ(world_.signaling->rooms().client_count(), 0U);
}

TEST_F(SocketIoSessionTest, APollThatWaitsWhenTheServerEndsHarmsNothing) {
  const std::string sid = open_session();
  HttpClient poll = connect(get("transport=polling&sid=" + sid));
  HttpClient posting = connect(post(sid, "6"));
  EXPECT_TRUE(wait_for(posting, "\r\n\r\nok"));
  server_.stop();
  world_.signaling->stop();
  poll.read();
  EXPECT_EQ(poll.text(), "");
}

}  // namespace
}  // namespace turnpike::control
