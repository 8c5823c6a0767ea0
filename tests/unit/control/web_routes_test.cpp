#include "control/web_routes.hpp"

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>

#include "control/web_file.hpp"
#include "route_world.hpp"

namespace turnpike::control::test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

class WebRoutesTest : public ::testing::Test {
 protected:
  Response ask(http::verb method, const std::string& target,
               const std::vector<std::pair<http::field, std::string>>& fields = {}) {
    Request request{method, target, 11};
    for (const auto& [name, value] : fields) request.set(name, value);
    return world_.ask(std::move(request), RouteWorld::remote_caller());
  }
  Response get(const std::string& target) { return ask(http::verb::get, target); }
  std::string built_in(const std::string& name) {
    const auto file = files_.find("", name);
    return file ? file->content : "nothing";
  }

  RouteWorld world_{add_web_routes};
  WebFiles files_;
};

TEST_F(WebRoutesTest, ServesThePages) {
  EXPECT_EQ(get("/").body(), built_in("index.html"));
  EXPECT_EQ(get("/?x=y").body(), built_in("index.html"));
  EXPECT_EQ(get("/check").body(), built_in("check.html"));
  EXPECT_EQ(get("/admin").body(), built_in("admin.html"));
  EXPECT_EQ(get("/r/a-room").body(), built_in("call.html"));
  EXPECT_EQ(get("/r/%C3%A4%20%2F?relay").body(), built_in("call.html"));
  EXPECT_EQ(get("/")[http::field::content_type], "text/html; charset=utf-8");
}

TEST_F(WebRoutesTest, ServesWhatThePagesAreMadeOf) {
  EXPECT_EQ(get("/web/base.css").body(), built_in("base.css"));
  EXPECT_EQ(get("/web/favicon.svg")[http::field::content_type], "image/svg+xml; charset=utf-8");
  EXPECT_EQ(get("/web/call/main.js").body(), built_in("call/main.js"));
  EXPECT_EQ(get("/turnpike-client.js")[http::field::content_type], "text/javascript; charset=utf-8");
}

TEST_F(WebRoutesTest, NothingElseIsThere) {
  for (const char* target : {"/r",
                             "/r/",
                             "/r/a/b",
                             "/check/",
                             "/index.html",
                             "/web",
                             "/web/",
                             "/web/nothing.js",
                             "/web/call/",
                             "/web/call",
                             "/web/nothing/main.js",
                             "/web/call/call/main.js",
                             "/web/base.css/",
                             "/web//base.css",
                             "/web/BASE.CSS",
                             "/web/base%2Ecss%2F",
                             "/web/%2E%2E/web/base.css",
                             "/web/%2E%2E%2Fbase.css",
                             "/web/call%2Fmain.js",
                             "/web/call/..%2Fbase.css",
                             "/web/call%5Cmain.js",
                             "/web/./base.css",
                             "/web/call/../base.css",
                             "/web/base",
                             "/web/.css",
                             "/web/turnpike-client.js",
                             "/web/client/room.js",
                             "/client/room.js",
                             "/client/",
                             "/%2e%2e/conf"}) {
    const Response response = get(target);
    EXPECT_EQ(response.result(), http::status::not_found) << target;
    EXPECT_EQ(response[http::field::content_type], "application/problem+json") << target;
  }
  EXPECT_GE(get("/web/base.css%00").result_int(), 400U);
}

TEST_F(WebRoutesTest, OnlyReadingIsAllowed) {
  EXPECT_EQ(ask(http::verb::head, "/").result(), http::status::ok);
  const Response response = ask(http::verb::post, "/");
  EXPECT_EQ(response.result(), http::status::method_not_allowed);
  EXPECT_EQ(response[http::field::allow], "GET, HEAD, OPTIONS");
}

