#include "turnpike/probe/byte_exchange.hpp"

#include <fmt/format.h>

#include <boost/asio/error.hpp>

#include "probe/resolver.hpp"
#include "probe/stream_wire.hpp"

namespace turnpike::probe {
namespace {

ExchangeMistake mistake_of(Reason reason, const std::string& place) {
  switch (reason) {
    case Reason::refused: return {reason, fmt::format("{} refuses: nothing listens there", place)};
    case Reason::unreachable: return {reason, fmt::format("there is no way to {} from here", place)};
    case Reason::hung_up: return {reason, fmt::format("{} closed the connection", place)};
    case Reason::not_tls:
    case Reason::tls_mismatch: return {reason, fmt::format("no TLS connection to {}", place)};
    default: return {reason, fmt::format("no answer from {}", place)};
  }
}

class Exchange {
 public:
  Exchange(const ByteQuestion& question, const std::function<Instant()>& clock) : question_(question), loop_(clock) {}

  Result<std::string, ExchangeMistake> run(const Endpoint& server) {
    std::optional<net::TlsClientOptions> tls;
    if (question_.is_secure) {
      tls = {.server_name = question_.host,
             .trusted_pem = question_.trusted_pem,
             .alpn = {"http/1.1"},
             .trust_system = question_.trusted_pem.empty(),
             .only_report = true};
    }
    const auto wire = std::make_shared<StreamWire>(loop_, std::move(tls));
    wire->start(server);
    auto answer = talk(*wire, server.to_string());
    wire->close();
    return answer;
  }

 private:
  Result<std::string, ExchangeMistake> talk(StreamWire& wire, const std::string& place) {
    std::string answer;
    wire.on_bytes = [&](ByteSpan bytes) { answer += as_text(bytes); };
    const Instant deadline = loop_.now() + question_.patience;
    loop_.run_until(deadline, [&] { return wire.state() == WireState::open || wire.state() == WireState::over; });
    if (wire.state() != WireState::open) {
      return mistake_of(wire.state() == WireState::over ? wire.trouble() : Reason::silent, place);
    }
    const auto& certificate = wire.certificate();
    if (certificate && certificate->fault != net::CertificateFault::none && !question_.is_insecure) {
      return ExchangeMistake{Reason::certificate_other,
                             fmt::format("the certificate of {} is not to be trusted: {}", place, certificate->reason)};
    }
    wire.send(as_bytes(question_.request));
    loop_.run_until(deadline, [&] { return wire.state() == WireState::over || answer.size() > question_.max_answer; });
    if (answer.size() > question_.max_answer) return ExchangeMistake{Reason::error, "the answer is too long"};
    if (answer.empty()) return mistake_of(wire.state() == WireState::over ? Reason::hung_up : Reason::silent, place);
    return answer;
  }

  const ByteQuestion& question_;
  EventLoop loop_;
};

}  // namespace

Result<std::string, ExchangeMistake> exchange_bytes(const ByteQuestion& question,
                                                    const std::function<Instant()>& clock) {
  const auto addresses = resolve_host(question.host, question.patience);
  if (!addresses) {
    return ExchangeMistake{Reason::name_unknown, fmt::format("the address of {} cannot be found out", question.host)};
  }
  ExchangeMistake last{Reason::name_unknown, ""};
  for (const IpAddress& address : *addresses) {
    auto answer = Exchange{question, clock}.run({address, question.port});
    if (answer) return answer;
    last = answer.error();
    if (last.reason != Reason::unreachable && last.reason != Reason::refused) break;
  }
  return last;
}

}  // namespace turnpike::probe
