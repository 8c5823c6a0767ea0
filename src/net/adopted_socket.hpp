#pragma once

#include "turnpike/base/endpoint.hpp"
#include "turnpike/base/result.hpp"
#include "turnpike/net/bound_socket.hpp"

namespace turnpike::net {

/// Makes a socket of somebody else's non-blocking and private to this program, and gives what it is bound to.
[[nodiscard]] Result<Endpoint> prepare_adopted(int fd, BoundSocket::Kind kind) noexcept;

}  // namespace turnpike::net
