#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json/serialize.hpp>

#include "control/native_client.hpp"
#include "control/peerjs_client.hpp"
#include "signaling_world.hpp"

namespace turnpike::control::test {

/// A client of /signal, which has got its hello.
class NativePerson : public FakeSocket {
 public:
  explicit NativePerson(SignalingWorld& world, const char* address = "198.51.100.7")
      : FakeSocket(std::make_unique<NativeClient>(*world.signaling, *IpAddress::parse(address))) {
    hello = take();
  }

  /// Joins and forgets what it is told.
  NativePerson(SignalingWorld& world, std::string_view room, std::string_view user) : NativePerson(world) {
    join(room, user);
    resume = text_member(take_last(), "resume");
  }

  void join(std::string_view room, std::string_view user, std::string_view rest = {}) {
    say(R"({"type":"join-room","roomId":")" + std::string(room) + R"(","userId":")" + std::string(user) + "\"" +
        std::string(rest) + "}");
  }
  void signal(std::string_view data, std::string_view target = {}) {
    const std::string to = target.empty() ? "" : R"(,"targetUserId":")" + std::string(target) + "\"";
    say(R"({"type":"signal","data":)" + std::string(data) + to + "}");
  }

  static std::string text_member(const boost::json::object& object, const char* name) {
    const auto* member = object.if_contains(name);
    return member == nullptr || !member->is_string() ? std::string{} : std::string(member->as_string().c_str());
  }
  /// What came since the last call, without what is drawn at random.
  std::vector<std::string> heard() {
    std::vector<std::string> texts;
    for (auto& object : take_json()) {
      for (const char* drawn : {"resume", "iceServers", "expiresAt"}) object.erase(drawn);
      texts.push_back(boost::json::serialize(object));
    }
    return texts;
  }
  /// The code of the last message, which is an error.
  std::string last_error() { return text_member(take_last(), "code"); }

  std::vector<std::string> hello;
  std::string resume;
};

/// A stock client of PeerJS.
class PeerJsPerson : public FakeSocket {
 public:
  PeerJsPerson(SignalingWorld& world, std::string id, std::string token = "its own")
      : FakeSocket(std::make_unique<PeerJsClient>(*world.signaling, *IpAddress::parse("198.51.100.8"),
                                                  PeerJsQuery{"peerjs", std::move(id), std::move(token)})) {}
};

using Texts = std::vector<std::string>;

}  // namespace turnpike::control::test
