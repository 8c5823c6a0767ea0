#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>
#include <optional>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include "control/engine_stream.hpp"
#include "control/exchange.hpp"
#include "control/http_message.hpp"
#include "control/request_reader.hpp"
#include "control/session_set.hpp"

namespace turnpike::control {

/// One HTTP/1.1 connection: one request at a time, in order, each within its time. While a request waits for its reply
/// nothing more is read. Lives in its SessionSet, which it leaves when it closes; what still comes after that, from the
/// loop or as a reply, does nothing.
class HttpSession : public std::enable_shared_from_this<HttpSession> {
 public:
  HttpSession(boost::asio::io_context& loop, EngineStream stream, const Caller& caller, SessionSet& set);

  void start();
  /// Ends now if nothing of a request is here; otherwise the next answer is the last.
  void drain();
  void close();

 private:
  enum class Phase : std::uint8_t { reading, handling, answering, ending, closed };

  void enter(Phase phase);
  void line_up(std::list<HttpSession*>& queue);
  void arm(Duration timeout);
  void on_timeout();
  void read();
  void on_read(error_code error, std::size_t size);
  void advance();
  void handle();
  void call_handler(Request request, const Reply& reply);
  void answer(std::uint64_t turn, Response response);
  void refuse(http::status status);
  void end_with(http::status status);
  void say_continue();
  void send(const Response& response, BodyUse use);
  void on_continued(error_code error, std::size_t size);
  void on_answered(error_code error, std::size_t size);
  void hand_over();
  void end();
  void on_ended(error_code error);
  /// Runs `member` when the operation completes, unless the session has closed or gone on to its end meanwhile.
  template <typename... Results>
  [[nodiscard]] auto then(void (HttpSession::*member)(Results...));

  EngineStream stream_;
  Caller caller_;
  SessionSet& set_;
  RequestReader reader_;
  boost::asio::steady_timer timer_;  // the one deadline of the phase
  std::vector<std::uint8_t> out_;
  std::shared_ptr<Exchange> exchange_;  // that is being handled or answered
  Phase phase_ = Phase::reading;
  std::list<HttpSession*>* queue_ = nullptr;   // SessionSet::waiting while `reading`, SessionSet::patient in patience
  std::list<HttpSession*>::iterator place_{};  // in `queue_`
  std::uint64_t turn_ = 0;                     // tells the reply to this request from one to an earlier request
  unsigned version_ = 11;                      // the request's
  BodyUse use_ = BodyUse::send;                // likewise
  bool first_ = true;                          // no request has been whole yet
  bool last_ = false;                          // the stream ends after this answer
  bool takes_over_ = false;                    // Exchange::take_over gets it
};

}  // namespace turnpike::control
