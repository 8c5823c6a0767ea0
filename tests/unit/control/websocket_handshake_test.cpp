#include <gmock/gmock.h>

#include "control/websocket.hpp"

namespace turnpike::control {
namespace {

/// The handshake of RFC 6455 section 1.2.
Request make_handshake() {
  Request request(http::verb::get, "/signal", 11);
  request.set(http::field::host, "server.example.com");
  request.set(http::field::upgrade, "websocket");
  request.set(http::field::connection, "Upgrade");
  request.set(http::field::sec_websocket_key, "dGhlIHNhbXBsZSBub25jZQ==");
  request.set(http::field::sec_websocket_version, "13");
  return request;
}

http::status answer_with(http::field field, std::string_view value) {
  Request request = make_handshake();
  request.set(field, value);
  return answer_handshake(request).result();
}

http::status answer_without(http::field field) {
  Request request = make_handshake();
  request.erase(field);
  return answer_handshake(request).result();
}

TEST(WebSocketHandshakeTest, TheExampleOfRfc6455IsAccepted) {
  const Response response = answer_handshake(make_handshake());
  EXPECT_EQ(response.result(), http::status::switching_protocols);
  EXPECT_EQ(response[http::field::upgrade], "websocket");
  EXPECT_EQ(response[http::field::connection], "Upgrade");
  EXPECT_EQ(response[http::field::sec_websocket_accept], "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
  EXPECT_EQ(response.count(http::field::sec_websocket_extensions), 0U);
  EXPECT_EQ(response.count(http::field::sec_websocket_protocol), 0U);
}

TEST(WebSocketHandshakeTest, TheAnswerOnTheWireHasNoBodyAndNoLength) {
  Response response = answer_handshake(make_handshake());
  complete_fields(response, 11, true);
  const auto wire = to_wire(response, BodyUse::send);
  const std::string text(wire.begin(), wire.end());
  EXPECT_THAT(text, ::testing::StartsWith("HTTP/1.1 101 Switching Protocols\r\n"));
  EXPECT_THAT(text, ::testing::HasSubstr("Connection: Upgrade\r\n"));
  EXPECT_THAT(text, ::testing::Not(::testing::HasSubstr("Content-Length")));
  EXPECT_THAT(text, ::testing::EndsWith("\r\n\r\n"));
}

TEST(WebSocketHandshakeTest, TokensKnowNoCaseAndMayStandInLists) {
  EXPECT_EQ(answer_with(http::field::upgrade, "h2c, WebSocket"), http::status::switching_protocols);
  EXPECT_EQ(answer_with(http::field::connection, "keep-alive, upgrade"), http::status::switching_protocols);
}

TEST(WebSocketHandshakeTest, ListsMayComeInSeveralFields) {
  Request request = make_handshake();
  request.set(http::field::connection, "keep-alive");
  request.insert(http::field::connection, "Upgrade");
  EXPECT_EQ(answer_handshake(request).result(), http::status::switching_protocols);
}

TEST(WebSocketHandshakeTest, ExtensionsAndSubprotocolsAreNotAccepted) {
  Request request = make_handshake();
  request.set(http::field::sec_websocket_extensions, "permessage-deflate");
  request.set(http::field::sec_websocket_protocol, "chat");
  const Response response = answer_handshake(request);
  EXPECT_EQ(response.result(), http::status::switching_protocols);
  EXPECT_EQ(response.count(http::field::sec_websocket_extensions), 0U);
  EXPECT_EQ(response.count(http::field::sec_websocket_protocol), 0U);
}

TEST(WebSocketHandshakeTest, OtherMethodsAreNotAllowed) {
  Request request = make_handshake();
  request.method(http::verb::post);
  const Response response = answer_handshake(request);
  EXPECT_EQ(response.result(), http::status::method_not_allowed);
  EXPECT_EQ(response[http::field::allow], "GET");
}

TEST(WebSocketHandshakeTest, Http10IsABadRequest) {
  Request request = make_handshake();
  request.version(10);
  EXPECT_EQ(answer_handshake(request).result(), http::status::bad_request);
}

TEST(WebSocketHandshakeTest, ConnectionHasToSayUpgrade) {
  EXPECT_EQ(answer_without(http::field::connection), http::status::bad_request);
  EXPECT_EQ(answer_with(http::field::connection, "keep-alive"), http::status::bad_request);
}

TEST(WebSocketHandshakeTest, AnotherVersionIsToldOurs) {
  Request request = make_handshake();
  request.set(http::field::sec_websocket_version, "8");
  const Response response = answer_handshake(request);
  EXPECT_EQ(response.result(), http::status::upgrade_required);
  EXPECT_EQ(response[http::field::sec_websocket_version], "13");
  EXPECT_EQ(answer_without(http::field::sec_websocket_version), http::status::upgrade_required);
}

TEST(WebSocketHandshakeTest, WhoDoesNotUpgradeIsToldTo) {
  Request request = make_handshake();
  request.erase(http::field::upgrade);
  const Response response = answer_handshake(request);
  EXPECT_EQ(response.result(), http::status::upgrade_required);
  EXPECT_EQ(response[http::field::upgrade], "websocket");
  EXPECT_EQ(answer_with(http::field::upgrade, "h2c"), http::status::upgrade_required);
}

TEST(WebSocketHandshakeTest, TheKeyIsSixteenBytesAsBase64) {
  EXPECT_EQ(answer_without(http::field::sec_websocket_key), http::status::bad_request);
  for (const char* bad :
       {"", "dGhlIHNhbXBsZSBub25jZQ", "dGhlIHNhbXBsZSBub25jZQ=", "dGhlIHNhbXBsZSBub25j", "dGhlIHNhbXBsZSBub25jZ===",
        "dGhlIHNhbXBsZSBub25jZ-==", "dGhlIHNhbXBsZSBub25jZWU=", "dGhlIHNhbXBsZSBub25jZQ==="}) {
    EXPECT_EQ(answer_with(http::field::sec_websocket_key, bad), http::status::bad_request) << bad;
  }
}

TEST(WebSocketHandshakeTest, TwoKeysAreABadRequest) {
  Request request = make_handshake();
  request.insert(http::field::sec_websocket_key, "dGhlIHNhbXBsZSBub25jZQ==");
  EXPECT_EQ(answer_handshake(request).result(), http::status::bad_request);
}

TEST(WebSocketHandshakeTest, AnAttemptWithFaultsWantsAWebSocketToo) {
  Request request(http::verb::get, "/signal", 11);
  EXPECT_FALSE(wants_websocket(request));
  request.set(http::field::upgrade, "h2c");
  EXPECT_FALSE(wants_websocket(request));
  request.set(http::field::upgrade, "WebSocket");
  EXPECT_TRUE(wants_websocket(request));
}

}  // namespace
}  // namespace turnpike::control
