#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <list>
#include <optional>
#include <unordered_map>

#include "net/dtls_records.hpp"
#include "turnpike/base/five_tuple.hpp"
#include "turnpike/base/keyed_hash.hpp"
#include "turnpike/base/time.hpp"
#include "turnpike/net/dtls_engine.hpp"

namespace turnpike::net {

using DtlsHelloRandom = std::array<std::uint8_t, kDtlsHelloRandomSize>;

struct DtlsAssociation {
  FiveTuple client;
  DtlsEngine engine;
  DtlsHelloRandom hello_random;     ///< tells a repetition of its hello from a new one
  Instant since;                    ///< when the handshake began; when the last message came
  Instant retransmission = kNever;  ///< of a handshake
  bool is_held = false;
};

/// The table of five-tuples: an association that lives, a handshake, or both. Each association is in one of three
/// lists, of which two are in order of `since`, as all timeouts of a kind are equally long: nothing looks at all of
/// them.
class DtlsAssociations {
 public:
  using List = std::list<DtlsAssociation>;
  struct Entry {
    std::optional<List::iterator> live;
    std::optional<List::iterator> handshake;
  };

  explicit DtlsAssociations(const KeyedHash& hash) : entries_(0, hash) {}

  [[nodiscard]] Entry* find(const FiveTuple& client) noexcept;
  /// The five-tuple must have no handshake. May throw std::bad_alloc; nothing has changed then.
  void begin(const FiveTuple& client, DtlsEngine&& engine, ByteSpan hello_random, Instant now);
  /// The entry's handshake becomes what lives; there must not be one that lives. Allocates nothing.
  void promote(Entry& entry, Instant now) noexcept;
  void end_live(Entry& entry) noexcept;  ///< `entry` may be gone after it
  void end_handshake(Entry& entry) noexcept;

  void touch(List::iterator live, Instant now) noexcept;
  void hold(List::iterator live, bool held, Instant now) noexcept;

  [[nodiscard]] List& handshakes() noexcept { return handshakes_; }  ///< the oldest first
  [[nodiscard]] List& idle() noexcept { return idle_; }              ///< not held, the longest quiet first
  [[nodiscard]] std::size_t live_count() const noexcept { return idle_.size() + held_.size(); }
  [[nodiscard]] std::size_t handshake_count() const noexcept { return handshakes_.size(); }
  /// Some five-tuple, for ending them all; null when there is none.
  [[nodiscard]] const FiveTuple* any() const noexcept;

 private:
  void drop_if_empty(const FiveTuple& client, const Entry& entry) noexcept;

  std::unordered_map<FiveTuple, Entry, KeyedHash> entries_;
  List handshakes_;
  List idle_;
  List held_;
};

}  // namespace turnpike::net
