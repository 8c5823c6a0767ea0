#pragma once

#include <functional>
#include <memory>

#include "control/exchange.hpp"
#include "control/signaling.hpp"
#include "control/text_channel.hpp"

namespace turnpike::control {

/// Answers a request that should become a WebSocket: 101, after which what `make_peer` returns speaks over it; what is
/// wrong with the handshake (see answer_handshake()); 403 from a page that may not; 404 when signaling is off.
void answer_socket(Signaling& signaling, Exchange& exchange, const Reply& reply,
                   std::function<std::unique_ptr<TextPeer>()> make_peer);

}  // namespace turnpike::control
