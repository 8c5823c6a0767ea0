#include "control/native_client.hpp"
#include "control/router.hpp"
#include "control/signaling_routes.hpp"

namespace turnpike::control {

void add_native_routes(Router& router, Signaling& signaling) {
  router.add(http::verb::get, "/signal", Access::open,
             [&signaling](const std::shared_ptr<Exchange>& exchange, const Reply& reply) {
               answer_socket(signaling, *exchange, reply, [&signaling, address = exchange->caller.client.address] {
                 return std::make_unique<NativeClient>(signaling, address);
               });
             });
}

}  // namespace turnpike::control
