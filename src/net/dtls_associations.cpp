#include "net/dtls_associations.hpp"

#include <algorithm>
#include <utility>

#include "turnpike/base/check.hpp"

namespace turnpike::net {

DtlsAssociations::Entry* DtlsAssociations::find(const FiveTuple& client) noexcept {
  const auto found = entries_.find(client);
  return found == entries_.end() ? nullptr : &found->second;
}

void DtlsAssociations::begin(const FiveTuple& client, DtlsEngine&& engine, ByteSpan hello_random, Instant now) {
  List node;
  DtlsAssociation& association = node.emplace_back(
      DtlsAssociation{.client = client, .engine = std::move(engine), .hello_random = {}, .since = now});
  std::copy_n(hello_random.begin(), std::min(hello_random.size(), association.hello_random.size()),
              association.hello_random.begin());
  Entry& entry = entries_.try_emplace(client).first->second;
  TURNPIKE_CHECK(!entry.handshake);
  entry.handshake = node.begin();
  handshakes_.splice(handshakes_.end(), node);
}

void DtlsAssociations::promote(Entry& entry, Instant now) noexcept {
  TURNPIKE_CHECK(entry.handshake && !entry.live);
  entry.live = std::exchange(entry.handshake, std::nullopt);
  (*entry.live)->since = now;
  (*entry.live)->retransmission = kNever;
  idle_.splice(idle_.end(), handshakes_, *entry.live);
}

void DtlsAssociations::end_live(Entry& entry) noexcept {
  const List::iterator ended = *std::exchange(entry.live, std::nullopt);
  const FiveTuple client = ended->client;
  (ended->is_held ? held_ : idle_).erase(ended);
  drop_if_empty(client, entry);
}

void DtlsAssociations::end_handshake(Entry& entry) noexcept {
  const List::iterator ended = *std::exchange(entry.handshake, std::nullopt);
  const FiveTuple client = ended->client;
  handshakes_.erase(ended);
  drop_if_empty(client, entry);
}

void DtlsAssociations::drop_if_empty(const FiveTuple& client, const Entry& entry) noexcept {
  if (!entry.live && !entry.handshake) entries_.erase(client);
}

void DtlsAssociations::touch(List::iterator live, Instant now) noexcept {
  live->since = now;
  if (!live->is_held) idle_.splice(idle_.end(), idle_, live);
}

void DtlsAssociations::hold(List::iterator live, bool held, Instant now) noexcept {
  if (live->is_held == held) return;
  live->is_held = held;
  live->since = now;
  List& from = held ? idle_ : held_;
  List& to = held ? held_ : idle_;
  to.splice(to.end(), from, live);
}

const FiveTuple* DtlsAssociations::any() const noexcept {
  return entries_.empty() ? nullptr : &entries_.begin()->first;
}

}  // namespace turnpike::net
