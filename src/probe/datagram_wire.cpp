#include "probe/datagram_wire.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>

#include "probe/asio_endpoint.hpp"

namespace turnpike::probe {
namespace {

namespace asio = boost::asio;
using Udp = asio::ip::udp;

}  // namespace

DatagramWire::DatagramWire(EventLoop& loop, std::optional<net::TlsClientOptions> dtls)
    : socket_(loop.context()), timer_(loop.context()), options_(std::move(dtls)), incoming_(kReadSize) {}

void DatagramWire::start(const Endpoint& server) {
  error_code error;
  const auto place = to_asio_endpoint<Udp>(server);
  socket_.open(place.protocol(), error);
  if (!error) socket_.connect(place, error);
  if (error) return end(reason_of(error));
  read();
  if (options_) return begin_handshake();
  state_ = WireState::open;
}

void DatagramWire::begin_handshake() {
  state_ = WireState::handshaking;
  plain_.resize(kReadSize);
  auto engine = net::DtlsEngine::connect(*options_, *this);
  if (!engine) return end(Reason::tls_mismatch);
  engine_.emplace(*std::move(engine));
  wait_for_repetition();
}

void DatagramWire::wait_for_repetition() {
  const auto left = engine_->time_to_retransmission();
  if (!left) {
    timer_.cancel();
    return;
  }
  timer_.expires_after(*left);
  timer_.async_wait([self = shared_from_this()](const error_code& error) {
    if (error || self->state_ != WireState::handshaking) return;
    self->engine_->on_timeout(*self);
    self->look_at_engine();
    if (self->state_ == WireState::handshaking) self->wait_for_repetition();
  });
}

void DatagramWire::read() {
  socket_.async_receive(
      asio::buffer(incoming_),
      [self = shared_from_this()](const error_code& error, std::size_t count) { self->on_read(error, count); });
}

void DatagramWire::on_read(const error_code& error, std::size_t count) {
  if (state_ == WireState::over || error == asio::error::operation_aborted) return;
  if (error) {
    // An ICMP error. It may be gone with the next try, so the wire goes on.
    trouble_ = reason_of(error);
  } else if (engine_) {
    take_ciphertext(ByteSpan{incoming_}.first(count));
  } else if (on_message) {
    on_message(ByteSpan{incoming_}.first(count));
  }
  if (state_ != WireState::over) read();
}

void DatagramWire::take_ciphertext(ByteSpan datagram) {
  engine_->feed(datagram);
  for (std::size_t count = engine_->read(plain_, *this); count != 0; count = engine_->read(plain_, *this)) {
    look_at_engine();
    if (on_message) on_message(ByteSpan{plain_}.first(count));
  }
  look_at_engine();
  if (state_ == WireState::handshaking) wait_for_repetition();
}

void DatagramWire::look_at_engine() {
  if (state_ == WireState::handshaking && engine_->state() == net::DtlsEngine::State::open) {
    tls_version_ = "DTLSv1.2";
    certificate_ = engine_->peer_certificate();
    state_ = WireState::open;
    timer_.cancel();
  }
  if (engine_->state() == net::DtlsEngine::State::closed) end(Reason::hung_up);
  if (engine_->state() == net::DtlsEngine::State::failed) end(reason_of(engine_->failure()));
}

void DatagramWire::send(ByteSpan message) {
  if (state_ != WireState::open) return;
  if (engine_) {
    engine_->write(message, *this);
  } else {
    write(message);
  }
}

void DatagramWire::write(ByteSpan bytes) noexcept {
  error_code error;
  socket_.send(asio::buffer(bytes.data(), bytes.size()), 0, error);
  // The socket's pending ICMP error comes out of whatever is called next.
  if (error && error != asio::error::would_block) trouble_ = reason_of(error);
}

void DatagramWire::close() {
  if (engine_ && state_ == WireState::open) engine_->close(*this);
  end(trouble_);
  on_message = nullptr;
  timer_.cancel();
  error_code ignored;
  socket_.close(ignored);
}

Endpoint DatagramWire::local() const {
  error_code error;
  const auto endpoint = socket_.local_endpoint(error);
  return error ? Endpoint{} : from_asio(endpoint);
}

}  // namespace turnpike::probe
