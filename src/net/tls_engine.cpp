#include "turnpike/net/tls_engine.hpp"

#include <algorithm>
#include <new>
#include <utility>

#include "net/openssl_errors.hpp"
#include "net/openssl_session.hpp"
#include "net/tls_client.hpp"
#include "net/tls_peer.hpp"
#include "net/tls_state.hpp"

namespace turnpike::net {

using boost::system::errc::make_error_code;
using boost::system::errc::not_enough_memory;

struct TlsEngine::Session : OpensslSession {};

namespace {

/// Lends the sink to the BIO for as long as a call lasts. Begins and ends with an empty error queue.
class Call {
 public:
  Call(TlsWire& wire, ByteSink& sink) noexcept : wire_(wire) { wire_.output = &sink; }
  Call(const Call&) = delete;
  Call& operator=(const Call&) = delete;
  ~Call() { wire_.output = nullptr; }

 private:
  OpensslErrors errors_;
  TlsWire& wire_;
};

}  // namespace

Result<TlsEngine> TlsEngine::accept(std::shared_ptr<const TlsSettings> settings) noexcept {
  const OpensslErrors errors;
  try {
    SslHandle ssl{SSL_new(settings->state().stream.get())};
    if (!ssl) return make_error_code(not_enough_memory);
    SSL_set_accept_state(ssl.get());
    auto session = std::make_unique<Session>();
    if (!session->attach(std::move(settings), std::move(ssl))) return make_error_code(not_enough_memory);
    return TlsEngine{std::move(session)};
  } catch (const std::bad_alloc&) {
    return make_error_code(not_enough_memory);
  }
}

Result<TlsEngine> TlsEngine::connect(const TlsClientOptions& options) noexcept {
  const OpensslErrors errors;
  try {
    auto ssl = new_client_ssl(options, TlsMedium::stream);
    if (!ssl) return ssl.error();
    auto session = std::make_unique<Session>();
    if (!session->attach(nullptr, *std::move(ssl))) return make_error_code(not_enough_memory);
    return TlsEngine{std::move(session)};
  } catch (const std::bad_alloc&) {
    return make_error_code(not_enough_memory);
  }
}

TlsEngine::TlsEngine(std::unique_ptr<Session> session) noexcept : session_(std::move(session)) {}
TlsEngine::TlsEngine(TlsEngine&&) noexcept = default;
TlsEngine& TlsEngine::operator=(TlsEngine&&) noexcept = default;
TlsEngine::~TlsEngine() = default;

void TlsEngine::feed(ByteSpan wire) noexcept {
  if (!session_->is_over()) session_->wire.input = wire;
}

std::size_t TlsEngine::read(MutableByteSpan plain, ByteSink& wire) noexcept {
  Session& session = *session_;
  const Call call{session.wire, wire};
  if (session.state == State::handshaking) session.shake_hands();
  if (session.state != State::open || plain.empty()) return 0;
  OpensslErrors::clear();
  return session.decrypt(plain);
}

bool TlsEngine::write(ByteSpan plain, ByteSink& wire) noexcept {
  Session& session = *session_;
  if (!session.may_write()) return false;
  const Call call{session.wire, wire};
  while (!plain.empty()) {
    const ByteSpan record = plain.first(std::min<std::size_t>(plain.size(), SSL3_RT_MAX_PLAIN_LENGTH));
    OpensslErrors::clear();
    if (!session.encrypt(record)) return false;
    plain = plain.subspan(record.size());
  }
  return true;
}

void TlsEngine::close(ByteSink& wire) noexcept {
  Session& session = *session_;
  if (!session.may_say_goodbye()) return;
  session.is_write_closed = true;
  const Call call{session.wire, wire};
  SSL_shutdown(session.ssl.get());
}

TlsEngine::State TlsEngine::state() const noexcept { return session_->state; }
TlsFailure TlsEngine::failure() const noexcept { return session_->failure; }

std::string_view TlsEngine::alpn() const noexcept { return session_->alpn(); }
std::string_view TlsEngine::version() const noexcept { return SSL_get_version(session_->ssl.get()); }
bool TlsEngine::is_resumed() const noexcept { return SSL_session_reused(session_->ssl.get()) == 1; }
std::optional<PeerCertificate> TlsEngine::peer_certificate() const { return peer_certificate_of(session_->ssl.get()); }

}  // namespace turnpike::net
