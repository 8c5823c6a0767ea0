#include "turnpike/probe/verdict.hpp"

#include <gtest/gtest.h>

namespace turnpike::probe {
namespace {

using std::chrono::hours;
using stun::ErrorCode;

constexpr UnixSeconds kNow{Seconds{1'800'000'000}};

Step step(StepName name, Mark mark = Mark::ok, Reason reason = Reason::none, std::optional<ErrorCode> code = {}) {
  return {.name = name, .mark = mark, .reason = reason, .code = code, .took = {}, .text = {}};
}

/// All went well up to `last`.
PathReport path(Transport transport, StepName last = StepName::release) {
  PathReport report{.transport = transport, .steps = {}, .facts = {}};
  for (int i = 0; i <= static_cast<int>(last); ++i) {
    const auto name = static_cast<StepName>(i);
    if (name == StepName::connect && !is_stream(transport)) continue;
    if (name == StepName::handshake && !is_secure(transport)) continue;
    report.steps.push_back(step(name));
  }
  return report;
}

/// The last step of these failed.
PathReport failing(Transport transport, StepName at, Reason reason, std::optional<ErrorCode> code = {}) {
  PathReport report = path(transport, at);
  report.steps.back() = step(at, Mark::failed, reason, code);
  return report;
}

UriReport report_of(std::string_view uri, std::vector<PathReport> paths) {
  return {.uri = *ServerUri::parse(uri), .paths = std::move(paths)};
}

Verdict judge_one(const UriReport& report, const CheckContext& context = {.now = kNow}) {
  return judge(report, {&report, 1}, context);
}

Fault fault_of(PathReport one, const CheckContext& context = {.now = kNow}) {
  return judge_one(report_of("turn:h?transport=udp", {std::move(one)}), context).fault;
}

TEST(VerdictTest, FindsNothingWhereNothingIsWrong) {
  const auto report = report_of("turn:h", {path(Transport::udp), path(Transport::tcp)});
  EXPECT_EQ(judge_one(report).fault, Fault::none);
  EXPECT_TRUE(advise(judge_one(report), report, {.now = kNow}).empty());
}

TEST(VerdictTest, IsContentWithAStunServerThatAnswersBinding) {
  const auto verdict = judge_one(report_of("stun:h", {path(Transport::udp, StepName::binding)}));
  EXPECT_EQ(verdict.fault, Fault::none);
  EXPECT_EQ(verdict.variant, Variant::stun);
}

TEST(VerdictTest, AsksForCredentialsWhereNoneWereGiven) {
  PathReport one = path(Transport::udp, StepName::challenge);
  one.steps.push_back(step(StepName::allocate, Mark::skipped, Reason::no_credentials, ErrorCode::unauthenticated));
  const auto report = report_of("turn:h?transport=udp", {one});
  const auto verdict = judge_one(report);
  EXPECT_EQ(verdict.fault, Fault::none);
  EXPECT_EQ(verdict.variant, Variant::no_credentials);
  EXPECT_FALSE(advise(verdict, report, {.now = kNow}).empty());
}

TEST(VerdictTest, NamesUdpThatIsBlockedWhereTcpWorks) {
  const auto report =
      report_of("turn:h", {failing(Transport::udp, StepName::challenge, Reason::silent), path(Transport::tcp)});
  EXPECT_EQ(judge_one(report).fault, Fault::udp_blocked);
}

TEST(VerdictTest, NamesUdpThatIsBlockedWhereAnotherUriOfTheHostWorks) {
  const std::vector<UriReport> reports{
      report_of("turn:h?transport=udp", {failing(Transport::udp, StepName::challenge, Reason::silent)}),
      report_of("turns:h:443", {path(Transport::tls)})};
  EXPECT_EQ(judge(reports[0], reports, {.now = kNow}).fault, Fault::udp_blocked);
  EXPECT_EQ(judge(reports[1], reports, {.now = kNow}).fault, Fault::none);
}

TEST(VerdictTest, DoesNotTakeAPortThatRefusesForBlockedUdp) {
  const std::vector<UriReport> reports{
      report_of("turn:h:99?transport=udp", {failing(Transport::udp, StepName::binding, Reason::refused)}),
      report_of("turn:h?transport=tcp", {path(Transport::tcp)})};
  const auto verdict = judge(reports[0], reports, {.now = kNow});
  EXPECT_EQ(verdict.fault, Fault::server_away);
  EXPECT_EQ(verdict.variant, Variant::refused);
}

TEST(VerdictTest, NamesTcpThatIsBlockedWhereUdpWorks) {
  const auto report =
      report_of("turn:h", {path(Transport::udp), failing(Transport::tcp, StepName::connect, Reason::silent)});
  EXPECT_EQ(judge_one(report).fault, Fault::tcp_blocked);
}

TEST(VerdictTest, NamesARelayThatIsBlockedWhereOnlyStunIsAnswered) {
  const auto verdict =
      judge_one(report_of("turn:h?transport=udp", {failing(Transport::udp, StepName::challenge, Reason::silent)}));
  EXPECT_EQ(verdict.fault, Fault::turn_blocked);
  EXPECT_EQ(verdict.variant, Variant::stun_works);
}

TEST(VerdictTest, DoesNotTakeAServerThatWasReachedForOneThatIsOff) {
  for (const auto& [transport, at] :
       {std::pair{Transport::tls, StepName::handshake}, std::pair{Transport::tcp, StepName::allocate},
        std::pair{Transport::udp, StepName::allocate}}) {
    const auto report = report_of("turn:h?transport=udp", {failing(transport, at, Reason::silent)});
    const auto verdict = judge_one(report);
    EXPECT_EQ(verdict.fault, Fault::server_away) << name_of(at);
    EXPECT_EQ(verdict.variant, Variant::mute) << name_of(at);
    EXPECT_EQ(advise(verdict, report, {.now = kNow}).front().find("off"), std::string::npos);
  }
}

TEST(VerdictTest, DoesNotBlameThePasswordForNoncesThatAreStaleAtOnce) {
  EXPECT_EQ(fault_of(failing(Transport::udp, StepName::allocate, Reason::error, ErrorCode::stale_nonce)), Fault::other);
}

TEST(VerdictTest, NamesARelayThatIsBlockedWhereTheHostAnswersTheApi) {
  PathReport mute = failing(Transport::udp, StepName::binding, Reason::silent);
  EXPECT_EQ(fault_of(mute, {.now = kNow, .is_alive = true}), Fault::turn_blocked);
  EXPECT_EQ(fault_of(mute), Fault::server_away);
}

TEST(VerdictTest, TellsTheWaysInWhichAServerIsAwayApart) {
  const auto variant_of = [](Reason reason) {
    return judge_one(report_of("turn:h", {failing(Transport::udp, StepName::binding, Reason::silent),
                                          failing(Transport::tcp, StepName::connect, reason)}));
  };
  EXPECT_EQ(variant_of(Reason::silent).fault, Fault::server_away);
  EXPECT_EQ(variant_of(Reason::silent).variant, Variant::plain);
  EXPECT_EQ(variant_of(Reason::refused).variant, Variant::refused);
  EXPECT_EQ(variant_of(Reason::unreachable).variant, Variant::unreachable);
}

TEST(VerdictTest, NamesWhatIsWrongWithTheName) {
  EXPECT_EQ(fault_of(failing(Transport::udp, StepName::resolve, Reason::name_unknown)), Fault::name_unknown);
  EXPECT_EQ(fault_of(failing(Transport::udp, StepName::resolve, Reason::resolver_silent)), Fault::name_unknown);
}

TEST(VerdictTest, NamesEachFaultOfACertificate) {
  const auto named = [](Reason reason) { return fault_of(failing(Transport::tls, StepName::handshake, reason)); };
  EXPECT_EQ(named(Reason::certificate_expired), Fault::certificate_expired);
  EXPECT_EQ(named(Reason::certificate_wrong_name), Fault::certificate_wrong_name);
  EXPECT_EQ(named(Reason::certificate_unknown_issuer), Fault::certificate_unknown_issuer);
  EXPECT_EQ(named(Reason::certificate_not_yet_valid), Fault::certificate_not_yet_valid);
  EXPECT_EQ(named(Reason::certificate_other), Fault::certificate_other);
  EXPECT_EQ(named(Reason::not_tls), Fault::tls_failed);
  EXPECT_EQ(named(Reason::tls_mismatch), Fault::tls_failed);
}

TEST(VerdictTest, TellsExpiredCredentialsFromWrongOnes) {
  const PathReport refused =
      failing(Transport::udp, StepName::allocate, Reason::not_accepted, ErrorCode::unauthenticated);
  EXPECT_EQ(fault_of(refused), Fault::wrong_credentials);
  EXPECT_EQ(fault_of(refused, {.now = kNow, .expiry = kNow + hours{1}}), Fault::wrong_credentials);
  EXPECT_EQ(fault_of(refused, {.now = kNow, .expiry = kNow - hours{1}}), Fault::expired_credentials);
}

TEST(VerdictTest, NamesWhatTheServerAnswersToAllocate) {
  const auto named = [](ErrorCode code) {
    return fault_of(failing(Transport::udp, StepName::allocate, Reason::error, code));
  };
  EXPECT_EQ(named(ErrorCode::allocation_quota_reached), Fault::quota_reached);
  EXPECT_EQ(named(ErrorCode::insufficient_capacity), Fault::no_capacity);
  EXPECT_EQ(named(ErrorCode::try_alternate), Fault::no_capacity);
  EXPECT_EQ(named(ErrorCode::forbidden), Fault::allocation_refused);
  EXPECT_EQ(named(ErrorCode::unsupported_transport_protocol), Fault::allocation_refused);
  EXPECT_EQ(named(ErrorCode::allocation_mismatch), Fault::allocation_refused);
  EXPECT_EQ(named(ErrorCode::server_error), Fault::other);
}

TEST(VerdictTest, NamesWhatIsWrongWithTheRelay) {
  EXPECT_EQ(fault_of(failing(Transport::udp, StepName::relayed_address, Reason::address_private)),
            Fault::relay_address_private);
  EXPECT_EQ(fault_of(failing(Transport::udp, StepName::permission, Reason::peer_refused)), Fault::peer_refused);
  EXPECT_EQ(fault_of(failing(Transport::udp, StepName::many_packets, Reason::partly_lost)), Fault::packets_lost);
  EXPECT_EQ(fault_of(failing(Transport::udp, StepName::many_packets, Reason::large_lost)), Fault::large_packets_lost);
}

TEST(VerdictTest, TellsARelayThatPassesNothingFromOneThatIsClosedFromOutside) {
  PathReport outside = path(Transport::udp);
  outside.steps[6] = step(StepName::outside, Mark::failed, Reason::lost);
  const auto from_outside = judge_one(report_of("turn:h?transport=udp", {outside}));
  EXPECT_EQ(from_outside.fault, Fault::relay_blocked);
  EXPECT_EQ(from_outside.variant, Variant::outside_only);
  PathReport nothing = outside;
  nothing.steps[7] = step(StepName::relay, Mark::failed, Reason::lost);
  EXPECT_EQ(judge_one(report_of("turn:h?transport=udp", {nothing})).variant, Variant::plain);
}

TEST(VerdictTest, PutsWhatWasHeardBeforeWhatWasNot) {
  const auto report = report_of(
      "turn:h", {failing(Transport::udp, StepName::challenge, Reason::silent),
                 failing(Transport::tcp, StepName::allocate, Reason::not_accepted, ErrorCode::unauthenticated)});
  EXPECT_EQ(judge_one(report).fault, Fault::wrong_credentials);
}

TEST(VerdictTest, NamesAClockOnlyWhereItExplainsMore) {
  const CheckContext off{.now = kNow, .clock_offset = hours{1}};
  EXPECT_EQ(fault_of(path(Transport::udp), off), Fault::clock_off);
  EXPECT_EQ(fault_of(path(Transport::udp), {.now = kNow, .clock_offset = Seconds{-30}}), Fault::none);
  EXPECT_EQ(fault_of(failing(Transport::udp, StepName::many_packets, Reason::large_lost), off),
            Fault::large_packets_lost);
}

TEST(VerdictTest, EveryFaultHasANameASentenceAndAdvice) {
  const auto report = report_of("turn:turn.example.org", {path(Transport::udp)});
  const CheckContext context{.now = kNow, .expiry = kNow - hours{50}};
  for (std::size_t i = 1; i < static_cast<std::size_t>(Fault::count_); ++i) {
    const Verdict verdict{.fault = static_cast<Fault>(i), .variant = Variant::plain, .path = 0};
    EXPECT_FALSE(name_of(verdict.fault).empty());
    EXPECT_GT(explain(verdict, report, context).size(), 20U) << name_of(verdict.fault);
    EXPECT_EQ(advise(verdict, report, context).size(), 1U) << name_of(verdict.fault);
  }
}

TEST(VerdictTest, SaysHowLongAgoCredentialsHaveExpired) {
  const auto report = report_of("turn:h", {});
  const CheckContext context{.now = kNow, .expiry = kNow - hours{50}};
  EXPECT_NE(explain({.fault = Fault::expired_credentials}, report, context).find("2 days ago"), std::string::npos);
}

TEST(VerdictTest, ReadsTheExpiryOfAUsername) {
  EXPECT_EQ(expiry_of("1800000000:alice"), kNow);
  EXPECT_EQ(expiry_of("1800000000"), kNow);
  EXPECT_FALSE(expiry_of("alice"));
  EXPECT_FALSE(expiry_of("12345:alice"));
  EXPECT_FALSE(expiry_of("18000000x0:alice"));
  EXPECT_FALSE(expiry_of(""));
}

}  // namespace
}  // namespace turnpike::probe
