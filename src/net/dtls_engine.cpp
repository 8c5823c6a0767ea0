#include "turnpike/net/dtls_engine.hpp"

#include <sys/time.h>

#include <algorithm>
#include <array>
#include <new>
#include <utility>

#include "net/dtls_records.hpp"
#include "net/openssl_errors.hpp"
#include "net/openssl_session.hpp"
#include "net/tls_client.hpp"
#include "net/tls_peer.hpp"
#include "net/tls_state.hpp"

namespace turnpike::net {

using boost::system::errc::make_error_code;
using boost::system::errc::not_enough_memory;

namespace {

// What every IPv6 link carries (RFC 8200 section 5), less the headers of IPv6 and UDP. Paths are not measured:
// handshakes are rare, and one that fits everywhere always gets through.
constexpr long kHandshakeMtu = 1280 - 40 - 8;

// The longest a client can have to send here is its ClientKeyExchange, of some 150 bytes. OpenSSL would reserve what a
// fragment declares, up to 100 KB each for ten messages ahead of their turn.
constexpr std::size_t kMaxClientMessageSize = 1024;

// A Finished takes 61 bytes at most with our ciphers.
constexpr std::size_t kMaxEarlyRecordSize = 128;

}  // namespace

/// The wire's input is one record.
struct DtlsEngine::Session : OpensslSession {
  DtlsRecordReader records;  // what is left of the datagram
  std::uint8_t early_size = 0;
  std::array<std::uint8_t, kMaxEarlyRecordSize> early{};  // a Finished that overtook its ChangeCipherSpec

  static std::unique_ptr<Session> make(std::shared_ptr<const TlsSettings> settings, SslHandle ssl);

  [[nodiscard]] bool is_server() const noexcept { return settings != nullptr; }
  [[nodiscard]] bool take_record() noexcept;
  [[nodiscard]] bool may_see(const DtlsRecord& record) noexcept;
  [[nodiscard]] bool is_read_protected() const noexcept;
};

namespace {

/// Lends the sink to the BIO for as long as a call lasts. Begins and ends with an empty error queue, and with none of
/// OpenSSL's two buffers of 17 KB, which it would keep for as long as a datagram association lives
/// (SSL_MODE_RELEASE_BUFFERS is for streams only).
class Call {
 public:
  Call(TlsWire& wire, SSL* ssl, ByteSink& sink) noexcept : wire_(wire), ssl_(ssl) {
    wire_.output = &sink;
    is_ready_ = SSL_alloc_buffers(ssl_) == 1;
    OpensslErrors::clear();
  }
  Call(const Call&) = delete;
  Call& operator=(const Call&) = delete;
  ~Call() {
    wire_.output = nullptr;
    // With a record read in part, OpenSSL still points into the buffer.
    if (SSL_has_pending(ssl_) == 0) SSL_free_buffers(ssl_);
  }
  /// False: there is no memory for the buffers.
  [[nodiscard]] bool is_ready() const noexcept { return is_ready_; }

