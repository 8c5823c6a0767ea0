#include "control/http_session.hpp"

#include <algorithm>
#include <exception>
#include <string_view>
#include <utility>

#include <boost/asio/write.hpp>

namespace turnpike::control {
namespace {

constexpr Duration kMaxEnding = Seconds{2};
constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";

}  // namespace

HttpSession::HttpSession(boost::asio::io_context& loop, EngineStream stream, const Caller& caller, SessionSet& set)
    : stream_(std::move(stream)),
      caller_(caller),
      set_(set),
      reader_({.max_header = set.options.max_header, .max_body = set.options.max_body}),
      timer_(loop) {}

void HttpSession::start() {
  enter(Phase::reading);
  arm(set_.options.request_timeout);
  read();
}

void HttpSession::drain() {
  if (phase_ == Phase::reading && reader_.is_idle()) end();
}

void HttpSession::close() {
  if (phase_ == Phase::closed) return;
  enter(Phase::closed);
  const auto self = shared_from_this();  // the set may hold the last other reference
  timer_.cancel();
  stream_.close();
  set_.sessions.erase(this);
}

void HttpSession::enter(Phase phase) {
  if (queue_ != nullptr) std::exchange(queue_, nullptr)->erase(place_);
  phase_ = phase;
  if (phase == Phase::reading) line_up(set_.waiting);
}

void HttpSession::line_up(std::list<HttpSession*>& queue) {
  place_ = queue.insert(queue.end(), this);
  queue_ = &queue;
}

template <typename... Results>
auto HttpSession::then(void (HttpSession::*member)(Results...)) {
  return [self = shared_from_this(), member, phase = phase_](Results... results) {
    if (self->phase_ == phase) (self.get()->*member)(results...);
  };
}

void HttpSession::arm(Duration timeout) {
  timer_.expires_after(timeout);
  timer_.async_wait([self = shared_from_this()](error_code error) {
    // A wait that had ended already when the timer was set again comes here as if it had not been.
    if (!error && self->timer_.expiry() <= boost::asio::steady_timer::clock_type::now()) self->on_timeout();
  });
}

void HttpSession::on_timeout() {
  if (phase_ == Phase::closed) return;
  if (phase_ == Phase::handling) {
    ++set_.counters.late;
    return answer(turn_, make_problem(http::status::service_unavailable));
  }
  const bool kept_idle = phase_ == Phase::reading && reader_.is_idle() && !first_;
  if (phase_ != Phase::ending && !kept_idle) ++set_.counters.timed_out;
  if (phase_ == Phase::reading && !reader_.is_idle()) return end_with(http::status::request_timeout);
  if (phase_ == Phase::answering) stream_.abort();
  close();
}

void HttpSession::read() {
  const MutableByteSpan space = reader_.prepare();
  stream_.async_read_some(boost::asio::buffer(space.data(), space.size()), then(&HttpSession::on_read));
}

void HttpSession::on_read(error_code error, std::size_t size) {
  if (error == boost::asio::error::eof) return end();
  if (error) return close();
  // The time of the first request began with the stream.
  if (reader_.is_idle() && !first_) arm(set_.options.request_timeout);
  reader_.commit(size);
  advance();
}

void HttpSession::advance() {
  switch (reader_.advance()) {
    case RequestReader::Outcome::need_more: return read();
    case RequestReader::Outcome::wants_continue: return say_continue();
    case RequestReader::Outcome::complete: return handle();
    case RequestReader::Outcome::refused: return refuse(reader_.refusal());
  }
}

void HttpSession::say_continue() {
  boost::asio::async_write(stream_, boost::asio::buffer(kContinue), then(&HttpSession::on_continued));
}

void HttpSession::on_continued(error_code error, std::size_t) {
  if (error) return close();
  advance();
}

void HttpSession::handle() {
  Request request = reader_.take();
  ++set_.counters.requests;
  first_ = false;
  last_ = !request.keep_alive();
  version_ = request.version();
  use_ = request.method() == http::verb::head ? BodyUse::leave_out : BodyUse::send;
  enter(Phase::handling);
  arm(set_.options.reply_timeout);
  call_handler(std::move(request), [weak = weak_from_this(), turn = ++turn_](Response response) {
    if (const auto self = weak.lock()) self->answer(turn, std::move(response));
  });
}

void HttpSession::call_handler(Request request, const Reply& reply) {
  try {
    exchange_ = make_exchange(std::move(request), caller_);
    if (!exchange_) return reply(make_problem(http::status::bad_request, "The request target is malformed."));
    set_.handler(exchange_, reply);
    if (phase_ != Phase::handling || !exchange_->patience) return;
    line_up(set_.patient);
    arm(*exchange_->patience);
  } catch (const std::exception&) {  // Beast's containers throw, and one request must not end the loop
    reply(make_problem(http::status::internal_server_error));
  }
}

void HttpSession::answer(std::uint64_t turn, Response response) {
  if (phase_ != Phase::handling || turn != turn_) return;
  try {
    last_ = last_ || !response.keep_alive() || set_.draining;
    takes_over_ = response.result() == http::status::switching_protocols && exchange_ && exchange_->take_over;
    complete_fields(response, version_, !last_);
    send(response, use_);
  } catch (const std::exception&) {  // a late reply has nobody above it to catch this
    close();
  }
}

void HttpSession::refuse(http::status status) {
  ++set_.counters.malformed;
  end_with(status);
}

void HttpSession::end_with(http::status status) {
  first_ = false;
  last_ = true;
  Response response = make_problem(status);
  complete_fields(response, 11, false);
  send(response, BodyUse::send);
}

void HttpSession::send(const Response& response, BodyUse use) {
  enter(Phase::answering);
  arm(set_.options.request_timeout);
  out_ = to_wire(response, use);
  boost::asio::async_write(stream_, boost::asio::buffer(out_), then(&HttpSession::on_answered));
}

void HttpSession::on_answered(error_code error, std::size_t) {
  std::vector<std::uint8_t>().swap(out_);
  if (error) return close();
  if (takes_over_) return hand_over();
  exchange_ = nullptr;
  if (last_ || set_.draining) return end();
  enter(Phase::reading);
  arm(reader_.is_idle() ? set_.options.idle_timeout : set_.options.request_timeout);
  advance();
}

void HttpSession::hand_over() {
  const auto self = shared_from_this();  // the set may hold the last other reference
  enter(Phase::closed);
  timer_.cancel();
  set_.sessions.erase(this);
  auto take_over = std::move(exchange_->take_over);
  exchange_ = nullptr;
  take_over(std::move(stream_), reader_.release());
}

void HttpSession::end() {
  enter(Phase::ending);
  arm(std::min(kMaxEnding, set_.options.request_timeout));
  stream_.async_shutdown(then(&HttpSession::on_ended));
}

void HttpSession::on_ended(error_code) { close(); }

}  // namespace turnpike::control
