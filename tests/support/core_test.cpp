#include "support/core_test.hpp"

namespace turnpike::test {

VirtualServer& CoreTest::server() {
  if (!server_) {
    server_ = std::make_unique<VirtualServer>(ServerOptions{.config = settings_.build(),
                                                            .limits = limits_,
                                                            .errors_per_second = errors_per_second_,
                                                            .workers = workers_,
                                                            .seed = 1});
  }
  return *server_;
}

DirectClient& CoreTest::add_client(std::string_view from, std::string_view username, std::string_view password,
                                   bool rfc5389_only) {
  client::SessionOptions options;
  options.username = username;
  options.password = password;
  options.rfc5389_only = rfc5389_only;
  return add({endpoint(from), {}, Transport::udp}, std::move(options));
}

DirectClient& CoreTest::add_stream_client(std::string_view from, std::string_view username, std::string_view password,
                                          Transport transport) {
  client::SessionOptions options;
  options.username = username;
  options.password = password;
  options.reliable = true;
  return add({endpoint(from), {}, transport}, std::move(options));
}

DirectClient& CoreTest::add_control(std::uint16_t port, std::string_view username, std::string_view password) {
  DirectClient& client = add_stream_client("9.0.0.1:" + std::to_string(port), username, password);
  client::AllocateOptions options;
  options.transport = 6;
  EXPECT_EQ(client.allocate(options).ending, client::Ending::success);
  return client;
}

DirectClient& CoreTest::add(const FiveTuple& five_tuple, client::SessionOptions options) {
  FiveTuple complete = five_tuple;
  complete.server = endpoint(complete.client.address.is_v4() ? "203.0.113.1:3478" : "[2001:db8:1::1]:3478");
  options.server = complete.server;
  return clients_.emplace_back(server(), clock_, complete, std::move(options));
}

DirectClient& CoreTest::add_ephemeral_client(std::string_view from, std::string_view user, Seconds ttl,
                                             std::string_view secret) {
  const auto credential = turn::mint_ephemeral(secret, user, clock_.wall() + ttl);
  return add_client(from, credential.username, credential.password);
}

DirectClient& CoreTest::alice() {
  if (alice_ == nullptr) alice_ = &add_client("9.0.0.1:4000");
  return *alice_;
}

void CoreTest::pass(Duration time) {
  const Instant end = clock_.mono() + time;
  for (auto deadline = server().next_deadline(); deadline && *deadline <= end; deadline = server().next_deadline()) {
    clock_.advance_to(*deadline);
    server().tick(clock_.now());
  }
  clock_.advance_to(end);
}

Bytes CoreTest::write(stun::Method method, const Fill& fill, const client::Signer* signer) {
  std::array<std::uint8_t, 4096> buffer{};
  stun::MessageBuilder builder(buffer, method, stun::MessageClass::request, client::make_transaction_id(random_));
  if (fill) fill(builder);
  if (signer != nullptr) signer->sign(builder);
  return to_bytes(builder.finish());
}

Bytes CoreTest::ask(DirectClient& client, ByteSpan request) {
  auto answers = client.exchange(request);
  EXPECT_EQ(answers.size(), 1U);
  return answers.empty() ? Bytes{} : answers.front();
}

std::optional<stun::ErrorCode> CoreTest::code_of(DirectClient& client, ByteSpan request) {
  const Bytes answer = ask(client, request);
  return answer.empty() ? stun::ErrorCode::server_error : error_of(answer);
}

const client::Signer& CoreTest::signer_of(DirectClient& client) {
  // Any request does for a challenge; without an allocation this one is refused in the end.
  if (!client.session().signer()) static_cast<void>(client.refresh());
  return client.session().signer().value();
}

}  // namespace turnpike::test
