#include "turnpike/control/control_plane.hpp"

#include <utility>

#include "control/gate.hpp"
#include "control/history_recorder.hpp"
#include "control/http_server.hpp"
#include "control/router.hpp"
#include "control/routes.hpp"
#include "control/signaling.hpp"
#include "control/web_routes.hpp"

namespace turnpike::control {

// In the order in which they must live.
struct ControlPlane::State {
  State(const Environment& environment, const HttpOptions& http, ControlSettings settings)
      : gate(KeyedHash::draw_key(environment.random)),
        context{gate,
                environment.backend,
                environment.random,
                environment.clock,
                environment.keep_revocation,
                std::make_shared<const ControlSettings>(std::move(settings)),
                0},
        signaling(environment.loop, context),
        history(environment.loop, context, signaling),
        router(gate, environment.clock),
        server(environment.loop, http, [this](const std::shared_ptr<Exchange>& exchange, Reply reply) {
          router.handle(exchange, std::move(reply));
        }) {
    gate.apply(*context.settings);
    add_credential_routes(router, context);
    add_foreign_routes(router, context);
    add_session_routes(router, context);
    add_operation_routes(router, context);
    add_history_routes(router, context, history);
    if (context.settings->signaling.enabled) add_signaling_routes();
    if (context.settings->web.enabled) add_page_routes();
  }

  void add_signaling_routes() {
    add_native_routes(router, signaling);
    add_peerjs_routes(router, signaling);
    add_socketio_routes(router, signaling);
    add_room_routes(router, context, signaling);
  }

  void add_page_routes() {
    add_web_routes(router, context);
    add_check_routes(router, context);
  }

  Gate gate;
  RouteContext context;
  Signaling signaling;
  HistoryRecorder history;
  Router router;
  HttpServer server;
};

ControlPlane::ControlPlane(const Environment& environment, const HttpOptions& http, ControlSettings settings)
    : state_(std::make_unique<State>(environment, http, std::move(settings))) {}

ControlPlane::~ControlPlane() = default;

void ControlPlane::serve(HttpStream stream) { state_->server.serve(std::move(stream)); }

void ControlPlane::apply(ControlSettings settings) {
  state_->context.settings = std::make_shared<const ControlSettings>(std::move(settings));
  state_->gate.apply(*state_->context.settings);
  state_->signaling.apply();
}

void ControlPlane::set_http_options(const HttpOptions& options) { state_->server.set_options(options); }

void ControlPlane::set_stored_keys(std::vector<ApiKey> keys) { state_->gate.set_stored_keys(std::move(keys)); }

void ControlPlane::start_draining() {
  state_->server.start_draining();
  state_->signaling.start_draining();
}

void ControlPlane::stop() {
  state_->server.stop();
  state_->signaling.stop();
  state_->history.stop();
}

ControlPlane::Counters ControlPlane::counters() const {
  const Gate::Counters& gate = state_->gate.counters();
  Counters counters;
  counters.http = state_->server.counters();
  counters.credentials_minted = state_->context.credentials_minted;
  counters.wrong_keys = gate.wrong_keys;
  counters.forbidden = gate.forbidden;
  counters.rate_limited = gate.rate_limited;
  counters.slowed = gate.slowed;
  counters.slowed_sources = state_->gate.slowed_sources(state_->context.clock().mono);
  counters.by_status = state_->router.by_status();
  counters.by_route = state_->router.by_route();
  counters.signaling = state_->signaling.counters();
  return counters;
}

std::vector<std::string> ControlPlane::route_names() const { return state_->router.route_names(); }

std::size_t ControlPlane::session_count() const noexcept { return state_->server.session_count(); }

}  // namespace turnpike::control
