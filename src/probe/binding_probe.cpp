#include "turnpike/probe/binding_probe.hpp"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include <boost/asio/error.hpp>
#include <boost/asio/ip/udp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include "probe/asio_endpoint.hpp"
#include "turnpike/client/requests.hpp"
#include "turnpike/stun/attribute_values.hpp"
#include "turnpike/stun/message.hpp"
#include "turnpike/stun/message_builder.hpp"

namespace turnpike::probe {
namespace {

namespace asio = boost::asio;
using asio::ip::udp;

constexpr std::size_t kRequestSize = 64;
constexpr std::size_t kAnswerSize = 1500;

std::vector<std::uint8_t> write_request(const stun::TransactionId& id) {
  std::array<std::uint8_t, kRequestSize> buffer{};
  stun::MessageBuilder builder(buffer, stun::Method::binding, stun::MessageClass::request, id);
  const ByteSpan bytes = builder.add_fingerprint().finish();
  return {bytes.begin(), bytes.end()};
}

std::optional<Endpoint> read_mapped(const stun::MessageView& message) {
  if (const auto xored = message.find(stun::AttributeType::xor_mapped_address)) {
    return stun::read_xor_address(xored->value, message.transaction_id());
  }
  if (const auto plain = message.find(stun::AttributeType::mapped_address)) return stun::read_address(plain->value);
  return std::nullopt;
}

/// What a datagram says to the request `id`; nothing when it is none of its answers.
std::optional<Result<Endpoint>> read_answer(ByteSpan datagram, const stun::TransactionId& id) {
  const auto message = stun::MessageView::parse(datagram);
  if (!message || message->transaction_id() != id || message->method() != stun::Method::binding) return std::nullopt;
  if (message->message_class() == stun::MessageClass::error) {
    return error_code(boost::system::errc::make_error_code(boost::system::errc::protocol_error));
  }
  if (message->message_class() != stun::MessageClass::success) return std::nullopt;
  if (const auto mapped = read_mapped(*message)) return Result<Endpoint>(*mapped);
  return error_code(boost::system::errc::make_error_code(boost::system::errc::protocol_error));
}

}  // namespace

class BindingProbe::Exchange : public std::enable_shared_from_this<Exchange> {
 public:
  Exchange(BindingProbe& probe, const BindingQuestion& question, Answer answer)
      : probe_(probe),
        answer_(std::move(answer)),
        socket_(probe.context_),
        timer_(probe.context_),
        id_(client::make_transaction_id(probe.random_)),
        request_(write_request(id_)),
        wait_(question.rto),
        left_(question.timeout) {}

  void start(const BindingQuestion& question) {
    error_code error;
    const udp::endpoint server = to_asio_endpoint<udp>(question.server);
    socket_.open(server.protocol(), error);
    if (!error && question.local) socket_.bind(to_asio_endpoint<udp>(*question.local), error);
    // Connected: nobody else's datagrams come in, and that nobody listens there does.
    if (!error) socket_.connect(server, error);
    if (!error) socket_.non_blocking(true, error);
    if (error) return end_later(error);
    receive();
    transmit();
  }

  void cancel() {
    answer_ = nullptr;
    close();
  }

 private:
  void transmit() {
    error_code error;
    socket_.send(asio::buffer(request_), 0, error);
    // A full buffer is as good as a lost datagram; that there is no way to the server may change before the next.
    if (error && error != asio::error::would_block) last_error_ = error;
    const Duration wait = std::min(wait_, left_);
    left_ -= wait;
    wait_ *= 2;
    timer_.expires_after(wait);
    timer_.async_wait([self = shared_from_this()](const error_code& cancelled) {
      if (cancelled || !self->answer_) return;
      if (self->left_ > Duration::zero()) return self->transmit();
      self->end(self->last_error_ ? self->last_error_ : error_code(asio::error::timed_out));
    });
  }

  void receive() {
    socket_.async_receive(asio::buffer(buffer_),
                          [self = shared_from_this()](const error_code& error, std::size_t size) {
                            if (self->answer_) self->on_received(error, size);
                          });
  }

  void on_received(const error_code& error, std::size_t size) {
    // RFC 8489 section 6.2.1: after a hard ICMP error the transaction has failed.
    if (error) return end(error);
    if (auto answer = read_answer(ByteSpan(buffer_.data(), size), id_)) return end(std::move(*answer));
    receive();
  }

  void end_later(const error_code& error) {
    asio::post(probe_.context_, [self = shared_from_this(), error] {
      if (self->answer_) self->end(error);
    });
  }

  void end(Result<Endpoint> result) {
    const auto self = shared_from_this();
    const Answer answer = std::exchange(answer_, nullptr);
    close();
    probe_.exchanges_.erase(self);
    answer(std::move(result));
  }

  void close() {
    timer_.cancel();
    error_code ignored;
    socket_.close(ignored);
  }

  BindingProbe& probe_;
  Answer answer_;  // null: it is over
  udp::socket socket_;
  asio::steady_timer timer_;
  stun::TransactionId id_;
  std::vector<std::uint8_t> request_;
  std::array<std::uint8_t, kAnswerSize> buffer_{};
  Duration wait_;
  Duration left_;
  error_code last_error_;
};

BindingProbe::BindingProbe(boost::asio::io_context& context, Random& random) : context_(context), random_(random) {}

BindingProbe::~BindingProbe() {
  for (const auto& exchange : exchanges_) exchange->cancel();
}

void BindingProbe::async_bind(const BindingQuestion& question, Answer answer) {
  auto exchange = std::make_shared<Exchange>(*this, question, std::move(answer));
  exchanges_.insert(exchange);
  exchange->start(question);
}

}  // namespace turnpike::probe
