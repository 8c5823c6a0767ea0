#include "turnpike/base/check.hpp"

#include <cstdio>
#include <cstdlib>

namespace turnpike {

void check_failed(const char* condition, const char* file, int line) noexcept {
  // The one place of the core that writes anywhere: nothing is left that could be told about it.
  std::fprintf(stderr, "%s:%d: broken invariant: %s\n", file, line, condition);
  std::abort();
}

}  // namespace turnpike
