#include "control/engine_stream.hpp"

#include <utility>

#include "control/stream_state.hpp"

namespace turnpike::control {

using boost::asio::generic::stream_protocol;

Result<EngineStream> EngineStream::adopt(boost::asio::io_context& loop, HttpStream stream) {
  const Result<stream_protocol> protocol = find_protocol(stream.socket);
  if (!protocol) return protocol.error();
  auto state = std::make_shared<State>(loop, std::move(stream.tls));
  error_code error;
  state->socket.assign(*protocol, stream.socket.get(), error);
  if (error) return error;
  static_cast<void>(stream.socket.release());
  state->received = std::move(stream.received);
  state->outgoing = std::move(stream.unsent);
  state->start_flush();
  return EngineStream(std::move(state));
}

EngineStream::EngineStream(std::shared_ptr<State> state) noexcept : state_(std::move(state)) {}

EngineStream::~EngineStream() {
  if (state_) state_->close();
}

EngineStream::executor_type EngineStream::get_executor() const noexcept { return state_->socket.get_executor(); }

void EngineStream::read(MutableByteSpan into, TransferHandler handler) { state_->read(into, std::move(handler)); }

void EngineStream::append(ByteSpan plain) { state_->append(plain); }

void EngineStream::flush(std::size_t size, TransferHandler handler) { state_->flush(size, std::move(handler)); }

void EngineStream::wait_readable(WaitHandler handler) { state_->wait_readable(std::move(handler)); }

error_code EngineStream::receive(MutableByteSpan scratch, net::ByteSink& plain) {
  return state_->receive(scratch, plain);
}

void EngineStream::send(ByteSpan plain) { state_->send(plain); }

std::size_t EngineStream::unsent() const noexcept { return state_->unsent(); }

void EngineStream::shutdown(ShutdownHandler handler) { state_->shutdown(std::move(handler)); }

void EngineStream::close() noexcept { state_->close(); }

void EngineStream::abort() noexcept {
  error_code ignored;
  state_->socket.set_option(boost::asio::socket_base::linger(true, 0), ignored);
  state_->close();
}

}  // namespace turnpike::control
