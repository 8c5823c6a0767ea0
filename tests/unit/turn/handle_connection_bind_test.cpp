#include "turn/handle_connection_bind.hpp"

#include <gmock/gmock.h>

#include "support/core_test.hpp"

namespace turnpike::turn {
namespace {

using client::Ending;
using stun::AttributeType;
using stun::ErrorCode;
using stun::MessageBuilder;
using stun::Method;
using test::kPeer;
using ::testing::ElementsAre;

class HandleConnectionBindTest : public test::CoreTest {
 protected:
  void SetUp() override { allow_tcp(); }
  /// A connection of alice's that waits for ConnectionBind.
  std::uint32_t pending() {
    if (control_ == nullptr) control_ = &add_control(4000);
    return control_->connect(kPeer).connection.value();
  }
  test::DirectClient* control_ = nullptr;
};

TEST_F(HandleConnectionBindTest, BindsTheStreamToTheConnection) {
  const auto connection = pending();
  auto& data = add_stream_client("9.0.0.1:5000");
  signer_of(data);
  server().trace();
  EXPECT_EQ(data.bind_connection(connection).ending, Ending::success);
  EXPECT_THAT(server().take_trace(),
              ElementsAre("BindDataConnection alice: ConnectionBind success or ConnectionBind error 400"));
  EXPECT_EQ(server().connections().at(0).data, data.five_tuple());
}

TEST_F(HandleConnectionBindTest, OverTlsItIsTheSame) {
  const auto connection = pending();
  auto& data = add_stream_client("9.0.0.1:5000", "alice", "wonderland", Transport::tls);
  EXPECT_EQ(data.bind_connection(connection).ending, Ending::success);
}

TEST_F(HandleConnectionBindTest, OverDatagramsItIs400) {
  const auto connection = pending();
  EXPECT_EQ(add_client("9.0.0.1:5000").bind_connection(connection).code, ErrorCode::bad_request);
  auto& dtls = add_stream_client("9.0.0.1:5001", "alice", "wonderland", Transport::dtls);
  EXPECT_EQ(dtls.bind_connection(connection).code, ErrorCode::bad_request);
}

TEST_F(HandleConnectionBindTest, OnAControlConnectionItIs400) {
  const auto connection = pending();
  EXPECT_EQ(control_->bind_connection(connection).code, ErrorCode::bad_request);
  auto& other = add_stream_client("9.0.0.1:5000");
  ASSERT_EQ(other.allocate().ending, Ending::success);
  EXPECT_EQ(other.bind_connection(connection).code, ErrorCode::bad_request);
}

TEST_F(HandleConnectionBindTest, WithoutOrWithABrokenIdItIs400) {
  auto& data = add_stream_client("9.0.0.1:5000");
  EXPECT_EQ(code_of(data, write(
                              Method::connection_bind, [](MessageBuilder&) {}, &signer_of(data))),
            ErrorCode::bad_request);
  const auto add_short = [](MessageBuilder& b) {
    b.add(AttributeType::connection_id, std::array<std::uint8_t, 3>{1, 2, 3});
  };
  EXPECT_EQ(code_of(data, write(Method::connection_bind, add_short, &signer_of(data))), ErrorCode::bad_request);
}

TEST_F(HandleConnectionBindTest, AnUnknownIdIs400) {
  const auto connection = pending();
  auto& data = add_stream_client("9.0.0.1:5000");
  EXPECT_EQ(data.bind_connection(connection ^ 1U).code, ErrorCode::bad_request);
  EXPECT_EQ(data.bind_connection(0).code, ErrorCode::bad_request);
}

TEST_F(HandleConnectionBindTest, AnIdOfAWorkerThatDoesNotExistIs400) {
  const auto connection = pending();
  EXPECT_EQ(add_stream_client("9.0.0.1:5000").bind_connection(connection | 0xff000000U).code, ErrorCode::bad_request);
}

TEST_F(HandleConnectionBindTest, WithoutTcpRelayingItIs400AtOnce) {
  settings_.core.tcp_peer_ports.clear();
  auto& data = add_stream_client("9.0.0.1:5000");
  signer_of(data);
  server().trace();
  EXPECT_EQ(data.bind_connection(77).code, ErrorCode::bad_request);
  EXPECT_THAT(server().take_trace(),
              ElementsAre("SendToClient ConnectionBind error 400", "RequestRefused ConnectionBind 400"));
}

TEST_F(HandleConnectionBindTest, WithoutCredentialsItIs401) {
  const auto connection = pending();
  auto& data = add_stream_client("9.0.0.1:5000");
  const auto fill = [connection](MessageBuilder& b) { client::add_connection(b, connection); };
  EXPECT_EQ(code_of(data, write(Method::connection_bind, fill)), ErrorCode::unauthenticated);
}

TEST_F(HandleConnectionBindTest, AnotherUserIsRefusedAndTheConnectionStaysPending) {
  const auto connection = pending();
  EXPECT_EQ(add_stream_client("9.0.0.1:5000", "bob", "builder").bind_connection(connection).code,
            ErrorCode::bad_request);
  EXPECT_EQ(add_stream_client("9.0.0.1:5001").bind_connection(connection).ending, Ending::success);
}

TEST_F(HandleConnectionBindTest, AnIdIsGoodOnce) {
  const auto connection = pending();
  ASSERT_EQ(add_stream_client("9.0.0.1:5000").bind_connection(connection).ending, Ending::success);
  EXPECT_EQ(add_stream_client("9.0.0.1:5001").bind_connection(connection).code, ErrorCode::bad_request);
}

TEST_F(HandleConnectionBindTest, TheConnectionMayBeAtAnotherWorker) {
  workers_ = 2;
  const auto connection = pending();
  ASSERT_EQ(connection >> 24U, 0U);
  auto& data = add_stream_client("9.0.0.1:5001");
  ASSERT_EQ(server().worker_of(data.five_tuple()), 1U);
  EXPECT_EQ(data.bind_connection(connection).ending, Ending::success);
}

TEST_F(HandleConnectionBindTest, BothAnswersAreSignedAsTheRequestWas) {
  const auto connection = pending();
  auto& old = add_client("9.0.0.1:5000", "alice", "wonderland", true);
  signer_of(old);
  auto& data = add_stream_client("9.0.0.1:5000");
  auto signer = signer_of(data);
  signer.algorithm.reset();
  signer.password_algorithms.clear();
  signer.key = stun::derive_long_term_key(stun::PasswordAlgorithm::md5, "alice", signer.realm, "wonderland");
  const auto fill = [connection](MessageBuilder& b) { client::add_connection(b, connection); };
  const auto answer = ask(data, write(Method::connection_bind, fill, &signer));
  EXPECT_TRUE(test::is_success(answer));
  EXPECT_TRUE(test::view_of(answer).has(AttributeType::message_integrity));
  EXPECT_TRUE(client::is_authentic(test::view_of(answer), signer.key.bytes()));
}

}  // namespace
}  // namespace turnpike::turn
