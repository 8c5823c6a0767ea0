#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include "control/engineio_session.hpp"
#include "control/exchange.hpp"
#include "control/text_channel.hpp"
#include "turnpike/base/ip_address.hpp"
#include "turnpike/base/random.hpp"
#include "turnpike/base/result.hpp"
#include "turnpike/rooms/notice.hpp"

namespace turnpike::control {

/// All sessions of Engine.IO, found by their sids: who knows one speaks for its session, from whatever address. Loop's
/// thread.
class EngineIoServer final : private EngineIoHost, public std::enable_shared_from_this<EngineIoServer> {
 public:
  /// Sessions that poll at once: each of them keeps an HTTP session busy.
  static constexpr std::size_t kMaxPolling = 256;
  static constexpr std::size_t kMaxPollingFromOne = 64;  ///< from one address (IPv6: one /64), so that others may poll

  struct Environment {
    boost::asio::io_context& loop;
    Random& random;
    std::function<Instant()> clock;
    std::function<std::size_t()> queue_bound;  ///< bytes that may wait for one client that polls
    /// Who speaks over a new session of a client with that address; refused: it may not have one.
    std::function<Result<std::unique_ptr<TextPeer>, rooms::Refusal>(const IpAddress&)> make_peer;
    EngineIoTimes times;
  };

  explicit EngineIoServer(Environment environment);
  ~EngineIoServer() override;

  /// A new session that polls. Null when there are too many.
  [[nodiscard]] std::shared_ptr<EngineIoSession> open_polling(const IpAddress& address);
  /// Null when there is none, also when it has ended and nothing waits to be fetched.
  [[nodiscard]] std::shared_ptr<EngineIoSession> find(std::string_view sid) const;
  /// What speaks over a WebSocket that is to be a new session's. Does no harm when the server is gone.
  [[nodiscard]] static std::unique_ptr<TextPeer> make_socket(std::weak_ptr<EngineIoServer> server,
                                                             const IpAddress& address);
  /// Likewise, to upgrade `session`.
  [[nodiscard]] static std::unique_ptr<TextPeer> make_upgrade(std::weak_ptr<EngineIoSession> session);

  /// Does what is due, and what the sessions have put off to the loop's next turn. Called by the loop.
  void tick();

  [[nodiscard]] const EngineIoTimes& times() const noexcept { return environment_.times; }
  [[nodiscard]] std::size_t session_count() const noexcept { return sessions_.size(); }
  [[nodiscard]] std::size_t polling_count() const noexcept { return polling_; }

 private:
  class Socket;

  [[nodiscard]] Instant now() const override;
  [[nodiscard]] std::size_t queue_bound() const override;
  void wake_soon(EngineIoSession& session) override;
  void reschedule(EngineIoSession& session, Instant from, Instant to) override;
  void polling_ended(const EngineIoSession& session) override;

  struct Entry {
    std::shared_ptr<EngineIoSession> session;
    IpAddress source;
  };

  [[nodiscard]] std::shared_ptr<EngineIoSession> open(const IpAddress& address);
  void settle();
  void run_deadlines();
  void arm();

  Environment environment_;
  std::unordered_map<std::string, Entry> sessions_;
  std::set<std::pair<Instant, EngineIoSession*>> deadlines_;
  std::vector<std::shared_ptr<EngineIoSession>> awake_;
  std::size_t polling_ = 0;
  std::map<IpAddress, std::size_t> polling_from_;
  boost::asio::steady_timer timer_;
  Instant armed_ = kNever;
  bool ending_ = false;
};

}  // namespace turnpike::control
