#include "turnpike/net/dtls_server.hpp"

#include <algorithm>
#include <new>
#include <utility>
#include <vector>

#include "net/dtls_associations.hpp"
#include "net/dtls_cookies.hpp"
#include "net/dtls_records.hpp"

namespace turnpike::net {
namespace {

constexpr std::size_t kMaxPlainSize = 16384;  // RFC 5246 section 6.2.1

/// Retransmissions wait for the next multiple of this, so that the walk over the handshakes is rare.
constexpr Duration kRetransmissionGrain = std::chrono::milliseconds{20};

Instant round_up(Instant instant) noexcept {
  const Duration since_start = instant.time_since_epoch() + kRetransmissionGrain - Duration{1};
  return Instant{since_start - since_start % kRetransmissionGrain};
}

/// What an engine wants sent goes to its client.
class Wire final : public ByteSink {
 public:
  Wire(DtlsServer::Events& events, const FiveTuple& client) noexcept : events_(events), client_(client) {}
  void write(ByteSpan bytes) noexcept override { events_.on_wire(client_, bytes); }

 private:
  DtlsServer::Events& events_;
  const FiveTuple& client_;
};

bool began_with(const std::optional<DtlsAssociations::List::iterator>& association, ByteSpan random) noexcept {
  return association && std::equal(random.begin(), random.end(), (*association)->hello_random.begin());
}

}  // namespace

struct DtlsServer::State {
  using Entry = DtlsAssociations::Entry;

  State(std::shared_ptr<const TlsSettings> first_settings, const Options& server_options, Random& random)
      : settings(std::move(first_settings)),
        options(server_options),
        cookies(random),
        associations(KeyedHash{KeyedHash::draw_key(random)}),
        plain(kMaxPlainSize) {}

  void on_hello(const FiveTuple& client, const DtlsRecord& record, Instant now, Events& events) noexcept;
  [[nodiscard]] bool has_room(const FiveTuple& client) noexcept;
  void begin(const FiveTuple& client, const DtlsRecord& record, const DtlsClientHello& hello, Instant now,
             Events& events) noexcept;
  void go_on(const FiveTuple& client, ByteSpan datagram, Instant now, Events& events) noexcept;
  void finish(const FiveTuple& client, std::size_t size, Instant now, Events& events) noexcept;
  void deliver(const FiveTuple& client, std::size_t size, Instant now, Events& events) noexcept;
  void end_live(const FiveTuple& client, Events& events) noexcept;
  void arm(DtlsAssociation& handshake, Instant now) noexcept;
  void retransmit(Instant now, Events& events) noexcept;
  void count_failure(TlsFailure failure) noexcept { ++counters.failures[static_cast<std::size_t>(failure)]; }

