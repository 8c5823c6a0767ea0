#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <unordered_set>

#include <boost/asio/io_context.hpp>

#include "turnpike/base/endpoint.hpp"
#include "turnpike/base/random.hpp"
#include "turnpike/base/result.hpp"
#include "turnpike/base/time.hpp"

namespace turnpike::probe {

/// One Binding to one server.
struct BindingQuestion {
  Endpoint server;
  std::optional<Endpoint> local{};  ///< the socket is bound to it; nothing: the system chooses
  Duration timeout = std::chrono::seconds{5};
  Duration rto = std::chrono::milliseconds{500};  ///< until the first retransmission; each wait is twice the last
};

/// Sends STUN Binding requests over UDP (RFC 8489 section 6.2.1) from an io_context: tells how a server sees us, and
/// whether it is there at all. Any number at a time. Belongs to the context's one thread.
class BindingProbe {
 public:
  /// The mapped address; else timed_out, what the system says about sending (connection_refused: nobody listens there),
  /// or protocol_error when the server answers that it will not answer.
  using Answer = std::function<void(Result<Endpoint>)>;

  /// Both outlive the probe.
  BindingProbe(boost::asio::io_context& context, Random& random);
  BindingProbe(const BindingProbe&) = delete;
  BindingProbe& operator=(const BindingProbe&) = delete;
  /// No `answer` is called from then on.
  ~BindingProbe();

  /// `answer` is called once and never from inside this call; it may begin the next Binding and may destroy the probe.
  void async_bind(const BindingQuestion& question, Answer answer);
  [[nodiscard]] std::size_t pending() const noexcept { return exchanges_.size(); }

 private:
  class Exchange;

  boost::asio::io_context& context_;
  Random& random_;
  std::unordered_set<std::shared_ptr<Exchange>> exchanges_;
};

}  // namespace turnpike::probe
