#include "control/history_recorder.hpp"

#include <utility>

#include <boost/asio/steady_timer.hpp>

#include "turnpike/rooms/room_core.hpp"

namespace turnpike::control {

struct HistoryRecorder::State : std::enable_shared_from_this<State> {
  State(boost::asio::io_context& loop, RouteContext& its_context, const Signaling& its_signaling)
      : context(its_context), signaling(its_signaling), timer(loop) {}

  void record();
  void add(const ServerTotals& totals);
  void wait_until(std::chrono::steady_clock::time_point when);

  RouteContext& context;
  const Signaling& signaling;
  boost::asio::steady_timer timer;
  History history;
  bool is_asking = false;
  bool is_stopped = false;
};

void HistoryRecorder::State::record() {
  if (std::exchange(is_asking, true)) return;
  context.backend.totals([weak = weak_from_this()](const ServerTotals& totals) {
    if (const auto self = weak.lock()) self->add(totals);
  });
}

void HistoryRecorder::State::add(const ServerTotals& totals) {
  is_asking = false;
  const rooms::RoomCore& rooms = signaling.rooms();
  history.add({totals.allocations, totals.bytes_to_peers, totals.bytes_to_clients, totals.packets, rooms.room_count(),
               rooms.member_count()},
              context.clock());
}

// From one instant to the next: rows stay ten seconds apart. After a pause there is nothing to catch up with.
void HistoryRecorder::State::wait_until(std::chrono::steady_clock::time_point when) {
  timer.expires_at(when);
  timer.async_wait([weak = weak_from_this(), when](error_code error) {
    const auto self = weak.lock();
    if (error || !self || self->is_stopped) return;
    self->record();
    const auto next = when + History::kInterval;
    const auto now = std::chrono::steady_clock::now();
    self->wait_until(next > now ? next : now + History::kInterval);
  });
}

HistoryRecorder::HistoryRecorder(boost::asio::io_context& loop, RouteContext& context, const Signaling& signaling)
    : state_(std::make_shared<State>(loop, context, signaling)) {
  state_->wait_until(std::chrono::steady_clock::now());
}

HistoryRecorder::~HistoryRecorder() { stop(); }

void HistoryRecorder::record() { state_->record(); }

// The timer may have run out already, with its turn still to come.
void HistoryRecorder::stop() {
  state_->is_stopped = true;
  state_->timer.cancel();
}

const History& HistoryRecorder::history() const noexcept { return state_->history; }

}  // namespace turnpike::control
