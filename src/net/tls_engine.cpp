#include "turnpike/net/tls_engine.hpp"

#include <algorithm>
#include <new>
#include <utility>

#include "net/openssl_errors.hpp"
#include "net/tls_client.hpp"
#include "net/tls_state.hpp"
#include "net/tls_wire.hpp"

namespace turnpike::net {

using boost::system::errc::make_error_code;
using boost::system::errc::not_enough_memory;

/// Does not move when the engine does: the BIO points into it.
struct TlsEngine::Session {
  std::shared_ptr<const TlsSettings> settings;  // of a server; before ssl, whose callbacks look into it
  TlsWire wire;
  SslHandle ssl;
  State state = State::handshaking;
  TlsFailure failure = TlsFailure::none;
  bool is_write_closed = false;

  void fail() noexcept {
    state = State::failed;
    failure = OpensslErrors::failure();
    wire.input = {};
  }
  /// After a call that did not succeed: whether it only wants more input, or it is over.
  void look_at_error(int result) noexcept {
    switch (SSL_get_error(ssl.get(), result)) {
      case SSL_ERROR_WANT_READ: return;
      case SSL_ERROR_ZERO_RETURN:
        state = State::closed;
        wire.input = {};
        return;
      default: fail();
    }
  }
  void shake_hands() noexcept {
    const int result = SSL_do_handshake(ssl.get());
    if (result == 1) {
      state = State::open;
    } else {
      look_at_error(result);
    }
  }

  static std::unique_ptr<Session> make(std::shared_ptr<const TlsSettings> settings, SslHandle ssl);
};

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

std::unique_ptr<TlsEngine::Session> TlsEngine::Session::make(std::shared_ptr<const TlsSettings> settings,
                                                             SslHandle ssl) {
  auto session = std::make_unique<Session>();
  BioHandle bio = new_wire_bio(session->wire);
  if (!bio || !ssl) return nullptr;
  SSL_set_bio(ssl.get(), bio.get(), bio.get());
  static_cast<void>(bio.release());  // NOLINT(bugprone-unused-return-value): ssl owns it now
  session->settings = std::move(settings);
  session->ssl = std::move(ssl);
  return session;
}

Result<TlsEngine> TlsEngine::accept(std::shared_ptr<const TlsSettings> settings) noexcept {
  const OpensslErrors errors;
  try {
    SslHandle ssl{SSL_new(settings->state().stream.get())};
    if (!ssl) return make_error_code(not_enough_memory);
    SSL_set_accept_state(ssl.get());
    auto session = Session::make(std::move(settings), std::move(ssl));
    if (!session) return make_error_code(not_enough_memory);
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
    auto session = Session::make(nullptr, *std::move(ssl));
    if (!session) return make_error_code(not_enough_memory);
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
  if (session_->state == State::handshaking || session_->state == State::open) session_->wire.input = wire;
}

std::size_t TlsEngine::read(MutableByteSpan plain, ByteSink& wire) noexcept {
  Session& session = *session_;
  const Call call{session.wire, wire};
  if (session.state == State::handshaking) session.shake_hands();
  if (session.state != State::open || plain.empty()) return 0;
  OpensslErrors::clear();
  std::size_t count = 0;
  const int result = SSL_read_ex(session.ssl.get(), plain.data(), plain.size(), &count);
  if (result == 1) return count;
  session.look_at_error(result);
  return 0;
}

bool TlsEngine::write(ByteSpan plain, ByteSink& wire) noexcept {
  Session& session = *session_;
  if (session.state != State::open || session.is_write_closed) return false;
  const Call call{session.wire, wire};
  while (!plain.empty()) {
    const ByteSpan record = plain.first(std::min<std::size_t>(plain.size(), SSL3_RT_MAX_PLAIN_LENGTH));
    std::size_t count = 0;
    OpensslErrors::clear();
    if (SSL_write_ex(session.ssl.get(), record.data(), record.size(), &count) != 1 || count != record.size()) {
      session.fail();
      return false;
    }
    plain = plain.subspan(record.size());
  }
  return true;
}

void TlsEngine::close(ByteSink& wire) noexcept {
  Session& session = *session_;
  if (session.state == State::handshaking || session.state == State::failed || session.is_write_closed) return;
  session.is_write_closed = true;
  const Call call{session.wire, wire};
  SSL_shutdown(session.ssl.get());
}

TlsEngine::State TlsEngine::state() const noexcept { return session_->state; }
TlsFailure TlsEngine::failure() const noexcept { return session_->failure; }

std::string_view TlsEngine::alpn() const noexcept {
  const unsigned char* protocol = nullptr;
  unsigned int length = 0;
  SSL_get0_alpn_selected(session_->ssl.get(), &protocol, &length);
  return as_text({protocol, length});
}

std::string_view TlsEngine::version() const noexcept { return SSL_get_version(session_->ssl.get()); }
bool TlsEngine::is_resumed() const noexcept { return SSL_session_reused(session_->ssl.get()) == 1; }

}  // namespace turnpike::net
