#pragma once

#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "stream_client.hpp"

namespace turnpike::server {

inline const IpAddress kLoopback = IpAddress::v4(127, 0, 0, 1);
inline constexpr const char* kKey = "a key for tests that is long enough";

inline bool succeeded(const std::optional<client::Outcome>& outcome) {
  return outcome && outcome->ending == client::Ending::success;
}

inline Config control_settings() {
  Config config = RunningServer::settings();
  config.listen = {{ListenScheme::tcp, {kLoopback, 0}}, {ListenScheme::udp, {kLoopback, 0}}};
  config.auth.secrets = {{"the secret that signs"}};
  ConfiguredKey key;
  key.grant.name = "tests";
  key.grant.scopes.add(control::Scope::admin);
  key.text = {kKey};
  config.api.keys.push_back(std::move(key));
  return config;
}

struct Answer {
  int status = 0;
  std::string text;         ///< of the body
  boost::json::value body;  ///< null when it is no JSON
};

/// One request on a connection of its own.
inline Answer ask(const RunningServer& server, const std::string& method, const std::string& target,
                  const std::string& body = {}) {
  StreamWire wire(server.endpoint(0));
  std::string request = method + " " + target +
                        " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nAuthorization: Bearer " + kKey + "\r\n";
  if (!body.empty()) {
    request += "Content-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) + "\r\n";
  }
  wire.send(as_bytes(request + "\r\n" + body));
  const std::string text = wire.receive_to_end();
  Answer answer;
  if (text.size() > 12) answer.status = std::stoi(text.substr(9, 3));
  const auto end = text.find("\r\n\r\n");
  boost::system::error_code error;
  if (end != std::string::npos) answer.text = text.substr(end + 4);
  answer.body = boost::json::parse(answer.text, error);
  return answer;
}

/// A server whose file can be changed under it.
struct Rereadable {
  std::shared_ptr<LoadedConfig> file = std::make_shared<LoadedConfig>();
  explicit Rereadable(const Config& config) { file->config = config; }
  [[nodiscard]] std::function<LoadedConfig()> reader() const {
    return [file = file] { return *file; };
  }
};

}  // namespace turnpike::server
