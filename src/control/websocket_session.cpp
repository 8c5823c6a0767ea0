#include "control/websocket_session.hpp"

#include <algorithm>
#include <exception>
#include <utility>

#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>

namespace turnpike::control {
namespace {

using Clock = boost::asio::steady_timer::clock_type;

constexpr std::size_t kShare = 16384;   // bytes that may wait for a client whatever waits for the others
constexpr std::size_t kKeptOut = 1024;  // bytes of capacity not worth giving back
constexpr int kMaxReadsOnStop = 16;

class ReaderSink final : public net::ByteSink {
 public:
  explicit ReaderSink(FrameReader& reader) noexcept : reader_(reader) {}
  void write(ByteSpan bytes) noexcept override {
    count_ += bytes.size();
    reader_.add(bytes);
  }
  [[nodiscard]] std::size_t count() const noexcept { return count_; }

 private:
  FrameReader& reader_;
  std::size_t count_ = 0;
};

}  // namespace

WebSocketSession::WebSocketSession(WebSocketGroup& group, EngineStream stream, std::unique_ptr<TextPeer> peer,
                                   std::size_t max_message)
    : group_(group),
      stream_(std::move(stream)),
      peer_(std::move(peer)),
      reader_(max_message),
      timer_(group.loop),
      heartbeat_(group.options.heartbeat),
      closing_(group.options.closing),
      last_heard_(Clock::now()),
      next_ping_(last_heard_ + heartbeat_),
      send_queue_(group.options.send_queue),
      control_frames_(group.options.control_frames),
      control_left_(control_frames_) {}

void WebSocketSession::start(ByteSpan received) {
  reader_.add(received);
  arm(next_ping_);
  peer_->on_open(*this);
  // Without waiting: the stream may hold what was read before it came here.
  boost::asio::post(group_.loop, [self = shared_from_this()] { self->on_readable({}); });
}

// Reading. ------------------------------------------------------------------------------------------------------------

void WebSocketSession::wait() {
  stream_.async_wait_readable([self = shared_from_this()](error_code error) { self->on_readable(error); });
}

void WebSocketSession::on_readable(error_code error) {
  if (phase_ != Phase::open && phase_ != Phase::closing) return;
  if (error) return finish();
  try {
    read();
    if (phase_ == Phase::open || phase_ == Phase::closing) wait();
  } catch (const std::exception&) {  // nobody would read it any more
    break_off();
    throw;
  }
}

void WebSocketSession::read() {
  ReaderSink sink(reader_);
  const error_code error = stream_.receive(group_.scratch(), sink);
  if (sink.count() > 0) last_heard_ = Clock::now();
  while (phase_ == Phase::open || phase_ == Phase::closing) {
    const auto event = reader_.next();
    if (!event) break;
    take(*event);
  }
  if (phase_ != Phase::open && phase_ != Phase::closing) return;
  if (error) return finish();
  if (is_too_slow()) return give_up_slow();  // TLS answers on its own (RFC 8446 section 4.6.3), and so do pongs
  account_held();
  group_.bound_held();
}

void WebSocketSession::account_held() {
  const std::size_t held = reader_.held();
  group_.account_held(std::exchange(held_, held), held);
}

void WebSocketSession::give_up_unfinished(CloseCode code) {
  ++group_.counters.unfinished;
  if (phase_ != Phase::open) return end();
  fail(code, "a message is not whole");
}

void WebSocketSession::take(const FrameEvent& event) {
  switch (event.kind) {
    case FrameEvent::Kind::text:
      if (phase_ != Phase::open) return;
      ++group_.counters.received;
      unfinished_beats_ = 0;
      return peer_->on_text(event.payload);
    case FrameEvent::Kind::ping: return on_ping(event.payload);
    case FrameEvent::Kind::pong: return on_pong(event.payload);
    case FrameEvent::Kind::close:
      if (phase_ == Phase::open) write_close_frame(event.code, {}, out_);
      return end();
    case FrameEvent::Kind::fault: return on_fault(event);
  }
}

void WebSocketSession::on_ping(std::string_view payload) {
  if (phase_ != Phase::open || !spend_control()) return;
  write_pong_frame(payload, out_);
  queue();
}

// RFC 6455 section 5.5.3: a pong may answer the last of several pings, and may come without any.
void WebSocketSession::on_pong(std::string_view payload) {
  if (phase_ != Phase::open || !spend_control() || payload.size() != sizeof(std::uint64_t)) return;
  const std::uint64_t mark = load_be<std::uint64_t>(as_bytes(payload).first<8>());
  auto* const last = marks_.begin() + mark_count_;
  auto* const found = std::find(marks_.begin(), last, mark);
  if (found == last) return;
  forget_marks(static_cast<std::size_t>(found - marks_.begin()) + 1);
  peer_->on_received(mark);
}

bool WebSocketSession::spend_control() {
  if (control_left_ > 0) {
    --control_left_;
    return true;
  }
  ++group_.counters.floods;
  fail(CloseCode::policy, "too many control frames");
  return false;
}

void WebSocketSession::on_fault(const FrameEvent& event) {
  if (phase_ != Phase::open) return end();  // a close frame is the last frame (RFC 6455 section 5.5.1)
  WebSocketCounters& counters = group_.counters;
  if (event.code == CloseCode::too_big) {
    ++counters.too_big;
  } else if (event.code == CloseCode::policy) {
    ++counters.floods;
  } else {
    ++counters.protocol_errors;
  }
  fail(event.code, event.payload);
}

// Writing. ------------------------------------------------------------------------------------------------------------

void WebSocketSession::send(std::string text) {
  if (phase_ != Phase::open) return;
  ++group_.counters.sent;
  write_text_frame(text, out_);
  queue();
}

void WebSocketSession::queue() {
  if (is_too_slow()) {
    flush();  // it may be that we were fast
    if (is_too_slow()) return give_up_slow();
  }
  if (!std::exchange(wants_flush_, true)) group_.want_flush(shared_from_this());
}

void WebSocketSession::flush() {
  wants_flush_ = false;
  if (phase_ == Phase::over || out_.empty()) return;
  stream_.send(out_);
  out_.clear();
  if (out_.capacity() > kKeptOut) out_.shrink_to_fit();
  account();
}

void WebSocketSession::account() {
  const std::size_t waiting = phase_ == Phase::over ? 0 : out_.size() + stream_.unsent();
  group_.account(std::exchange(accounted_, waiting), waiting);
}

bool WebSocketSession::is_too_slow() {
  account();
  return accounted_ > send_queue_ || (accounted_ > kShare && group_.is_full());
}

void WebSocketSession::give_up_slow() {
  ++group_.counters.slow_readers;
  if (phase_ != Phase::open) return break_off();
  std::vector<std::uint8_t>().swap(out_);
  fail(CloseCode::policy, "too slow a reader");
}

// Time. ---------------------------------------------------------------------------------------------------------------

void WebSocketSession::arm(Time when) {
  timer_.expires_at(when);
  timer_.async_wait([self = shared_from_this()](error_code error) {
    // A wait that had ended already when the timer was set again comes here as if it had not been.
    if (!error && self->timer_.expiry() <= Clock::now()) self->on_timer();
  });
}

void WebSocketSession::on_timer() {
  if (phase_ == Phase::over) return;
  if (phase_ != Phase::open) return break_off();
  try {
    heartbeat();
  } catch (const std::exception&) {  // nobody would wait for it any more
    break_off();
    throw;
  }
}

void WebSocketSession::heartbeat() {
  const Duration patience = heartbeat_ * 5 / 2;
  const Time now = Clock::now();
  if (now - last_heard_ >= patience) {
    ++group_.counters.silent;
    return break_off();
  }
  if (now >= next_ping_) beat(now);
  if (phase_ == Phase::open)
    arm(std::min(next_ping_, last_heard_ + std::chrono::duration_cast<Clock::duration>(patience)));
}

// Who sends a byte of a message now and then, and pongs, would hold its memory for ever.
void WebSocketSession::beat(Time now) {
  next_ping_ = now + heartbeat_;
  control_left_ = control_frames_;
  unfinished_beats_ = reader_.is_unfinished() ? unfinished_beats_ + 1 : 0;
  if (unfinished_beats_ == kMaxUnfinishedBeats) return give_up_unfinished(CloseCode::policy);
  const std::uint64_t mark = peer_->on_heartbeat();
  if (phase_ == Phase::open) ping(mark);
}

void WebSocketSession::ping(std::uint64_t mark) {
  if (mark_count_ == kMaxMarks) forget_marks(1);
  marks_[mark_count_++] = mark;
  std::array<std::uint8_t, sizeof(mark)> payload{};
  store_be<std::uint64_t>(payload, mark);
  write_ping_frame(payload, out_);
  queue();
}

void WebSocketSession::forget_marks(std::size_t count) {
  std::copy(marks_.begin() + count, marks_.begin() + mark_count_, marks_.begin());
  mark_count_ -= count;
}

// The end. ------------------------------------------------------------------------------------------------------------

void WebSocketSession::close(CloseCode code, std::string_view reason) {
  if (phase_ != Phase::open) return;
  write_close_frame(code, reason, out_);
  flush();
  leave_open(Phase::closing);
}

void WebSocketSession::fail(CloseCode code, std::string_view reason) {
  if (phase_ != Phase::open) return;
  write_close_frame(code, reason, out_);
  end();
}

void WebSocketSession::end() {
  flush();
  reader_.end();
  account_held();
  leave_open(Phase::ending);
  stream_.async_shutdown([self = shared_from_this()](error_code) { self->finish(); });
}

void WebSocketSession::leave_open(Phase phase) {
  if (std::exchange(phase_, phase) == Phase::open) {
    boost::asio::post(group_.loop, [self = shared_from_this()] { self->tell_closed(); });
  }
  if (phase != Phase::over) arm(Clock::now() + closing_);
}

void WebSocketSession::finish() {
  if (phase_ == Phase::over) return;
  leave_open(Phase::over);
  account();
  reader_.end();
  account_held();
  timer_.cancel();
  stream_.close();
  std::vector<std::uint8_t>().swap(out_);
  if (!peer_) group_.sessions.erase(this);
}

void WebSocketSession::break_off() {
  if (phase_ == Phase::over) return;
  stream_.abort();
  finish();
}

void WebSocketSession::stop(bool says_it) {
  if (phase_ == Phase::over) return;
  if (phase_ == Phase::open && says_it) {
    write_close_frame(CloseCode::going_away, "the server ends", out_);
    flush();
    // Bytes left unread would make the kernel reset the connection, and the client lose the reason.
    FrameReader nobody(0);
    for (int i = 0; i < kMaxReadsOnStop; ++i) {
      ReaderSink sink(nobody);
      if (stream_.receive(group_.scratch(), sink) || sink.count() == 0) break;
      static_cast<void>(nobody.next());
    }
  }
  finish();
}

void WebSocketSession::tell_closed() {
  const auto peer = std::move(peer_);
  if (!peer) return;
  peer->on_closed();
  if (phase_ == Phase::over) group_.sessions.erase(this);
}

}  // namespace turnpike::control
