#include "turnpike/probe/binding_probe.hpp"

#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <optional>
#include <vector>

#include <boost/asio/ip/udp.hpp>

#include "support/seeded_random.hpp"
#include "turnpike/stun/message.hpp"
#include "turnpike/stun/message_builder.hpp"

namespace turnpike::probe {
namespace {

namespace asio = boost::asio;
using asio::ip::udp;
using std::chrono::milliseconds;

const Endpoint kMapped = *Endpoint::parse("203.0.113.7:40000");

/// A STUN server on loopback that answers as it is told to.
class FakeServer {
 public:
  enum class Manner : std::uint8_t { answers, is_silent, loses_the_first, lies_first, refuses, knows_only_rfc3489 };

  FakeServer(asio::io_context& loop, Manner manner)
      : socket_(loop, udp::endpoint(asio::ip::address_v4::loopback(), 0)), manner_(manner) {
    receive();
  }

  [[nodiscard]] Endpoint endpoint() const { return {IpAddress::v4(127, 0, 0, 1), socket_.local_endpoint().port()}; }
  [[nodiscard]] int requests() const { return requests_; }
  [[nodiscard]] std::uint16_t last_port() const { return from_.port(); }

 private:
  void receive() {
    socket_.async_receive_from(asio::buffer(in_), from_, [this](const error_code& error, std::size_t size) {
      if (error) return;
      answer(ByteSpan(in_.data(), size));
      receive();
    });
  }

  void answer(ByteSpan datagram) {
    const auto request = stun::MessageView::parse(datagram);
    ASSERT_TRUE(request.has_value());
    EXPECT_EQ(request->method(), stun::Method::binding);
    ++requests_;
    if (manner_ == Manner::is_silent || (manner_ == Manner::loses_the_first && requests_ == 1)) return;
    stun::TransactionId id = request->transaction_id();
    if (manner_ == Manner::lies_first) {
      stun::TransactionId wrong = id;
      wrong[0] ^= 1U;
      send(wrong, Endpoint{IpAddress::v4(198, 51, 100, 1), 1});
      error_code ignored;
      static_cast<void>(socket_.send_to(asio::buffer("garbage"), from_, 0, ignored));
    }
    send(id, kMapped);
  }

  void send(const stun::TransactionId& id, const Endpoint& mapped) {
    std::array<std::uint8_t, 256> buffer{};
    const bool refuses = manner_ == Manner::refuses;
    stun::MessageBuilder builder(buffer, stun::Method::binding,
                                 refuses ? stun::MessageClass::error : stun::MessageClass::success, id);
    if (refuses) {
      builder.add_error_code(stun::ErrorCode::bad_request);
    } else if (manner_ == Manner::knows_only_rfc3489) {
      builder.add_address(stun::AttributeType::mapped_address, mapped);
    } else {
      builder.add_xor_address(stun::AttributeType::xor_mapped_address, mapped);
    }
    const ByteSpan bytes = builder.finish();
    error_code ignored;
    static_cast<void>(socket_.send_to(asio::buffer(bytes.data(), bytes.size()), from_, 0, ignored));
  }

  udp::socket socket_;
  Manner manner_;
  udp::endpoint from_;
  std::array<std::uint8_t, 1500> in_{};
  int requests_ = 0;
};

class BindingProbeTest : public testing::Test {
 protected:
  using Manner = FakeServer::Manner;

  std::optional<Result<Endpoint>> ask(BindingQuestion question) {
    std::optional<Result<Endpoint>> answer;
    question.rto = milliseconds{20};
    probe_->async_bind(question, [&](Result<Endpoint> result) {
      answer = std::move(result);
      loop_.stop();
    });
    EXPECT_FALSE(answer.has_value()) << "it came from inside the call";
    run();
    return answer;
  }
  std::optional<Result<Endpoint>> ask(const FakeServer& server, milliseconds timeout = milliseconds{5000}) {
    return ask({.server = server.endpoint(), .timeout = timeout});
  }
  void run() {
    loop_.restart();
    loop_.run_for(std::chrono::seconds{10});
  }

