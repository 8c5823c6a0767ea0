#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "turnpike/base/result.hpp"
#include "turnpike/base/time.hpp"
#include "turnpike/probe/check_report.hpp"

namespace turnpike::probe {

/// One request over TCP or TLS to a server that closes the connection behind its answer, such as HTTP/1.1 with
/// "Connection: close".
struct ByteQuestion {
  std::string host;
  std::uint16_t port = 443;
  bool is_secure = true;
  bool is_insecure = false;  ///< takes any certificate
  std::string trusted_pem;   ///< CA certificates; empty: those of this machine
  std::string request;
  Duration patience = Seconds{5};
  std::size_t max_answer = std::size_t{1} << 20U;
};
struct ExchangeMistake {
  Reason reason{};
  std::string text;
};

/// All that the server says before it hangs up.
[[nodiscard]] Result<std::string, ExchangeMistake> exchange_bytes(const ByteQuestion& question,
                                                                  const std::function<Instant()>& clock);

}  // namespace turnpike::probe
