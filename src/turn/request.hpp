#pragma once

#include <optional>

#include "turn/authenticator.hpp"
#include "turn/refusal.hpp"
#include "turnpike/base/five_tuple.hpp"
#include "turnpike/base/time.hpp"
#include "turnpike/stun/message.hpp"
#include "turnpike/turn/outbox.hpp"

namespace turnpike::turn {

/// An authenticated request on its way through a handler.
struct Request {
  const FiveTuple& five_tuple;
  const stun::MessageView& message;
  Now now;
  Outbox& outbox;
  const Authentication& authentication;
};

/// What a handler gives back: nothing when the request was answered (or its answer is under way), else the refusal.
using Refused = std::optional<Refusal>;

}  // namespace turnpike::turn
