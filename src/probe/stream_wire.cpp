#include "probe/stream_wire.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/write.hpp>

#include "probe/asio_endpoint.hpp"

namespace turnpike::probe {
namespace {

namespace asio = boost::asio;
using Tcp = asio::ip::tcp;

constexpr std::size_t kMaxMessage = 65559;

}  // namespace

StreamWire::StreamWire(EventLoop& loop, std::optional<net::TlsClientOptions> tls)
    : socket_(loop.context()), options_(std::move(tls)), framer_(kMaxMessage) {}

void StreamWire::start(const Endpoint& server) {
  socket_.async_connect(to_asio_endpoint<Tcp>(server),
                        [self = shared_from_this()](const error_code& error) { self->on_connected(error); });
}

void StreamWire::on_connected(const error_code& error) {
  if (state_ == WireState::over) return;
  if (error) return end(reason_of(error));
  error_code ignored;
  socket_.set_option(Tcp::no_delay{true}, ignored);
  if (!options_) {
    state_ = WireState::open;
    return read();
  }
  state_ = WireState::handshaking;
  auto engine = net::TlsEngine::connect(*options_);
  if (!engine) return end(Reason::tls_mismatch);
  engine_.emplace(*std::move(engine));
  plain_.resize(kReadSize);
  take_ciphertext({});
  read();
}

void StreamWire::read() {
  socket_.async_read_some(
      asio::buffer(incoming_),
      [self = shared_from_this()](const error_code& error, std::size_t count) { self->on_read(error, count); });
}

void StreamWire::on_read(const error_code& error, std::size_t count) {
  if (state_ == WireState::over) return;
  if (error) return end(Reason::hung_up);
  const ByteSpan bytes = ByteSpan{incoming_}.first(count);
  if (engine_) {
    take_ciphertext(bytes);
  } else {
    take_plaintext(bytes);
  }
  if (state_ != WireState::over) read();
}

void StreamWire::take_ciphertext(ByteSpan bytes) {
  engine_->feed(bytes);
  for (std::size_t count = engine_->read(plain_, *this); count != 0; count = engine_->read(plain_, *this)) {
    look_at_engine();
    take_plaintext(ByteSpan{plain_}.first(count));
  }
  look_at_engine();
}

void StreamWire::look_at_engine() {
  if (state_ == WireState::handshaking && engine_->state() == net::TlsEngine::State::open) {
    tls_version_ = engine_->version();
    certificate_ = engine_->peer_certificate();
    state_ = WireState::open;
  }
  if (engine_->state() == net::TlsEngine::State::closed) end(Reason::hung_up);
  if (engine_->state() == net::TlsEngine::State::failed) end(reason_of(engine_->failure()));
}

void StreamWire::take_plaintext(ByteSpan bytes) {
  if (on_bytes) return on_bytes(bytes);
  framer_.feed(bytes);
  while (const auto message = framer_.next()) {
    if (on_message) on_message(*message);
  }
  if (framer_.is_broken()) end(Reason::not_turn);
}

void StreamWire::send(ByteSpan message) {
  if (state_ != WireState::open) return;
  if (engine_) {
    engine_->write(message, *this);
  } else {
    write(message);
  }
}

void StreamWire::write(ByteSpan bytes) noexcept {
  waiting_.insert(waiting_.end(), bytes.begin(), bytes.end());
  if (leaving_.empty()) flush();
}

void StreamWire::flush() {
  leaving_.swap(waiting_);
  if (leaving_.empty()) return;
  asio::async_write(socket_, asio::buffer(leaving_),
                    [self = shared_from_this()](const error_code& error, std::size_t /*count*/) {
                      self->leaving_.clear();
                      // What the other side has said before it hung up is still to be read.
                      if (!error) self->flush();
                    });
}

void StreamWire::close() {
  if (engine_ && state_ == WireState::open) engine_->close(*this);
  end(trouble_);
  on_message = nullptr;
  on_bytes = nullptr;
  error_code ignored;
  socket_.close(ignored);
}

Endpoint StreamWire::local() const {
  error_code error;
  const auto endpoint = socket_.local_endpoint(error);
  return error ? Endpoint{} : from_asio(endpoint);
}

}  // namespace turnpike::probe
