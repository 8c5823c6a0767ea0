// libFuzzer target: a turnserver.conf of anybody's.

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "turnpike/base/check.hpp"
#include "turnpike/coturn/import.hpp"

namespace turnpike::coturn {
namespace {

/// A comment or a verdict that breaks its line could put keys into the file.
bool is_one_line(std::string_view text) { return text.find_first_of("\n\r") == std::string_view::npos; }

void exercise(std::string_view text) {
  const Import import = import_config(text, "turnserver.conf");
  TURNPIKE_CHECK(import.toml.ends_with('\n'));
  std::size_t last = 0;
  for (const Verdict& verdict : import.verdicts) {
    TURNPIKE_CHECK(verdict.line == 0 || verdict.line > last);
    TURNPIKE_CHECK(!verdict.words.empty() && is_one_line(format_verdict(verdict, "turnserver.conf")));
    if (verdict.line != 0) last = verdict.line;
  }
}

}  // namespace
}  // namespace turnpike::coturn

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  turnpike::coturn::exercise({reinterpret_cast<const char*>(bytes), size});  // NOLINT(*-reinterpret-cast)
  return 0;
}