  asio::io_context loop_{1};
  test::SeededRandom random_{5};
  std::optional<BindingProbe> probe_{std::in_place, loop_, random_};
};

TEST_F(BindingProbeTest, TellsTheMappedAddress) {
  const FakeServer server(loop_, Manner::answers);
  EXPECT_EQ(ask(server).value().value(), kMapped);
  EXPECT_EQ(server.requests(), 1);
  EXPECT_EQ(probe_->pending(), 0U);
}

TEST_F(BindingProbeTest, UnderstandsServersThatDoNotMaskTheAddress) {
  const FakeServer server(loop_, Manner::knows_only_rfc3489);
  EXPECT_EQ(ask(server).value().value(), kMapped);
}

TEST_F(BindingProbeTest, ALostRequestGoesOutAgain) {
  const FakeServer server(loop_, Manner::loses_the_first);
  EXPECT_EQ(ask(server).value().value(), kMapped);
  EXPECT_EQ(server.requests(), 2);
}

TEST_F(BindingProbeTest, WhatAnswersAnotherRequestIsNotBelieved) {
  const FakeServer server(loop_, Manner::lies_first);
  EXPECT_EQ(ask(server).value().value(), kMapped);
}

TEST_F(BindingProbeTest, SilenceTimesOut) {
  const FakeServer server(loop_, Manner::is_silent);
  EXPECT_EQ(ask(server, milliseconds{200}).value().error(), asio::error::timed_out);
  EXPECT_EQ(server.requests(), 4);  // at 0, 20, 60 and 140 ms
}

TEST_F(BindingProbeTest, ARefusalIsTold) {
  const FakeServer server(loop_, Manner::refuses);
  EXPECT_EQ(ask(server).value().error(), boost::system::errc::protocol_error);
}

TEST_F(BindingProbeTest, AClosedPortIsKnownAtOnce) {
  Endpoint nobody;
  {
    const FakeServer gone(loop_, Manner::answers);
    nobody = gone.endpoint();
  }
  EXPECT_EQ(ask({.server = nobody, .timeout = std::chrono::hours{1}}).value().error(), asio::error::connection_refused);
}

TEST_F(BindingProbeTest, GoesOutFromTheAddressThatWasAskedFor) {
  const FakeServer server(loop_, Manner::answers);
  std::uint16_t port = 0;
  {
    const udp::socket finder(loop_, udp::endpoint(asio::ip::address_v4::loopback(), 0));
    port = finder.local_endpoint().port();
  }
  EXPECT_TRUE(ask({.server = server.endpoint(), .local = Endpoint{IpAddress::v4(127, 0, 0, 1), port}})->has_value());
  EXPECT_EQ(server.last_port(), port);
}

TEST_F(BindingProbeTest, AnAddressThatIsNotOursIsAnError) {
  const FakeServer server(loop_, Manner::answers);
  const Endpoint foreign{IpAddress::v4(198, 51, 100, 1), 0};
  EXPECT_EQ(ask({.server = server.endpoint(), .local = foreign}).value().error(),
            boost::system::errc::address_not_available);
}

TEST_F(BindingProbeTest, SeveralAtOnceEachGetTheirAnswer) {
  const FakeServer fine(loop_, Manner::answers);
  const FakeServer silent(loop_, Manner::is_silent);
  int answers = 0;
  int failures = 0;
  const auto take = [&](const Result<Endpoint>& mapped) {
    ++(mapped ? answers : failures);
    if (answers + failures == 4) loop_.stop();
  };
  for (int i = 0; i < 3; ++i) probe_->async_bind({.server = fine.endpoint()}, take);
  probe_->async_bind({.server = silent.endpoint(), .timeout = milliseconds{100}}, take);
  EXPECT_EQ(probe_->pending(), 4U);
  run();
  EXPECT_EQ(answers, 3);
  EXPECT_EQ(failures, 1);
}

TEST_F(BindingProbeTest, AfterItsEndNobodyIsAnswered) {
  const FakeServer server(loop_, Manner::answers);
  bool answered = false;
  probe_->async_bind({.server = server.endpoint()}, [&](const Result<Endpoint>&) { answered = true; });
  probe_.reset();
  loop_.run_for(milliseconds{50});
  EXPECT_FALSE(answered);
}

TEST_F(BindingProbeTest, AnAnswerMayEndTheProbe) {
  const FakeServer server(loop_, Manner::answers);
  probe_->async_bind({.server = server.endpoint()}, [&](const Result<Endpoint>&) {
    probe_.reset();
    loop_.stop();
  });
  run();
  EXPECT_FALSE(probe_.has_value());
}

}  // namespace
}  // namespace turnpike::probe