 private:
  OpensslErrors errors_;
  TlsWire& wire_;
  SSL* ssl_;
  bool is_ready_ = false;
};

}  // namespace

std::unique_ptr<DtlsEngine::Session> DtlsEngine::Session::make(std::shared_ptr<const TlsSettings> settings,
                                                               SslHandle ssl) {
  auto session = std::make_unique<Session>();
  if (!session->attach(std::move(settings), std::move(ssl))) return nullptr;
  SSL_set_options(session->ssl.get(), SSL_OP_NO_QUERY_MTU);
  SSL_set_mtu(session->ssl.get(), kHandshakeMtu);
  return session;
}

/// Whether the other side's ChangeCipherSpec has come.
bool DtlsEngine::Session::is_read_protected() const noexcept {
  const OSSL_HANDSHAKE_STATE at = SSL_get_state(ssl.get());
  return at == TLS_ST_SR_CHANGE || at == TLS_ST_CR_CHANGE || SSL_is_init_finished(ssl.get()) == 1;
}

/// Who can send a datagram can write anything into a record of epoch 0, so an open association takes none of them: no
/// hello, no alert, nothing (RFC 6347 section 4.1.2.7 for alerts). OpenSSL passes over later ones that do not
/// authenticate.
bool DtlsEngine::Session::may_see(const DtlsRecord& record) noexcept {
  // Without renegotiation there is no epoch 2; OpenSSL would keep records of it as it does early ones, see below.
  if (record.epoch > 1) return false;
  if (state == State::open) return record.epoch == 1;
  if (record.epoch == 0) {
    switch (record.type) {
      case DtlsContentType::alert:
      case DtlsContentType::change_cipher_spec: return true;
      case DtlsContentType::handshake: return !is_server() || handshake_message_size(record) <= kMaxClientMessageSize;
      default: return false;
    }
  }
  if (is_read_protected()) return true;
  // OpenSSL would keep up to a hundred records that come before the keys, at 17 KB each. Only a Finished is worth it.
  if (record.type == DtlsContentType::handshake && record.bytes.size() <= early.size()) {
    std::copy(record.bytes.begin(), record.bytes.end(), early.begin());
    early_size = static_cast<std::uint8_t>(record.bytes.size());
  }
  return false;
}

/// Makes the next record that may be seen OpenSSL's input. False: there is none left.
bool DtlsEngine::Session::take_record() noexcept {
  if (early_size != 0 && is_read_protected()) {
    wire.input = ByteSpan{early}.first(std::exchange(early_size, std::uint8_t{0}));
    return true;
  }
  while (const auto record = records.next()) {
    if (!may_see(*record)) continue;
    wire.input = record->bytes;
    return true;
  }
  return false;
}

Result<DtlsEngine> DtlsEngine::accept(std::shared_ptr<const TlsSettings> settings, ByteSpan client_hello,
                                      ByteSink& wire) noexcept {
  const OpensslErrors errors;
  try {
    SslHandle ssl{SSL_new(settings->state().datagram.get())};
    if (!ssl) return make_error_code(not_enough_memory);
    SSL_set_accept_state(ssl.get());
    auto session = Session::make(std::move(settings), std::move(ssl));
    const std::unique_ptr<BIO_ADDR, FreeOpenssl<BIO_ADDR_free>> nowhere{BIO_ADDR_new()};
    if (!session || !nowhere) return make_error_code(not_enough_memory);
    const Call call{session->wire, session->ssl.get(), wire};
    DtlsRecordReader hello{client_hello};
    if (const auto record = hello.next()) session->wire.input = record->bytes;
    // OpenSSL begins to count messages where it would had it sent the HelloVerifyRequest itself.
    if (DTLSv1_listen(session->ssl.get(), nowhere.get()) == 1) {
      session->shake_hands();
    } else {
      session->fail();
    }
    return DtlsEngine{std::move(session)};
  } catch (const std::bad_alloc&) {
    return make_error_code(not_enough_memory);
  }
}

Result<DtlsEngine> DtlsEngine::connect(const TlsClientOptions& options, ByteSink& wire) noexcept {
  const OpensslErrors errors;
  try {
    auto ssl = new_client_ssl(options, TlsMedium::datagram);
    if (!ssl) return ssl.error();
    auto session = Session::make(nullptr, *std::move(ssl));
    if (!session) return make_error_code(not_enough_memory);
    const Call call{session->wire, session->ssl.get(), wire};
    session->shake_hands();
    return DtlsEngine{std::move(session)};
  } catch (const std::bad_alloc&) {
    return make_error_code(not_enough_memory);
  }
}

DtlsEngine::DtlsEngine(std::unique_ptr<Session> session) noexcept : session_(std::move(session)) {}
DtlsEngine::DtlsEngine(DtlsEngine&&) noexcept = default;
DtlsEngine& DtlsEngine::operator=(DtlsEngine&&) noexcept = default;
DtlsEngine::~DtlsEngine() = default;

void DtlsEngine::feed(ByteSpan datagram) noexcept {
  if (!session_->is_over()) session_->records = DtlsRecordReader{datagram};
}

std::size_t DtlsEngine::read(MutableByteSpan plain, ByteSink& wire) noexcept {
  Session& session = *session_;
  if (session.is_over() || plain.empty()) return 0;
  // First what is left of a record that was larger than `plain`; each further round uses up a record.
  bool more = SSL_has_pending(session.ssl.get()) == 1 || session.take_record();
  if (!more) return 0;
  const Call call{session.wire, session.ssl.get(), wire};
  if (!call.is_ready()) return 0;
  for (; more; more = session.take_record()) {
    OpensslErrors::clear();
    if (session.state == State::handshaking) session.shake_hands();
    const std::size_t count = session.state == State::open ? session.decrypt(plain) : 0;
    if (count != 0) return count;
    if (session.is_over()) return 0;
    session.wire.input = {};
  }
  return 0;
}

bool DtlsEngine::write(ByteSpan plain, ByteSink& wire) noexcept {
  Session& session = *session_;
  if (!session.may_write() || plain.size() > SSL3_RT_MAX_PLAIN_LENGTH) return false;
  if (plain.empty()) return true;
  const Call call{session.wire, session.ssl.get(), wire};
  return call.is_ready() && session.encrypt(plain);
}

void DtlsEngine::close(ByteSink& wire) noexcept {
  Session& session = *session_;
  if (!session.may_say_goodbye()) return;
  session.is_write_closed = true;
  const Call call{session.wire, session.ssl.get(), wire};
  if (call.is_ready()) SSL_shutdown(session.ssl.get());
}

// OpenSSL goes by the wall clock here. When that is set back, a handshake waits for its repetition for too long; the
// timeout of handshakes goes by the monotonic clock and ends it.
std::optional<Duration> DtlsEngine::time_to_retransmission() const noexcept {
  timeval left{};
  if (session_->state != State::handshaking || DTLSv1_get_timeout(session_->ssl.get(), &left) != 1) return std::nullopt;
  return Seconds{left.tv_sec} + std::chrono::microseconds{left.tv_usec};
}

void DtlsEngine::on_timeout(ByteSink& wire) noexcept {
  Session& session = *session_;
  if (session.state != State::handshaking) return;
  const Call call{session.wire, session.ssl.get(), wire};
  if (call.is_ready() && DTLSv1_handle_timeout(session.ssl.get()) < 0) session.fail();
}

DtlsEngine::State DtlsEngine::state() const noexcept { return session_->state; }
TlsFailure DtlsEngine::failure() const noexcept { return session_->failure; }

std::string_view DtlsEngine::alpn() const noexcept { return session_->alpn(); }
std::optional<PeerCertificate> DtlsEngine::peer_certificate() const { return peer_certificate_of(session_->ssl.get()); }

}  // namespace turnpike::net