  std::shared_ptr<const TlsSettings> settings;
  Options options;
  DtlsCookies cookies;
  DtlsAssociations associations;
  Counters counters;
  Instant earliest_retransmission = kNever;  // or earlier
  std::vector<std::uint8_t> plain;
  bool is_delivering = false;
  bool is_closed_by_call = false;  // the association whose message is being delivered
};

/// RFC 6347 section 4.2.1. Everything before begin() leaves nothing behind.
void DtlsServer::State::on_hello(const FiveTuple& client, const DtlsRecord& record, Instant now,
                                 Events& events) noexcept {
  const auto hello = parse_client_hello(record);
  if (!hello || !settings) {
    ++counters.ignored_records;
    return;
  }
  if (!cookies.verify(client, *hello, now)) {
    // A cookie that is not ours counts as none, so that a client with an old one can go on.
    if (!hello->cookie.empty()) ++counters.bad_cookies;
    ++counters.hello_verify_requests;
    Wire wire{events, client};
    write_hello_verify_request(*hello, cookies.make(client, *hello, now), wire);
    return;
  }
  Entry* entry = associations.find(client);
  // A repetition, or a replay by someone who saw the hello; the engine's timer sees to what was lost. The hello that
  // answers a HelloVerifyRequest is message 1.
  if (hello->message_sequence != 1 ||
      (entry != nullptr && (began_with(entry->live, hello->random) || began_with(entry->handshake, hello->random)))) {
    ++counters.ignored_records;
    return;
  }
  if (has_room(client)) begin(client, record, *hello, now, events);
}

bool DtlsServer::State::has_room(const FiveTuple& client) noexcept {
  Entry* entry = associations.find(client);
  const bool replaces = entry != nullptr && entry->live;
  if ((!replaces && associations.live_count() >= options.max_associations) || options.max_handshakes == 0) {
    ++counters.refused;
    return false;
  }
  if (entry != nullptr && entry->handshake) {
    associations.end_handshake(*entry);  // the client has begun anew
  } else if (associations.handshake_count() >= options.max_handshakes) {
    associations.end_handshake(*associations.find(associations.handshakes().front().client));
    ++counters.evicted;
  }
  return true;
}

void DtlsServer::State::begin(const FiveTuple& client, const DtlsRecord& record, const DtlsClientHello& hello,
                              Instant now, Events& events) noexcept {
  Wire wire{events, client};
  auto engine = DtlsEngine::accept(settings, record.bytes, wire);
  if (!engine) return;
  if (engine->state() != DtlsEngine::State::handshaking) {
    count_failure(engine->failure());
    return;
  }
  try {
    associations.begin(client, *std::move(engine), hello.random, now);
  } catch (const std::bad_alloc&) {
    return;
  }
  arm(associations.handshakes().back(), now);
}

/// A datagram for the five-tuple's unfinished handshake.
void DtlsServer::State::go_on(const FiveTuple& client, ByteSpan datagram, Instant now, Events& events) noexcept {
  Entry& entry = *associations.find(client);
  DtlsAssociation& handshake = **entry.handshake;
  Wire wire{events, client};
  handshake.engine.feed(datagram);
  const std::size_t size = handshake.engine.read(plain, wire);
  switch (handshake.engine.state()) {
    case DtlsEngine::State::handshaking: arm(handshake, now); return;
    case DtlsEngine::State::open: finish(client, size, now, events); return;
    case DtlsEngine::State::closed: break;
    case DtlsEngine::State::failed: count_failure(handshake.engine.failure()); break;
  }
  associations.end_handshake(entry);
}

/// RFC 6347 section 4.2.8: now the client has shown that it is where it says it is, so what lived before on this
/// five-tuple is over. Its keys are forgotten there; a close_notify would be noise.
void DtlsServer::State::finish(const FiveTuple& client, std::size_t size, Instant now, Events& events) noexcept {
  Entry& entry = *associations.find(client);
  ++counters.handshakes;
  if (entry.live) {
    end_live(client, events);
  } else if (associations.live_count() >= options.max_associations) {
    ++counters.refused;
    Wire wire{events, client};
    (*entry.handshake)->engine.close(wire);
    associations.end_handshake(entry);
    return;
  }
  associations.promote(entry, now);
  deliver(client, size, now, events);
}

/// Hands out what the live association's engine has been fed with; `size` bytes of it are in `plain` already.
void DtlsServer::State::deliver(const FiveTuple& client, std::size_t size, Instant now, Events& events) noexcept {
  Entry& entry = *associations.find(client);
  const DtlsAssociations::List::iterator live = *entry.live;
  DtlsEngine& engine = live->engine;
  Wire wire{events, client};
  is_closed_by_call = false;
  if (size == 0) size = engine.read(plain, wire);
  for (; size != 0 && !is_closed_by_call; size = is_closed_by_call ? 0 : engine.read(plain, wire)) {
    associations.touch(live, now);
    is_delivering = true;
    events.on_message(client, MutableByteSpan{plain}.first(size));
    is_delivering = false;
  }
  if (is_closed_by_call) {
    associations.end_live(entry);
    return;
  }
  if (engine.state() == DtlsEngine::State::open) return;
  if (engine.state() == DtlsEngine::State::failed) count_failure(engine.failure());
  engine.close(wire);  // answers a close_notify
  end_live(client, events);
}

void DtlsServer::State::end_live(const FiveTuple& client, Events& events) noexcept {
  associations.end_live(*associations.find(client));
  events.on_closed(client);
}

void DtlsServer::State::arm(DtlsAssociation& handshake, Instant now) noexcept {
  const auto wait = handshake.engine.time_to_retransmission();
  handshake.retransmission = wait ? round_up(now + *wait) : kNever;
  earliest_retransmission = std::min(earliest_retransmission, handshake.retransmission);
}

/// Walks over the unfinished handshakes, which are bounded, no more often than the grain allows.
void DtlsServer::State::retransmit(Instant now, Events& events) noexcept {
  if (now < earliest_retransmission) return;
  earliest_retransmission = kNever;
  auto& handshakes = associations.handshakes();
  for (auto next = handshakes.begin(); next != handshakes.end();) {
    DtlsAssociation& handshake = *next++;
    const FiveTuple client = handshake.client;
    if (handshake.retransmission <= now) {
      Wire wire{events, client};
      handshake.engine.on_timeout(wire);
      arm(handshake, now);
    }
    earliest_retransmission = std::min(earliest_retransmission, handshake.retransmission);
    if (handshake.engine.state() == DtlsEngine::State::failed) {
      count_failure(handshake.engine.failure());
      associations.end_handshake(*associations.find(client));
    }
  }
}

DtlsServer::DtlsServer(std::shared_ptr<const TlsSettings> settings, const Options& options, Random& random)
    : state_(std::make_unique<State>(std::move(settings), options, random)) {}
DtlsServer::~DtlsServer() = default;

void DtlsServer::set_settings(std::shared_ptr<const TlsSettings> settings) noexcept {
  state_->settings = std::move(settings);
}

void DtlsServer::set_options(const Options& options) noexcept { state_->options = options; }

void DtlsServer::receive(const FiveTuple& client, ByteSpan datagram, Instant now, Events& events) noexcept {
  const auto first = DtlsRecordReader{datagram}.next();
  if (first && is_client_hello(*first)) {
    state_->on_hello(client, *first, now, events);
    return;
  }
  auto& associations = state_->associations;
  auto* entry = first ? associations.find(client) : nullptr;
  const bool for_live = entry != nullptr && entry->live && has_protected_record(datagram);
  const bool for_handshake = entry != nullptr && entry->handshake;
  if (!for_live && !for_handshake) ++state_->counters.ignored_records;
  if (for_live) {
    (*entry->live)->engine.feed(datagram);
    state_->deliver(client, 0, now, events);
    entry = associations.find(client);
  }
  if (for_handshake && entry != nullptr && entry->handshake) state_->go_on(client, datagram, now, events);
}

bool DtlsServer::send(const FiveTuple& client, ByteSpan message, Events& events) noexcept {
  auto* entry = state_->associations.find(client);
  if (entry == nullptr || !entry->live) return false;
  DtlsEngine& engine = (*entry->live)->engine;
  Wire wire{events, client};
  if (engine.write(message, wire)) return true;
  if (engine.state() == DtlsEngine::State::failed && !state_->is_delivering) {
    state_->count_failure(engine.failure());
    state_->end_live(client, events);
  }
  return false;
}

void DtlsServer::hold(const FiveTuple& client, bool held, Instant now) noexcept {
  auto* entry = state_->associations.find(client);
  if (entry != nullptr && entry->live) state_->associations.hold(*entry->live, held, now);
}

void DtlsServer::close(const FiveTuple& client, Events& events) noexcept {
  auto& associations = state_->associations;
  auto* entry = associations.find(client);
  if (entry != nullptr && entry->live) {
    const FiveTuple closed = client;  // the caller's may be the association's own
    Wire wire{events, closed};
    (*entry->live)->engine.close(wire);
    if (state_->is_delivering) {
      state_->is_closed_by_call = true;  // deliver() still needs it
    } else {
      associations.end_live(*entry);
      entry = associations.find(closed);
    }
  }
  if (entry != nullptr && entry->handshake) associations.end_handshake(*entry);
}

void DtlsServer::close_all(Events& events) noexcept {
  while (const FiveTuple* client = state_->associations.any()) close(FiveTuple{*client}, events);
}

void DtlsServer::tick(Instant now, Events& events) noexcept {
  auto& associations = state_->associations;
  const auto& options = state_->options;
  auto& handshakes = associations.handshakes();
  while (!handshakes.empty() && handshakes.front().since + options.handshake_timeout <= now) {
    ++state_->counters.timed_out;
    associations.end_handshake(*associations.find(handshakes.front().client));
  }
  state_->retransmit(now, events);
  auto& idle = associations.idle();
  while (!idle.empty() && idle.front().since + options.idle_timeout <= now) {
    const FiveTuple client = idle.front().client;
    Wire wire{events, client};
    idle.front().engine.close(wire);
    state_->end_live(client, events);
  }
}

std::optional<Instant> DtlsServer::next_deadline() const noexcept {
  auto& associations = state_->associations;
  Instant next = kNever;
  if (!associations.handshakes().empty()) {
    next = std::min(state_->earliest_retransmission,
                    associations.handshakes().front().since + state_->options.handshake_timeout);
  }
  if (!associations.idle().empty()) {
    next = std::min(next, associations.idle().front().since + state_->options.idle_timeout);
  }
  return next == kNever ? std::nullopt : std::optional{next};
}

bool DtlsServer::has(const FiveTuple& client) const noexcept { return state_->associations.find(client) != nullptr; }
std::size_t DtlsServer::handshake_count() const noexcept { return state_->associations.handshake_count(); }
std::size_t DtlsServer::association_count() const noexcept { return state_->associations.live_count(); }
const DtlsServer::Counters& DtlsServer::counters() const noexcept { return state_->counters; }

}  // namespace turnpike::net
