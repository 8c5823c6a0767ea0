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
    received = {};
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
  if (tls->state() == net::TlsEngine::State::closed) return complete(std::move(handler), boost::asio::error::eof, 0);
  if (tls->state() == net::TlsEngine::State::failed) {
    return complete(std::move(handler), boost::asio::error::connection_aborted, 0);
  }
  if (outgoing.size() > kMaxOutgoing) return complete(std::move(handler), boost::asio::error::no_buffer_space, 0);
  socket.async_read_some(boost::asio::buffer(wire_), [self = shared_from_this(), into, handler = std::move(handler)](
                                                         error_code error, std::size_t count) mutable {
    if (error) return self->complete(std::move(handler), error, 0);
    self->tls->feed(ByteSpan(self->wire_).first(count));
    self->read_tls(into, std::move(handler));
  });
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
  boost::asio::async_write(socket, boost::asio::buffer(sending),
                           [self = shared_from_this()](error_code error, std::size_t) {
                             self->sending = {};
                             if (error && !self->write_error) self->write_error = error;
                             self->start_flush();
                             if (self->sending.empty()) self->flushed_.cancel();
                           });
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
  socket.cancel(ignored);
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
  socket.async_read_some(boost::asio::buffer(wire_), [self = shared_from_this(), handler = std::move(handler), budget](
                                                         error_code error, std::size_t size) mutable {
    if (error == boost::asio::error::eof) return self->complete(std::move(handler), {});
    if (error || size >= budget) return self->complete(std::move(handler), error);
    self->discard(std::move(handler), budget - size);
  });
}

void EngineStream::State::close() noexcept {
  error_code ignored;
  socket.close(ignored);
  if (!write_error) write_error = boost::asio::error::operation_aborted;
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
