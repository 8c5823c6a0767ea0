#include "net/openssl_session.hpp"

#include <openssl/ssl.h>

#include <utility>

namespace turnpike::net {

bool OpensslSession::attach(std::shared_ptr<const TlsSettings> server_settings, SslHandle handle) noexcept {
  BioHandle bio = new_wire_bio(wire);
  if (!bio || !handle) return false;
  SSL_set_bio(handle.get(), bio.get(), bio.get());
  static_cast<void>(bio.release());  // NOLINT(bugprone-unused-return-value): the SSL owns it now
  settings = std::move(server_settings);
  ssl = std::move(handle);
  return true;
}

void OpensslSession::shake_hands() noexcept {
  const int result = SSL_do_handshake(ssl.get());
  if (result == 1) {
    state = State::open;
  } else {
    look_at_error(result);
  }
}

std::size_t OpensslSession::decrypt(MutableByteSpan plain) noexcept {
  std::size_t count = 0;
  const int result = SSL_read_ex(ssl.get(), plain.data(), plain.size(), &count);
  if (result == 1) return count;
  look_at_error(result);
  return 0;
}

bool OpensslSession::encrypt(ByteSpan record) noexcept {
  std::size_t count = 0;
  if (SSL_write_ex(ssl.get(), record.data(), record.size(), &count) == 1 && count == record.size()) return true;
  fail();
  return false;
}

void OpensslSession::look_at_error(int result) noexcept {
  switch (SSL_get_error(ssl.get(), result)) {
    case SSL_ERROR_WANT_READ: return;
    case SSL_ERROR_ZERO_RETURN: end(State::closed); return;
    default: fail();
  }
}

void OpensslSession::end(State last) noexcept {
  state = last;
  wire.input = {};
}

void OpensslSession::fail() noexcept {
  failure = OpensslErrors::failure();
  end(State::failed);
}

bool OpensslSession::may_say_goodbye() const noexcept {
  return (state == State::open || state == State::closed) && !is_write_closed;
}

std::string_view OpensslSession::alpn() const noexcept {
  const unsigned char* protocol = nullptr;
  unsigned int length = 0;
  SSL_get0_alpn_selected(ssl.get(), &protocol, &length);
  return as_text({protocol, length});
}

}  // namespace turnpike::net
