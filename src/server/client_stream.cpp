#include "server/client_stream.hpp"

#include <utility>

namespace turnpike::server {
namespace {

using Kind = ClientStream::Step::Kind;

void append(std::vector<std::uint8_t>& to, ByteSpan bytes) { to.insert(to.end(), bytes.begin(), bytes.end()); }

// RFC 7443 section 3: both labels mean STUN framing; which of the two services is asked for the messages show.
bool is_stun_protocol(std::string_view alpn) noexcept { return alpn == "stun.turn" || alpn == "stun.nat-discovery"; }

}  // namespace

ClientStream::ClientStream(std::shared_ptr<const StreamPolicy> policy, std::shared_ptr<const net::TlsSettings> tls)
    : policy_(std::move(policy)),
      settings_(std::move(tls)),
      phase_(policy_->expects_proxy_header() ? Phase::proxy_header : Phase::sniff) {}

ClientStream::Step ClientStream::change_to(Phase phase) noexcept {
  phase_ = phase;
  return {.kind = Kind::phase_changed};
}

ClientStream::Step ClientStream::end(StreamEnd reason) noexcept {
  phase_ = Phase::ended;
  return {.kind = Kind::end, .reason = reason};
}

void ClientStream::hold_fed() {
  append(held_, fed_);
  fed_ = {};
}

ClientStream::Step ClientStream::next(MutableByteSpan scratch, net::ByteSink& wire) {
  for (;;) {
    switch (phase_) {
      case Phase::proxy_header: return read_proxy_header();
      case Phase::sniff: return sniff();
      case Phase::http:
      case Phase::ended: return {};
      case Phase::turn:
        if (const auto message = framer_.next()) return {.kind = Kind::message, .bytes = *message};
        if (framer_.is_broken()) return end(StreamEnd::broken_framing);
        break;
      case Phase::handshake:
      case Phase::sniff_tls:
      case Phase::data: break;
    }
    if (const auto step = pull(scratch, wire)) return *step;
    if (phase_ == Phase::data) return {.kind = Kind::data, .bytes = std::exchange(plain_, {})};
    if (phase_ == Phase::turn) {
      framer_.feed(std::exchange(plain_, {}));
    } else if (const auto step = sniff_inside(std::exchange(plain_, {}))) {
      return *step;
    }
  }
}

ClientStream::Step ClientStream::read_proxy_header() {
  hold_fed();
  const auto header = net::parse_proxy_header(held_);
  if (!header) {
    const bool may_come = header.error() == net::ProxyHeaderError::incomplete && held_.size() < net::kMaxProxyHeader;
    return may_come ? Step{} : end(StreamEnd::proxy_malformed);
  }
  if (header->is_datagram) return end(StreamEnd::proxy_malformed);
  // A dual-stack proxy may write its IPv4 clients as mapped addresses; quotas and XOR-MAPPED-ADDRESS want what they
  // are.
  if (header->source) proxied_client_ = Endpoint{header->source->address.unmapped(), header->source->port};
  held_.erase(held_.begin(), held_.begin() + static_cast<std::ptrdiff_t>(header->length));
  return change_to(Phase::sniff);
}

ClientStream::Step ClientStream::sniff() {
  hold_fed();
  switch (stun::classify_stream(held_)) {
    case stun::StreamKind::undecided: return {};
    case stun::StreamKind::tls:
      if (policy_->tls && settings_) return begin_tls();
      break;
    case stun::StreamKind::turn:
      if (policy_->plain_turn) return change_to(Phase::turn);
      break;
    case stun::StreamKind::http:
      if (policy_->plain_http) return change_to(Phase::http);
      break;
    case stun::StreamKind::other:
      // Where nothing else is spoken, HTTP itself says what is wrong with it.
      if (policy_->plain_http && !policy_->plain_turn && !policy_->tls) return change_to(Phase::http);
      break;
  }
  return end(StreamEnd::not_spoken);
}

ClientStream::Step ClientStream::begin_tls() {
  auto engine = net::TlsEngine::accept(settings_);
  if (!engine) return end(StreamEnd::no_memory);
  tls_.emplace(std::move(*engine));
  settings_.reset();
  return change_to(Phase::handshake);
}

std::optional<ClientStream::Step> ClientStream::decide_inside(stun::StreamKind kind) noexcept {
  switch (kind) {
    case stun::StreamKind::undecided: return std::nullopt;
    case stun::StreamKind::turn:
      if (policy_->tls_turn) return change_to(Phase::turn);
      break;
    case stun::StreamKind::http:
      if (policy_->tls_http) return change_to(Phase::http);
      break;
    case stun::StreamKind::tls: break;
    case stun::StreamKind::other:
      if (policy_->tls_http && !policy_->tls_turn) return change_to(Phase::http);
      break;
  }
  return end(StreamEnd::not_spoken);
}

std::optional<ClientStream::Step> ClientStream::sniff_inside(ByteSpan plain) {
  append(inner_held_, plain);
  return decide_inside(stun::classify_stream(inner_held_));
}

bool ClientStream::take_outer(ByteSpan& out) noexcept {
  if (!held_.empty()) {
    outer_ = std::exchange(held_, {});
    out = outer_;
    return true;
  }
  out = std::exchange(fed_, {});
  return !out.empty();
}

std::optional<ClientStream::Step> ClientStream::pull(MutableByteSpan scratch, net::ByteSink& wire) {
  // While it is not known what is inside, inner_held_ collects and is nobody's yet.
  if (!inner_held_.empty() && (phase_ == Phase::turn || phase_ == Phase::data)) {
    inner_ = std::exchange(inner_held_, {});
    plain_ = inner_;
    return std::nullopt;
  }
  if (tls_) return pull_tls(scratch, wire);
  if (take_outer(plain_)) return std::nullopt;
  return Step{};
}

std::optional<ClientStream::Step> ClientStream::pull_tls(MutableByteSpan scratch, net::ByteSink& wire) {
  for (;;) {
    const std::size_t count = tls_->read(scratch, wire);
    if (phase_ == Phase::handshake && tls_->state() != net::TlsEngine::State::handshaking &&
        tls_->state() != net::TlsEngine::State::failed) {
      append(inner_held_, scratch.first(count));
      phase_ = Phase::sniff_tls;
      if (is_stun_protocol(tls_->alpn())) return decide_inside(stun::StreamKind::turn);
      if (!tls_->alpn().empty()) return decide_inside(stun::StreamKind::http);
      const auto decided = decide_inside(stun::classify_stream(inner_held_));
      return decided ? decided : change_to(Phase::sniff_tls);
    }
    if (count > 0) {
      plain_ = scratch.first(count);
      return std::nullopt;
    }
    if (tls_->state() == net::TlsEngine::State::failed) {
      return end(phase_ == Phase::handshake ? StreamEnd::handshake_failed : StreamEnd::reset);
    }
    if (tls_->state() == net::TlsEngine::State::closed) return end(StreamEnd::closed_by_client);
    ByteSpan more;
    if (!take_outer(more)) return Step{};
    tls_->feed(more);
  }
}

bool ClientStream::write(ByteSpan bytes, net::ByteSink& wire) noexcept {
  if (tls_) return tls_->write(bytes, wire);
  wire.write(bytes);
  return true;
}

void ClientStream::close(net::ByteSink& wire) noexcept {
  if (tls_) tls_->close(wire);
}

void ClientStream::start_data() {
  Bytes rest = framer_.take_rest();
  append(rest, inner_held_);
  inner_held_ = std::move(rest);
  phase_ = Phase::data;
}

void ClientStream::own_pending(MutableByteSpan scratch, net::ByteSink& wire) {
  Bytes rest = framer_.take_rest();
  append(rest, inner_held_);
  inner_held_ = std::move(rest);
  if (!tls_) {
    append(inner_held_, held_);
    append(inner_held_, fed_);
    held_.clear();
    fed_ = {};
    return;
  }
  // Bounded by what was fed, a socket's read at most.
  for (;;) {
    const std::size_t count = tls_->read(scratch, wire);
    append(inner_held_, scratch.first(count));
    if (count > 0) continue;
    ByteSpan more;
    if (!take_outer(more)) return;
    tls_->feed(more);
  }
}

}  // namespace turnpike::server
