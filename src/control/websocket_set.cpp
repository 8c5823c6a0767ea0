#include <algorithm>
#include <exception>
#include <utility>

#include <boost/asio/post.hpp>

#include "control/websocket.hpp"
#include "control/websocket_group.hpp"
#include "control/websocket_session.hpp"

namespace turnpike::control {
namespace {

constexpr std::size_t kScratch = 32768;

}  // namespace

WebSocketGroup::WebSocketGroup(boost::asio::io_context& its_loop, const WebSocketOptions& its_options)
    : loop(its_loop), options(its_options), scratch_(kScratch) {}

void WebSocketGroup::want_flush(std::shared_ptr<WebSocketSession> session) {
  unflushed_.push_back(std::move(session));
  if (unflushed_.size() > 1) return;
  boost::asio::post(loop, [weak = weak_from_this()] {
    if (const auto self = weak.lock()) self->flush_all();
  });
}

void WebSocketGroup::flush_all() {
  const auto unflushed = std::exchange(unflushed_, {});
  for (const auto& session : unflushed) {
    try {
      session->flush();
    } catch (const std::exception&) {  // no memory for this one, and the others are to be sent theirs
      session->break_off();
    }
  }
}

void WebSocketGroup::bound_held() {
  if (held_ <= options.receive_total) return;
  const auto holds_less = [](const auto& one, const auto& other) { return one.second->held() < other.second->held(); };
  const auto most = std::max_element(sessions.begin(), sessions.end(), holds_less);
  if (most != sessions.end()) most->second->give_up_unfinished(CloseCode::try_again_later);
}

bool WebSocketGroup::is_full() {
  if (waiting_ <= options.send_total) return false;
  for (const auto& [key, session] : sessions) session->account();
  return waiting_ > options.send_total;
}

std::vector<std::shared_ptr<WebSocketSession>> WebSocketGroup::all() const {
  std::vector<std::shared_ptr<WebSocketSession>> all;
  all.reserve(sessions.size());
  for (const auto& [key, session] : sessions) all.push_back(session);
  return all;
}

struct WebSocketSet::State : WebSocketGroup {
  using WebSocketGroup::WebSocketGroup;

  // All are closed before the first peer hears of it: what the peers say to each other then reaches nobody.
  void end_all(bool says_it) const {
    const auto ending = all();
    for (const auto& session : ending) session->stop(says_it);
    for (const auto& session : ending) session->tell_closed();
  }
};

WebSocketSet::WebSocketSet(boost::asio::io_context& loop, const WebSocketOptions& options)
    : state_(std::make_shared<State>(loop, options)) {}

WebSocketSet::~WebSocketSet() { state_->end_all(false); }

void WebSocketSet::set_options(const WebSocketOptions& options) { state_->options = options; }

void WebSocketSet::open(EngineStream stream, std::vector<std::uint8_t> received, std::unique_ptr<TextPeer> peer,
                        std::size_t max_message) {
  const std::size_t limit = max_message == 0 ? state_->options.max_message : max_message;
  auto session = std::make_shared<WebSocketSession>(*state_, std::move(stream), std::move(peer), limit);
  ++state_->counters.opened;
  state_->sessions.emplace(session.get(), session);
  session->start(received);
}

void WebSocketSet::stop() { state_->end_all(true); }

std::size_t WebSocketSet::size() const noexcept { return state_->sessions.size(); }

const WebSocketCounters& WebSocketSet::counters() const noexcept { return state_->counters; }

}  // namespace turnpike::control