TEST_F(WebRoutesTest, ThePageMayRunItsOwnCodeAlone) {
  for (const char* target : {"/", "/r/a", "/check", "/admin", "/web/base.css", "/web/settings.json"}) {
    const Response response = get(target);
    EXPECT_EQ(response["Content-Security-Policy"],
              "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; media-src 'self' "
              "blob:; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
        << target;
    EXPECT_EQ(response["Referrer-Policy"], "no-referrer") << target;
    EXPECT_EQ(response["Cross-Origin-Resource-Policy"], "same-origin") << target;
    EXPECT_THAT(std::string(response["Permissions-Policy"]), StartsWith("camera=(self), microphone=(self)"));
    EXPECT_EQ(response.count(http::field::access_control_allow_origin), 0U) << target;
  }
}

TEST_F(WebRoutesTest, ItsWindowIsItsOwnWhereBrowsersTakeThat) {
  EXPECT_EQ(get("/").count("Cross-Origin-Opener-Policy"), 0U);
  Caller caller = RouteWorld::remote_caller();
  caller.is_secure = true;
  EXPECT_EQ(world_.ask(Request{http::verb::get, "/", 11}, caller)["Cross-Origin-Opener-Policy"], "same-origin");
}

TEST_F(WebRoutesTest, OtherPagesMayImportTheClient) {
  world_.settings->allowed_origins = {"https://app.test"};
  world_.gate.apply(*world_.settings);
  for (const char* origin : {"https://app.test", "https://other.test"}) {
    const Response response = ask(http::verb::get, "/turnpike-client.js", {{http::field::origin, origin}});
    EXPECT_EQ(response[http::field::access_control_allow_origin], "*");
    EXPECT_EQ(response["Cross-Origin-Resource-Policy"], "cross-origin");
  }
}

TEST_F(WebRoutesTest, WhoHasAFileIsToldSoWithTheSameGuards) {
  const Response first = get("/");
  const Response second =
      ask(http::verb::get, "/", {{http::field::if_none_match, std::string(first[http::field::etag])}});
  EXPECT_EQ(second.result(), http::status::not_modified);
  EXPECT_EQ(second[http::field::etag], first[http::field::etag]);
  EXPECT_EQ(second[http::field::vary], first[http::field::vary]);
  EXPECT_EQ(second["Content-Security-Policy"], first["Content-Security-Policy"]);
}

TEST_F(WebRoutesTest, TellsThePageWhatTheServerIs) {
  world_.settings->web.version = "1.2.3";
  world_.settings->web.name = "turn \"example\"";
  world_.settings->web.secure_port = 8443;
  world_.settings->web.relay_ports = "49152-65535";
  world_.settings->signaling.auth = RoomAuth::open;
  world_.settings->signaling.limits.members = 8;
  const Response response = get("/web/settings.json");
  EXPECT_EQ(response[http::field::content_type], "application/json");
  EXPECT_EQ(response.count(http::field::etag), 0U);
  EXPECT_EQ(json_of(response), boost::json::parse(R"({"version":"1.2.3","name":"turn \"example\"","rooms":"open",
      "check":true,"maxMembers":8,"securePort":8443,"relayPorts":"49152-65535"})"));
}

TEST_F(WebRoutesTest, TellsThePageWhatThereIsNot) {
  world_.settings->web.check = false;
  EXPECT_EQ(json_of(get("/web/settings.json")).at("rooms"), "token");
  EXPECT_TRUE(json_of(get("/web/settings.json")).at("securePort").is_null());
  EXPECT_EQ(json_of(get("/web/settings.json")).at("check"), false);
  world_.settings->signaling.enabled = false;
  EXPECT_EQ(json_of(get("/web/settings.json")).at("rooms"), "off");
}

class WebRoutesOfAFolder : public WebRoutesTest {
 protected:
  WebRoutesOfAFolder() {
    std::filesystem::create_directories(root_ + "/call");
    std::filesystem::create_directories(root_ + "/client");
    world_.settings->web.root = root_;
  }
  ~WebRoutesOfAFolder() override { std::filesystem::remove_all(folder_); }
  void write(const std::string& name, const std::string& text) const {
    std::ofstream(root_ + "/" + name, std::ios::binary) << text;
  }

  std::string folder_ =
      ::testing::TempDir() + "web_routes_" + ::testing::UnitTest::GetInstance()->current_test_info()->name();
  std::string root_ = folder_ + "/web";
};

TEST_F(WebRoutesOfAFolder, ServesItsFilesAsTheyAre) {
  write("index.html", "index");
  write("call.html", "call");
  write("base.css", "base");
  write("call/main.js", "main");
  EXPECT_EQ(get("/").body(), "index");
  EXPECT_EQ(get("/r/a").body(), "call");
  EXPECT_EQ(get("/web/base.css").body(), "base");
  EXPECT_EQ(get("/web/call/main.js").body(), "main");
  write("base.css", "changed");
  EXPECT_EQ(get("/web/base.css").body(), "changed");
}

TEST_F(WebRoutesOfAFolder, ServesTheClientUnjoined) {
  write("turnpike-client.js", "entry");
  write("client/room.js", "room");
  EXPECT_EQ(get("/turnpike-client.js").body(), "entry");
  const Response response = get("/client/room.js");
  EXPECT_EQ(response.body(), "room");
  EXPECT_EQ(response[http::field::access_control_allow_origin], "*");
  EXPECT_EQ(response["Cross-Origin-Resource-Policy"], "cross-origin");
  EXPECT_EQ(get("/web/client/room.js").result(), http::status::not_found);
}

TEST_F(WebRoutesOfAFolder, LeadsNowhereElse) {
  write("../secret.js", "secret");
  write("secret.toml", "secret");
  for (const char* target : {"/web/..%2Fsecret.js", "/web/%2e%2e/secret.js", "/web/call/..%2f..%2fsecret.js",
                             "/client/..%2F..%2Fsecret.js", "/web/secret.toml", "/web/.%2e/secret.js", "/check"}) {
    EXPECT_EQ(get(target).result(), http::status::not_found) << target;
    EXPECT_THAT(get(target).body(), Not(HasSubstr("secret"))) << target;
  }
}

}  // namespace
}  // namespace turnpike::control::test
