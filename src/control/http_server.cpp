#include "control/http_server.hpp"

#include <sys/socket.h>

#include <array>
#include <utility>
#include <vector>

#include "control/engine_stream.hpp"
#include "control/http_session.hpp"
#include "control/session_set.hpp"
#include "control/vector_sink.hpp"

namespace turnpike::control {
namespace {

constexpr int kMaxReadsOnRefusal = 16;
constexpr std::size_t kAdminReserve = 32;

// 503 as far as one call of the kernel takes it: the point is to keep nothing of this client.
void turn_away(HttpStream stream) {
  Response response = make_problem(http::status::service_unavailable);
  complete_fields(response, 11, false);
  const std::vector<std::uint8_t> plain = to_wire(response, BodyUse::send);
  std::vector<std::uint8_t> wire = std::move(stream.unsent);
  VectorSink sink(wire);
  if (!stream.tls) sink.write(plain);
  if (stream.tls && stream.tls->write(plain, sink)) stream.tls->close(sink);
  static_cast<void>(::send(stream.socket.get(), wire.data(), wire.size(), MSG_NOSIGNAL | MSG_DONTWAIT));
  static_cast<void>(::shutdown(stream.socket.get(), SHUT_WR));
  // Bytes left unread would make the kernel reset the connection, and the client lose the answer.
  std::array<std::uint8_t, 4096> unread{};
  for (int i = 0; i < kMaxReadsOnRefusal; ++i) {
    if (::recv(stream.socket.get(), unread.data(), unread.size(), MSG_DONTWAIT) <= 0) break;
  }
}

}  // namespace

struct HttpServer::State : SessionSet {
  explicit State(boost::asio::io_context& its_loop) : loop(its_loop) {}

  // Of a copy, because sessions leave the set when they close.
  template <typename Action>
  void for_each(Action action) {
    std::vector<std::shared_ptr<HttpSession>> all;
    all.reserve(sessions.size());
    for (const auto& [key, session] : sessions) all.push_back(session);
    for (const auto& session : all) action(*session);
  }

  /// Who has been waiting longest for a request to be whole gives way: a flood of slow clients costs its own, and who
  /// asks gets an answer. After them those whose answers may take long, such as polls, which are asked again. The local
  /// command line must come through in any case.
  bool make_room(bool is_local_admin) {
    if (sessions.size() < options.max_sessions) return true;
    const auto& giving_way = waiting.empty() ? patient : waiting;
    if (giving_way.empty()) return is_local_admin && sessions.size() < options.max_sessions + kAdminReserve;
    ++counters.evicted;
    giving_way.front()->close();
    return true;
  }

  boost::asio::io_context& loop;
};

HttpServer::HttpServer(boost::asio::io_context& loop, const Options& options, ExchangeHandler handler)
    : state_(std::make_shared<State>(loop)) {
  state_->options = options;
  state_->handler = std::move(handler);
}

HttpServer::~HttpServer() { stop(); }

void HttpServer::set_options(const Options& options) { state_->options = options; }

void HttpServer::serve(HttpStream stream) {
  if (!state_->make_room(stream.is_local_admin)) {
    ++state_->counters.refused;
    turn_away(std::move(stream));
    return;
  }
  const Caller caller{stream.client, stream.server, stream.tls.has_value(), stream.is_local_admin};
  auto adopted = EngineStream::adopt(state_->loop, std::move(stream));
  if (!adopted) return;  // the client is gone, or the process is out of descriptors to watch
  auto session = std::make_shared<HttpSession>(state_->loop, std::move(*adopted), caller, *state_);
  ++state_->counters.sessions;
  state_->sessions.emplace(session.get(), session);
  session->start();
}

void HttpServer::start_draining() {
  state_->draining = true;
  state_->for_each([](HttpSession& session) { session.drain(); });
}

void HttpServer::stop() {
  state_->for_each([](HttpSession& session) { session.close(); });
}

std::size_t HttpServer::session_count() const noexcept { return state_->sessions.size(); }

const HttpServer::Counters& HttpServer::counters() const noexcept { return state_->counters; }

}  // namespace turnpike::control
