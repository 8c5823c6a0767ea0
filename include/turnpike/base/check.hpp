#pragma once

namespace turnpike {

/// Prints the broken invariant and aborts. Only for states that cannot happen, never for input.
[[noreturn]] void check_failed(const char* condition, const char* file, int line) noexcept;

}  // namespace turnpike

// A macro because the condition's text and place belong into the crash report.
#define TURNPIKE_CHECK(condition) \
  (static_cast<bool>(condition) ? static_cast<void>(0) : ::turnpike::check_failed(#condition, __FILE__, __LINE__))
