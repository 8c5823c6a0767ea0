#include "control/stream_state.hpp"

#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include <boost/asio/append.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>

#include "control/vector_sink.hpp"

namespace turnpike::control {
namespace {

using boost::asio::generic::stream_protocol;

// A client that makes the engine answer (RFC 8446 section 4.6.3, KeyUpdate) and does not read the answers ends here.
constexpr std::size_t kMaxOutgoing = 262144;
constexpr std::size_t kMaxDiscarded = 262144;
constexpr std::size_t kWireSpace = 4096;

error_code last_error() noexcept { return {errno, boost::system::system_category()}; }

// Not by assigning an empty one, which keeps the memory: there are thousands of idle streams.
void let_go(std::vector<std::uint8_t>& bytes) noexcept { std::vector<std::uint8_t>().swap(bytes); }

bool would_block() noexcept { return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR; }

}  // namespace

Result<stream_protocol> find_protocol(const net::FileDescriptor& socket) noexcept {
  sockaddr_storage local{};
  socklen_t length = sizeof(local);
  // sockaddr_storage is made to be passed as sockaddr.
  if (::getsockname(socket.get(), reinterpret_cast<sockaddr*>(&local), &length) != 0) {  // NOLINT(*-reinterpret-cast)
    return {boost::system::in_place_error, errno, boost::system::system_category()};
  }
  return stream_protocol(local.ss_family, 0);
}

EngineStream::State::State(boost::asio::io_context& loop, std::optional<net::TlsEngine> engine)
    : socket(loop), tls(std::move(engine)), flushed_(loop) {}

void EngineStream::State::read(MutableByteSpan into, TransferHandler handler) {
  const std::size_t held = std::min(into.size(), received.size() - received_used);
  if (held == 0) return tls ? read_tls(into, std::move(handler)) : read_plain(into, std::move(handler));
  std::copy_n(received.begin() + static_cast<std::ptrdiff_t>(received_used), held, into.begin());
  received_used += held;
  if (received_used == received.size()) {
    let_go(received);
    received_used = 0;
  }
  complete(std::move(handler), {}, held);
}

void EngineStream::State::read_plain(MutableByteSpan into, TransferHandler handler) {
  socket.async_read_some(
      boost::asio::buffer(into.data(), into.size()),
      [self = shared_from_this(), handler = std::move(handler)](error_code error, std::size_t size) mutable {
        self->complete(std::move(handler), error, size);
      });
}

void EngineStream::State::read_tls(MutableByteSpan into, TransferHandler handler) {
  VectorSink sink(outgoing);
  const std::size_t size = tls->read(into, sink);
  start_flush();
  if (size > 0) return complete(std::move(handler), {}, size);
  if (const error_code end = tls_end()) return complete(std::move(handler), end, 0);
  if (outgoing.size() > kMaxOutgoing) return complete(std::move(handler), boost::asio::error::no_buffer_space, 0);
  socket.async_read_some(wire_space(), [self = shared_from_this(), into, handler = std::move(handler)](
                                           error_code error, std::size_t count) mutable {
    if (error) return self->complete(std::move(handler), error, 0);
    self->tls->feed(ByteSpan(self->wire_).first(count));
    self->read_tls(into, std::move(handler));
  });
}

error_code EngineStream::State::tls_end() const noexcept {
  if (tls->state() == net::TlsEngine::State::closed) return boost::asio::error::eof;
  if (tls->state() == net::TlsEngine::State::failed) return boost::asio::error::connection_aborted;
  return {};
}

boost::asio::mutable_buffer EngineStream::State::wire_space() {
  wire_.resize(kWireSpace);
  return boost::asio::buffer(wire_);
}

void EngineStream::State::wait_readable(WaitHandler handler) {
  socket.async_wait(stream_protocol::socket::wait_read, std::move(handler));
}

error_code EngineStream::State::receive(MutableByteSpan scratch, net::ByteSink& plain) {
  if (!received.empty()) plain.write(ByteSpan(received).subspan(received_used));
  let_go(received);
  received_used = 0;
  error_code error;
  if (!tls) {
    const std::size_t size = receive_now(scratch, error);
    plain.write(scratch.first(size));
    return error;
  }
  const MutableByteSpan wire = scratch.first(scratch.size() / 2);
  const MutableByteSpan decrypted = scratch.subspan(wire.size());
  decrypt(decrypted, plain);  // what an async_read_some had fed already
  let_go(wire_);
  tls->feed(wire.first(receive_now(wire, error)));
  decrypt(decrypted, plain);
  start_flush();
  const error_code end = tls_end();
  return end ? end : error;
}

void EngineStream::State::decrypt(MutableByteSpan scratch, net::ByteSink& plain) {
  VectorSink sink(outgoing);
  while (const std::size_t size = tls->read(scratch, sink)) plain.write(scratch.first(size));
}

std::size_t EngineStream::State::receive_now(MutableByteSpan into, error_code& error) noexcept {
  const ssize_t size = ::recv(socket.native_handle(), into.data(), into.size(), MSG_DONTWAIT);
  if (size > 0) return static_cast<std::size_t>(size);
  if (size == 0) error = boost::asio::error::eof;
  if (size < 0 && !would_block()) error = last_error();
  return 0;
}

void EngineStream::State::send(ByteSpan plain) {
  if (write_error) return;
  if (!tls && sending.empty()) plain = plain.subspan(send_now(plain));  // mostly all: then nothing is kept
  if (plain.empty() || write_error) return;
  append(plain);
  start_flush();
}

void EngineStream::State::append(ByteSpan plain) {
  VectorSink sink(outgoing);
  if (!tls) return sink.write(plain);
  if (!plain.empty() && !tls->write(plain, sink) && !write_error) write_error = boost::asio::error::broken_pipe;
}

void EngineStream::State::flush(std::size_t size, TransferHandler handler) {
  start_flush();
  wait_until_flushed(size, std::move(handler));
}

void EngineStream::State::start_flush() {
  if (!sending.empty() || outgoing.empty() || write_error) return;
  std::swap(outgoing, sending);
  sent = send_now(sending);
  if (sent < sending.size()) return send_rest();
  let_go(sending);
  sent = 0;
}

std::size_t EngineStream::State::send_now(ByteSpan wire) noexcept {
  if (wire.empty() || write_error) return 0;
  const ssize_t size = ::send(socket.native_handle(), wire.data(), wire.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
  if (size >= 0) return static_cast<std::size_t>(size);
  if (!would_block()) fail(last_error());
  return 0;
}

void EngineStream::State::send_rest() {
  const auto rest = boost::asio::buffer(sending) + sent;
  socket.async_write_some(rest, [self = shared_from_this()](error_code error, std::size_t size) {
    self->sent += size;
    if (error) self->fail(error);
    if (!error && self->sent < self->sending.size()) return self->send_rest();
    let_go(self->sending);
    self->sent = 0;
    self->start_flush();
    if (self->sending.empty()) self->flushed_.cancel();
  });
}

void EngineStream::State::fail(error_code error) noexcept {
  if (!write_error) write_error = error;
  let_go(outgoing);
}

void EngineStream::State::wait_until_flushed(std::size_t size, TransferHandler handler) {
  const bool over = write_error || sending.empty();
  flushed_.expires_at(over ? boost::asio::steady_timer::time_point::min()
                           : boost::asio::steady_timer::time_point::max());
  flushed_.async_wait([self = shared_from_this(), size, handler = std::move(handler)](error_code) mutable {
    if (!self->write_error && !self->sending.empty()) return self->wait_until_flushed(size, std::move(handler));
    self->complete(std::move(handler), self->write_error, self->write_error ? 0 : size);
  });
}

void EngineStream::State::shutdown(ShutdownHandler handler) {
  error_code ignored;
  if (sending.empty()) socket.cancel(ignored);  // it would end a write as well
  VectorSink sink(outgoing);
  if (tls) tls->close(sink);
  flush(0, TransferHandler(
               [self = shared_from_this(), handler = std::move(handler)](error_code error, std::size_t) mutable {
                 if (!error) self->socket.shutdown(boost::asio::socket_base::shutdown_send, error);
                 if (error) return self->complete(std::move(handler), error);
                 self->discard(std::move(handler), kMaxDiscarded);
               }));
}

void EngineStream::State::discard(ShutdownHandler handler, std::size_t budget) {
  socket.async_read_some(wire_space(), [self = shared_from_this(), handler = std::move(handler), budget](
                                           error_code error, std::size_t size) mutable {
    if (error == boost::asio::error::eof) return self->complete(std::move(handler), {});
    if (error || size >= budget) return self->complete(std::move(handler), error);
    self->discard(std::move(handler), budget - size);
  });
}

void EngineStream::State::close() noexcept {
  error_code ignored;
  socket.close(ignored);
  fail(boost::asio::error::operation_aborted);
  flushed_.cancel();
}

// Always by way of the loop: a handler never runs inside the call that began its operation.
void EngineStream::State::complete(TransferHandler handler, error_code error, std::size_t size) {
  boost::asio::post(socket.get_executor(), boost::asio::append(std::move(handler), error, size));
}

void EngineStream::State::complete(ShutdownHandler handler, error_code error) {
  boost::asio::post(socket.get_executor(), boost::asio::append(std::move(handler), error));
}

}  // namespace turnpike::control
