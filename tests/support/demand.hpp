#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

namespace turnpike::test {

/// Throws std::logic_error: what a model or a walk relies on is not so.
inline void demand(bool condition, std::string_view what) {
  if (!condition) throw std::logic_error(std::string(what));
}

}  // namespace turnpike::test
