#pragma once

#include <functional>
#include <memory>

#include "control/engineio_server.hpp"
#include "control/exchange.hpp"

namespace turnpike::control {

/// Moves a connection that has become a WebSocket to where its frames are read.
using SocketOpener =
    std::function<void(EngineStream stream, std::vector<std::uint8_t> received, std::unique_ptr<TextPeer> peer)>;

/// One request to Engine.IO: a handshake, a poll, a POST, or a WebSocket; GET or POST. Errors have the numbers and the
/// words of the protocol's own server.
void answer_engineio(const std::shared_ptr<EngineIoServer>& server, const SocketOpener& open_socket,
                     const std::shared_ptr<Exchange>& exchange, const Reply& reply);

}  // namespace turnpike::control
