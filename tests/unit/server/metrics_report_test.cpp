#include "server/metrics_report.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <prometheus/text_serializer.h>

#include <set>
#include <string>

#include "turnpike/rooms/notice.hpp"
#include "turnpike/stun/message_type.hpp"
#include "turnpike/turn/command.hpp"

namespace turnpike::server {
namespace {

using testing::HasSubstr;
using testing::Not;

std::string text_of(const MetricsInput& input) {
  return prometheus::TextSerializer().Serialize(make_metric_families(input));
}

MetricsInput make_input() {
  MetricsInput input;
  input.version = "1.2.3";
  input.route_names = {"/healthz", "other"};
  input.certificates = ServerStatistics::Certificates{UnixSeconds{Seconds{1'767'225'600}}, 2};
  input.alternates = {{"192.0.2.9:3478", true}, {"192.0.2.10:3478", false}};
  return input;
}

TEST(MetricsReportTest, EveryFamilyOfTheTableIsThereInItsOrder) {
  const auto families = make_metric_families({});
  ASSERT_EQ(families.size(), metric_table().size());
  for (std::size_t i = 0; i < families.size(); ++i) {
    EXPECT_EQ(families[i].name, metric_table()[i].name);
    EXPECT_EQ(families[i].type, metric_table()[i].type);
    EXPECT_EQ(families[i].help, metric_table()[i].help);
  }
}

TEST(MetricsReportTest, EveryFamilyHasAValueBeforeAnythingHasHappened) {
  for (const auto& family : make_metric_families(make_input())) EXPECT_FALSE(family.metric.empty()) << family.name;
}

TEST(MetricsReportTest, AlternatesAreUpOrDownAndADeadlineIsATime) {
  MetricsInput input = make_input();
  EXPECT_THAT(text_of(input), HasSubstr("turnpike_alternate_up{alternate=\"192.0.2.9:3478\"} 1\n"));
  EXPECT_THAT(text_of(input), HasSubstr("turnpike_alternate_up{alternate=\"192.0.2.10:3478\"} 0\n"));
  EXPECT_THAT(text_of(input), HasSubstr("turnpike_drain_deadline_seconds 0\n"));
  input.drain_deadline = UnixSeconds{Seconds{1'767'225'600}};
  EXPECT_THAT(text_of(input), HasSubstr("turnpike_drain_deadline_seconds 1767225600\n"));
}

TEST(MetricsReportTest, EveryValueHasTheLabelsOfItsFamily) {
  const auto families = make_metric_families(make_input());
  for (std::size_t i = 0; i < families.size(); ++i) {
    const MetricDefinition& definition = metric_table()[i];
    for (const auto& metric : families[i].metric) {
      ASSERT_EQ(metric.label.size(), definition.label_count()) << definition.name;
      for (std::size_t k = 0; k < metric.label.size(); ++k) {
        EXPECT_EQ(metric.label[k].name, definition.labels.at(k));
        EXPECT_NE(metric.label[k].value, "") << definition.name;
        EXPECT_NE(metric.label[k].value, "unknown") << definition.name;
      }
    }
  }
}

TEST(MetricsReportTest, NoSeriesComesTwice) {
  for (const auto& family : make_metric_families(make_input())) {
    std::set<std::vector<prometheus::ClientMetric::Label>> seen;
    for (const auto& metric : family.metric) EXPECT_TRUE(seen.insert(metric.label).second) << family.name;
  }
}

TEST(MetricsReportTest, NamesFollowTheConventions) {
  std::set<std::string_view> names;
  for (const MetricDefinition& definition : metric_table()) {
    EXPECT_TRUE(names.insert(definition.name).second) << definition.name;
    EXPECT_TRUE(definition.name.starts_with("turnpike_")) << definition.name;
    EXPECT_EQ(definition.name.ends_with("_total"), definition.type == prometheus::MetricType::Counter)
        << definition.name;
    EXPECT_EQ(definition.name.find_first_not_of("abcdefghijklmnopqrstuvwxyz_"), std::string_view::npos);
    EXPECT_TRUE(definition.help.ends_with('.')) << definition.name;
  }
}

TEST(MetricsReportTest, LabelsAreOfTheShortListThatIsBounded) {
  const std::set<std::string_view> allowed{"transport", "family", "direction", "reason",  "code", "method",
                                           "route",     "class",  "version",   "dialect", "kind", "alternate"};
  for (const MetricDefinition& definition : metric_table()) {
    for (std::size_t i = 0; i < definition.label_count(); ++i) {
      EXPECT_TRUE(allowed.contains(definition.labels.at(i))) << definition.name;
    }
  }
}

TEST(MetricsReportTest, TrafficIsCountedByTransportFamilyAndDirection) {
  MetricsInput input;
  auto& cell = input.workers.totals.by_client.at(static_cast<std::size_t>(Transport::tls)).at(1);
  cell.live = 3;
  cell.started = 5;
  cell.traffic = {10, 1000, 20, 2000};
  const std::string text = text_of(input);
  EXPECT_THAT(text, HasSubstr("turnpike_allocations{transport=\"tls\",family=\"ipv6\"} 3\n"));
  EXPECT_THAT(text, HasSubstr("turnpike_allocations_started_total{transport=\"tls\",family=\"ipv6\"} 5\n"));
  EXPECT_THAT(
      text, HasSubstr("turnpike_relayed_packets_total{transport=\"tls\",family=\"ipv6\",direction=\"to_peers\"} 10\n"));
  EXPECT_THAT(
      text,
      HasSubstr("turnpike_relayed_bytes_total{transport=\"tls\",family=\"ipv6\",direction=\"to_client\"} 2000\n"));
  EXPECT_THAT(text, HasSubstr("turnpike_allocations{transport=\"udp\",family=\"ipv4\"} 0\n"));
}

TEST(MetricsReportTest, EndsCarryTheNamesOfTheirReasons) {
  MetricsInput input;
  input.workers.totals.ended.at(static_cast<std::size_t>(turn::EndReason::revoked)) = 1;
  input.workers.totals.ended.at(static_cast<std::size_t>(turn::EndReason::killed)) = 2;
  const std::string text = text_of(input);
  EXPECT_THAT(text, HasSubstr("turnpike_allocations_ended_total{reason=\"revoked\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("turnpike_allocations_ended_total{reason=\"killed\"} 2\n"));
}

TEST(MetricsReportTest, RequestsWithoutAMethodOfTheirOwnAreOthers) {
  MetricsInput input;
  input.workers.totals.requests.at(0) = 4;
  input.workers.totals.requests.at(static_cast<std::size_t>(stun::Method::send)) = 1;
  input.workers.totals.requests.at(static_cast<std::size_t>(stun::Method::channel_bind)) = 7;
  const std::string text = text_of(input);
  EXPECT_THAT(text, HasSubstr("turnpike_requests_total{method=\"other\"} 5\n"));
  EXPECT_THAT(text, HasSubstr("turnpike_requests_total{method=\"channel_bind\"} 7\n"));
}

TEST(MetricsReportTest, ErrorsAreThoseThatIanaKnowsAndThoseThatWereSent) {
  MetricsInput input;
  input.workers.errors.at(699 - WorkerStatistics::kFirstErrorCode) = 1;
  const std::string text = text_of(input);
  EXPECT_THAT(text, HasSubstr("turnpike_error_responses_total{code=\"401\"} 0\n"));
  EXPECT_THAT(text, HasSubstr("turnpike_error_responses_total{code=\"508\"} 0\n"));
  EXPECT_THAT(text, HasSubstr("turnpike_error_responses_total{code=\"699\"} 1\n"));
  EXPECT_THAT(text, Not(HasSubstr("code=\"698\"")));
}

TEST(MetricsReportTest, HandshakeFailuresAreToldApartByReason) {
  MetricsInput input;
  input.workers.streams.tls_failures.at(static_cast<std::size_t>(net::TlsFailure::malformed)) = 1;
  input.workers.streams.ends.at(static_cast<std::size_t>(StreamEnd::handshake_timeout)) = 2;
  input.workers.dtls.timed_out = 3;
  const std::string text = text_of(input);
  EXPECT_THAT(text, HasSubstr("turnpike_handshake_failures_total{transport=\"tls\",reason=\"malformed\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("turnpike_handshake_failures_total{transport=\"tls\",reason=\"timeout\"} 2\n"));
  EXPECT_THAT(text, HasSubstr("turnpike_handshake_failures_total{transport=\"dtls\",reason=\"timeout\"} 3\n"));
  EXPECT_THAT(text, Not(HasSubstr("reason=\"none\"")));
}

TEST(MetricsReportTest, DropsCarryTheNamesThatTheLogUses) {
  MetricsInput input;
  input.workers.count(DropReason::peer_denied, 9);
  EXPECT_THAT(text_of(input), HasSubstr("turnpike_drops_total{reason=\"peer_denied\"} 9\n"));
}

TEST(MetricsReportTest, RoutesAreCountedByTheirPattern) {
  MetricsInput input = make_input();
  input.control.by_route = {5, 6};
  input.control.by_status = {0, 7, 0, 4, 0};
  const std::string text = text_of(input);
  EXPECT_THAT(text, HasSubstr("turnpike_http_requests_total{route=\"/healthz\"} 5\n"));
  EXPECT_THAT(text, HasSubstr("turnpike_http_requests_total{route=\"other\"} 6\n"));
  EXPECT_THAT(text, HasSubstr("turnpike_http_responses_total{class=\"2xx\"} 7\n"));
}

TEST(MetricsReportTest, AServerWithoutCertificateFilesReportsNoExpiry) {
  EXPECT_THAT(text_of({}), Not(HasSubstr("\nturnpike_certificate_expiry_timestamp_seconds ")));
  EXPECT_THAT(text_of(make_input()), HasSubstr("\nturnpike_certificate_expiry_timestamp_seconds 1767225600\n"));
}

TEST(MetricsReportTest, LatencyIsAHistogramInSeconds) {
  MetricsInput input;
  input.worker_latency.record(std::chrono::microseconds{300});
  input.worker_latency.record(std::chrono::seconds{3});
  const std::string text = text_of(input);
  EXPECT_THAT(text, HasSubstr("turnpike_worker_loop_latency_seconds_bucket{le=\"0.00025\"} 0\n"));
  EXPECT_THAT(text, HasSubstr("turnpike_worker_loop_latency_seconds_bucket{le=\"0.0005\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("turnpike_worker_loop_latency_seconds_bucket{le=\"1\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("turnpike_worker_loop_latency_seconds_bucket{le=\"+Inf\"} 2\n"));
  EXPECT_THAT(text, HasSubstr("turnpike_worker_loop_latency_seconds_count 2\n"));
}

TEST(MetricsReportTest, RefusalsInRoomsCarryTheCodesThatClientsSee) {
  MetricsInput input;
  input.control.signaling.rooms.refusals.at(static_cast<std::size_t>(rooms::Refusal::room_full)) = 3;
  EXPECT_THAT(text_of(input), HasSubstr("turnpike_signaling_refusals_total{code=\"room-full\"} 3\n"));
}

TEST(MetricsReportTest, RoomsAreCountedWithTheirClientsAndMessages) {
  MetricsInput input;
  control::SignalingCounters& signaling = input.control.signaling;
  signaling.room_count = 1;
  signaling.member_count = 2;
  signaling.clients = {3, 4, 5};
  signaling.rooms.chats = 6;
  signaling.sockets.slow_readers = 7;
  signaling.floods = 8;
  signaling.sockets.unfinished = 9;
  const std::string text = text_of(input);
  EXPECT_THAT(text, HasSubstr("\nturnpike_rooms 1\n"));
  EXPECT_THAT(text, HasSubstr("\nturnpike_room_members 2\n"));
  EXPECT_THAT(text, HasSubstr("turnpike_signaling_clients{dialect=\"peerjs\"} 4\n"));
  EXPECT_THAT(text, HasSubstr("turnpike_signaling_clients{dialect=\"socket.io\"} 5\n"));
  EXPECT_THAT(text, HasSubstr("turnpike_signaling_messages_total{kind=\"chat\"} 6\n"));
  EXPECT_THAT(text, HasSubstr("turnpike_websocket_closes_total{reason=\"slow_reader\"} 7\n"));
  EXPECT_THAT(text, HasSubstr("turnpike_websocket_closes_total{reason=\"message_flood\"} 8\n"));
  EXPECT_THAT(text, HasSubstr("turnpike_websocket_closes_total{reason=\"unfinished_message\"} 9\n"));
}

TEST(MetricsReportTest, TheVersionIsALabel) {
  EXPECT_THAT(text_of(make_input()), HasSubstr("turnpike_build_info{version=\"1.2.3\"} 1\n"));
}

}  // namespace
}  // namespace turnpike::server
