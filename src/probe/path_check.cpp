#include "probe/path_check.hpp"

#include <fmt/format.h>

#include <chrono>

#include "probe/address_kind.hpp"
#include "probe/relay_check.hpp"

namespace turnpike::probe {
namespace {

using client::Ending;
using client::Outcome;
using stun::ErrorCode;

constexpr std::chrono::days kSoon{14};

Reason reason_of(net::CertificateFault fault) noexcept {
  switch (fault) {
    case net::CertificateFault::none: return Reason::none;
    case net::CertificateFault::unknown_issuer: return Reason::certificate_unknown_issuer;
    case net::CertificateFault::wrong_name: return Reason::certificate_wrong_name;
    case net::CertificateFault::expired: return Reason::certificate_expired;
    case net::CertificateFault::not_yet_valid: return Reason::certificate_not_yet_valid;
    case net::CertificateFault::other: break;
  }
  return Reason::certificate_other;
}

std::string join(const std::vector<std::string>& texts) {
  constexpr std::size_t kShown = 5;
  std::string joined;
  for (std::size_t i = 0; i < texts.size() && i < kShown; ++i) joined += (i == 0 ? "" : ", ") + texts[i];
  return texts.size() > kShown ? joined + ", ..." : joined;
}

std::string describe(Reason reason, const Endpoint& server) {
  const std::string place = server.to_string();
  switch (reason) {
    case Reason::refused: return fmt::format("{} refuses: nothing listens there", place);
    case Reason::unreachable: return fmt::format("there is no way to {} from here", place);
    case Reason::hung_up: return fmt::format("{} closed the connection", place);
    case Reason::not_turn: return fmt::format("what answers at {} does not speak TURN", place);
    case Reason::not_tls: return fmt::format("what answers at {} does not speak TLS", place);
    case Reason::tls_mismatch: return fmt::format("{} and this program find no common TLS version or cipher", place);
    default: return fmt::format("no answer from {}", place);
  }
}

Step failed(StepName name, Reason reason, std::string text) {
  return {.name = name, .mark = Mark::failed, .reason = reason, .code = {}, .took = {}, .text = std::move(text)};
}

std::string_view words_of(ErrorCode code) noexcept {
  const std::string_view known = stun::name_of(code);
  return known.empty() ? std::string_view{"unknown error"} : known;
}

/// The step for a request that got no success.
Step failure_of(StepName name, const Outcome& outcome, Reason silence, const Endpoint& server) {
  Step step{.name = name, .mark = Mark::failed, .reason = Reason::error, .code = outcome.code, .took = {}, .text = {}};
  switch (outcome.ending) {
    case Ending::refused:
      step.text = fmt::format("the server answers {} ({})", static_cast<unsigned>(outcome.code.value_or(ErrorCode{})),
                              words_of(outcome.code.value_or(ErrorCode{})));
      break;
    case Ending::timed_out:
      step.reason = silence;
      step.text = describe(silence, server);
      break;
    case Ending::integrity_violated:
      step.reason = Reason::forged;
      step.text = "the answers are not signed with this password";
      break;
    case Ending::bid_down:
      step.reason = Reason::bid_down;
      step.text = "the server's challenge lacks the algorithms that its nonce promises";
      break;
    case Ending::unsupported_algorithms:
      step.reason = Reason::bid_down;
      step.text = "the server offers no password algorithm that this program knows";
      break;
    case Ending::malformed:
    case Ending::success:
      step.reason = Reason::not_turn;
      step.text = "the answer lacks what it must have";
      break;
  }
  return step;
}

}  // namespace

PathCheck::PathCheck(EventLoop& loop, const ServerUri& uri, const CheckOptions& options, const CheckWorld& world,
                     PathReport& report)
    : loop_(loop), uri_(uri), options_(options), world_(world), report_(report), steps_(uri, report, world) {}

void PathCheck::run(const std::vector<IpAddress>& addresses) {
  if (!reach(addresses) || !uri_.is_turn || !allocate()) return;
  look_at_relayed_address();
  relay();
  release();
}

std::unique_ptr<Dialogue> PathCheck::speak(std::shared_ptr<Wire> wire) {
  const Dialogue::Login login{options_.username, options_.password, options_.patience};
  return std::make_unique<Dialogue>(loop_, std::move(wire), login, is_stream(), world_.random);
}

net::TlsClientOptions PathCheck::tls_options() const {
  return {.server_name = uri_.host,
          .trusted_pem = options_.trusted_pem,
          .alpn = {},
          .trust_system = options_.trusted_pem.empty(),
          .only_report = true};
}

Reason PathCheck::why_silent() {
  const Reason trouble = dialogue_->wire().trouble();
  return trouble == Reason::none ? Reason::silent : trouble;
}

bool PathCheck::reach(const std::vector<IpAddress>& addresses) {
  constexpr std::size_t kMaxAddresses = 3;
  const std::size_t count = std::min(addresses.size(), kMaxAddresses);
  for (std::size_t i = 0; i < count; ++i) {
    if (reach_one({addresses[i], uri_.port}, i + 1 == count)) return true;
    // A server that has shown its certificate or has answered is the one to be judged.
    if (report_.failure() != nullptr) return false;
  }
  return false;
}

bool PathCheck::reach_one(const Endpoint& server, bool is_last) {
  server_ = server;
  steps_.begin();
  dialogue_ = speak(open_wire(loop_, report_.transport, server, tls_options()));
  Wire& wire = dialogue_->wire();
  loop_.run_until(loop_.now() + options_.patience, [&] { return wire.state() != WireState::connecting; });
  if (wire.state() == WireState::connecting || wire.state() == WireState::over) {
    const Reason reason = why_silent();
    Step step = failed(StepName::connect, reason, describe(reason, server));
    if (!is_last) step.mark = reason == Reason::unreachable ? Mark::skipped : Mark::warning;
    steps_.end(std::move(step));
    return false;
  }
  steps_.facts().server = server;
  if (is_stream()) {
    steps_.end({.name = StepName::connect, .code = {}, .text = fmt::format("TCP to {}", server.to_string())});
  }
  if (is_secure(report_.transport) && !shake_hands()) return false;
  return bind(is_last);
}

bool PathCheck::shake_hands() {
  Wire& wire = dialogue_->wire();
  loop_.run_until(loop_.now() + options_.patience, [&] { return wire.state() != WireState::handshaking; });
  if (wire.state() != WireState::open) {
    const Reason reason = why_silent();
    steps_.end(failed(StepName::handshake, reason, describe(reason, server_)));
    return false;
  }
  steps_.facts().tls_version = wire.tls_version();
  steps_.facts().certificate = wire.certificate();
  return judge_certificate();
}

bool PathCheck::judge_certificate() {
  const Facts& facts = steps_.facts();
  if (!facts.certificate) {
    steps_.end(failed(StepName::handshake, Reason::certificate_other, "the server showed no certificate"));
    return false;
  }
  const net::PeerCertificate& certificate = *facts.certificate;
  const auto left = std::chrono::floor<std::chrono::days>(certificate.not_after - world_.wall());
  Step step{.name = StepName::handshake,
            .reason = reason_of(certificate.fault),
            .code = {},
            .text = fmt::format("{}, certificate for {} by {}, {} days left", facts.tls_version,
                                join(certificate.hosts), certificate.issuer, left.count())};
  if (certificate.fault != net::CertificateFault::none) {
    step.mark = options_.is_insecure ? Mark::warning : Mark::failed;
    step.text += fmt::format("; not to be trusted: {}{}", certificate.reason,
                             options_.is_insecure ? " (going on, as --insecure says)" : "");
  } else if (left < kSoon) {
    step.mark = Mark::warning;
    step.reason = Reason::certificate_ends_soon;
  }
  const bool may_go_on = step.mark != Mark::failed;
  steps_.end(std::move(step));
  return may_go_on;
}

bool PathCheck::bind(bool is_last) {
  const Outcome outcome = dialogue_->bind();
  learn();
  Facts& facts = steps_.facts();
  facts.local = dialogue_->wire().local();
  if (outcome.ending != Ending::success) {
    Step step = failure_of(StepName::binding, outcome, why_silent(), server_);
    // TURN servers may leave Binding out; Allocate will tell. A refusal by ICMP is for both.
    const bool is_answer = step.reason != Reason::silent && step.reason != Reason::error;
    if (!is_last || (uri_.is_turn && !is_answer)) step.mark = Mark::warning;
    const bool may_go_on = is_last && step.mark == Mark::warning;
    steps_.end(std::move(step));
    return may_go_on;
  }
  facts.mapped = outcome.mapped;
  if (outcome.round_trip > Duration::zero()) facts.round_trip = outcome.round_trip;
  const bool is_same = facts.local && facts.local->address.unmapped() == outcome.mapped->address.unmapped();
  steps_.end({.name = StepName::binding,
              .code = {},
              .text = fmt::format("seen as {}, {}", outcome.mapped->to_string(),
                                  is_same ? "without a NAT in between" : "behind a NAT")});
  return true;
}

void PathCheck::learn() {
  Facts& facts = steps_.facts();
  if (!dialogue_->software().empty()) facts.software = dialogue_->software();
  if (!dialogue_->realm().empty()) facts.realm = dialogue_->realm();
  facts.offers_sha256 = facts.offers_sha256 || dialogue_->offers_sha256();
}

bool PathCheck::allocate() {
  steps_.begin();
  const Outcome outcome = dialogue_->allocate();
  learn();
  if (outcome.code == ErrorCode::try_alternate && outcome.alternate && !was_sent_on_) return follow(outcome);
  judge_challenge(outcome);
  if (report_.failure() != nullptr) return false;
  return judge_allocation(outcome);
}

bool PathCheck::follow(const Outcome& outcome) {
  was_sent_on_ = true;
  steps_.end({.name = StepName::allocate,
              .mark = Mark::warning,
              .reason = Reason::sent_on,
              .code = outcome.code,
              .text = fmt::format("sent on to {}", outcome.alternate->to_string())});
  return reach_one(*outcome.alternate, true) && allocate();
}

void PathCheck::judge_challenge(const Outcome& outcome) {
  const auto challenged = dialogue_->challenged_at();
  if (!challenged) {
    if (outcome.ending != Ending::success) {
      return steps_.end(failure_of(StepName::challenge, outcome, why_silent(), server_));
    }
    return steps_.end({.name = StepName::challenge,
                       .mark = Mark::warning,
                       .reason = Reason::not_asked_for_credentials,
                       .code = {},
                       .text = "the server relays for anybody, without a password"});
  }
  const Facts& facts = steps_.facts();
  steps_.end_at(*challenged, {.name = StepName::challenge,
                              .code = {},
                              .text = fmt::format("asks for a password, realm \"{}\", {}{}", facts.realm,
                                                  facts.offers_sha256 ? "SHA-256 and MD5" : "MD5",
                                                  facts.software.empty() ? "" : ", software " + facts.software)});
}

bool PathCheck::judge_allocation(const Outcome& outcome) {
  if (outcome.ending == Ending::success) {
    const client::GrantedAllocation& grant = *dialogue_->session().allocation();
    steps_.facts().relayed = grant.relayed.front();
    if (!steps_.facts().mapped) steps_.facts().mapped = grant.mapped;
    steps_.end({.name = StepName::allocate,
                .code = {},
                .text = fmt::format("relayed address {} for {} s", grant.relayed.front().to_string(),
                                    grant.lifetime.count())});
    return true;
  }
  Step step = failure_of(StepName::allocate, outcome, why_silent(), server_);
  const bool is_refused = outcome.ending == Ending::refused;
  if (options_.username.empty()) {
    step.mark = Mark::skipped;
    step.reason = Reason::no_credentials;
    step.text = "no username and password to go on with";
  } else if (is_refused &&
             (outcome.code == ErrorCode::unauthenticated || outcome.code == ErrorCode::wrong_credentials)) {
    step.reason = Reason::not_accepted;
  }
  steps_.end(std::move(step));
  return false;
}

void PathCheck::look_at_relayed_address() {
  const Endpoint& relayed = *steps_.facts().relayed;
  const Reason reason = look_at_relayed(server_.address, relayed.address);
  if (reason == Reason::none) {
    const bool is_own = relayed.address == server_.address;
    return steps_.end({.name = StepName::relayed_address,
                       .code = {},
                       .text = fmt::format("{} is {}", relayed.address.to_string(),
                                           is_own ? "the server's own address" : "not the address it was asked at")});
  }
  steps_.end(failed(StepName::relayed_address, reason,
                    fmt::format("the server at {} gives out {}, which nobody outside its network can reach",
                                server_.address.to_string(), relayed.address.to_string())));
}

std::unique_ptr<Dialogue> PathCheck::allocate_second() {
  auto second = speak(open_wire(loop_, report_.transport, server_, tls_options()));
  Wire& wire = second->wire();
  loop_.run_until(loop_.now() + options_.patience + options_.patience,
                  [&] { return wire.state() == WireState::open || wire.state() == WireState::over; });
  if (wire.state() == WireState::open && second->allocate().ending == Ending::success) return second;
  return nullptr;
}

/// Over TCP nothing is known yet of UDP; most servers have both at one port.
bool PathCheck::does_udp_pass() {
  if (!is_stream()) return true;
  auto plain = Dialogue(loop_, open_wire(loop_, Transport::udp, server_, {}), {"", "", options_.patience / 4}, false,
                        world_.random);
  return plain.bind().ending == Ending::success;
}

void PathCheck::relay() {
  if (report_.failure() != nullptr) return;
  steps_.begin();
  const auto second = allocate_second();
  RelayCheck check{loop_, {*dialogue_, second.get()}, steps_, world_.random, options_.patience};
  check.run(does_udp_pass());
  if (second) second->release();
}

void PathCheck::release() {
  steps_.begin();
  const Outcome outcome = dialogue_->release();
  if (outcome.ending == Ending::success) {
    return steps_.end({.name = StepName::release, .code = {}, .text = "given back"});
  }
  Step step = failure_of(StepName::release, outcome, why_silent(), server_);
  step.mark = Mark::warning;
  steps_.end(std::move(step));
}

}  // namespace turnpike::probe
