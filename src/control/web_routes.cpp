#include "control/web_routes.hpp"

#include <array>
#include <memory>
#include <utility>

#include "control/web_file.hpp"
#include "control/web_name.hpp"

namespace turnpike::control {
namespace {

using Shared = std::shared_ptr<Exchange>;
namespace json = boost::json;

constexpr const char* kClient = "turnpike-client.js";
constexpr std::string_view kClientFolder = "client";

/// Which pages may use a file.
enum class Sharing : std::uint8_t {
  own_pages,
  all_pages,  ///< the client module is made to be imported by other pages
};

// connect-src: 'self' is also the WebSocket of the same origin (Content Security Policy Level 3, section 6.7.2.8).
constexpr std::string_view kContentSecurityPolicy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; media-src 'self' blob:; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

constexpr std::string_view kPermissionsPolicy =
    "camera=(self), microphone=(self), display-capture=(self), picture-in-picture=(self), fullscreen=(self), "
    "clipboard-write=(self), clipboard-read=(), geolocation=(), payment=(), usb=(), serial=(), hid=(), midi=(), "
    "accelerometer=(), gyroscope=(), magnetometer=()";

void set(Response& response, std::string_view name, std::string_view value) {
  response.set(boost::beast::string_view(name.data(), name.size()),
               boost::beast::string_view(value.data(), value.size()));
}

void set_guards(Response& response, Sharing sharing, const Caller& caller) {
  set(response, "Content-Security-Policy", kContentSecurityPolicy);
  set(response, "Permissions-Policy", kPermissionsPolicy);
  set(response, "Referrer-Policy", "no-referrer");
  // Without TLS browsers ignore it, and complain of it to whoever looks.
  if (caller.is_secure) set(response, "Cross-Origin-Opener-Policy", "same-origin");
  const bool is_shared = sharing == Sharing::all_pages;
  set(response, "Cross-Origin-Resource-Policy", is_shared ? "cross-origin" : "same-origin");
  if (is_shared) response.set(http::field::access_control_allow_origin, "*");
}

std::string_view name_of(const SignalingSettings& signaling) noexcept {
  if (!signaling.enabled) return "off";
  return signaling.auth == RoomAuth::open ? "open" : "token";
}

json::object describe(const ControlSettings& settings) {
  const WebSettings& web = settings.web;
  const std::string_view rooms = name_of(settings.signaling);
  return {{"version", web.version},
          {"name", web.name},
          {"rooms", json::string_view(rooms.data(), rooms.size())},
          {"check", web.check},
          {"maxMembers", settings.signaling.limits.members},
          {"securePort", web.secure_port ? json::value(*web.secure_port) : json::value(nullptr)},
          {"relayPorts", web.relay_ports}};
}

/// Adds the routes and is kept by them.
class WebRoutes : public std::enable_shared_from_this<WebRoutes> {
 public:
  explicit WebRoutes(RouteContext& context) : context_(context) {}

  void add_to(Router& router) {
    const auto self = shared_from_this();
    constexpr std::array<std::pair<const char*, const char*>, 4> kPages{
        {{"/", "index.html"}, {"/r/{room}", "call.html"}, {"/check", "check.html"}, {"/admin", "admin.html"}}};
    for (const auto& [path, file] : kPages) {
      get(router, path, [self, file = file](const Exchange& exchange) {
        return self->answer(exchange, file, file, Sharing::own_pages);
      });
    }
    get(router, "/web/settings.json", [self](const Exchange& exchange) {
      Response response = make_json(http::status::ok, describe(*self->context_.settings));
      set_guards(response, Sharing::own_pages, exchange.caller);
      return response;
    });
    get(router, "/web/{file}", [self](const Exchange& exchange) { return self->answer_file(exchange); });
    get(router, "/web/{folder}/{file}", [self](const Exchange& exchange) { return self->answer_in_folder(exchange); });
    get(router, std::string("/") + kClient,
        [self](const Exchange& exchange) { return self->answer(exchange, kClient, kClient, Sharing::all_pages); });
    get(router, "/client/{file}", [self](const Exchange& exchange) { return self->answer_module(exchange); });
  }

 private:
  static void get(Router& router, std::string path, std::function<Response(const Exchange&)> handler) {
    router.add(
        http::verb::get, std::move(path), Access::open,
        [handler = std::move(handler)](const Shared& exchange, const Reply& reply) { reply(handler(*exchange)); });
  }

  /// `name` is `file`, with the folder in front where it is in one.
  Response answer(const Exchange& exchange, std::string_view file, const std::string& name, Sharing sharing) {
    const auto type = web_file_type(file);
    const auto found = type ? files_.find(context_.settings->web.root, name) : nullptr;
    if (!found) return make_problem(http::status::not_found);
    Response response = answer_with_file(exchange.request, *found, *type);
    set_guards(response, sharing, exchange.caller);
    return response;
  }

  // The module is to be had under one address: a page that took it from two would have two of everything.
  Response answer_file(const Exchange& exchange) {
    const std::string& file = exchange.parameters[0];
    if (file == kClient) return make_problem(http::status::not_found);
    return answer(exchange, file, file, Sharing::own_pages);
  }

  Response answer_in_folder(const Exchange& exchange) {
    const std::string& folder = exchange.parameters[0];
    if (!is_web_folder_name(folder) || folder == kClientFolder) return make_problem(http::status::not_found);
    return answer(exchange, exchange.parameters[1], folder + "/" + exchange.parameters[1], Sharing::own_pages);
  }

  /// What turnpike-client.js imports as long as it is not joined, which is in a folder only.
  Response answer_module(const Exchange& exchange) {
    if (context_.settings->web.root.empty()) return make_problem(http::status::not_found);
    const std::string& file = exchange.parameters[0];
    return answer(exchange, file, std::string(kClientFolder) + "/" + file, Sharing::all_pages);
  }

  RouteContext& context_;
  WebFiles files_;
};

}  // namespace

void add_web_routes(Router& router, RouteContext& context) { std::make_shared<WebRoutes>(context)->add_to(router); }

}  // namespace turnpike::control
