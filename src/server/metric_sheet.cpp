#include "server/metric_sheet.hpp"

#include "turnpike/base/check.hpp"

namespace turnpike::server {

MetricSheet::MetricSheet() {
  families_.reserve(kMetricCount);
  for (const MetricDefinition& definition : metric_table()) {
    families_.push_back({std::string(definition.name), std::string(definition.help), definition.type, {}});
  }
}

prometheus::ClientMetric& MetricSheet::add(Metric metric, LabelValues labels) {
  const MetricDefinition& definition = definition_of(metric);
  TURNPIKE_CHECK(labels.size() == definition.label_count());
  auto& added = families_.at(static_cast<std::size_t>(metric)).metric.emplace_back();
  auto name = definition.labels.begin();
  for (const std::string_view value : labels) added.label.push_back({std::string(*name++), std::string(value)});
  return added;
}

void MetricSheet::set(Metric metric, LabelValues labels, std::uint64_t value) {
  prometheus::ClientMetric& added = add(metric, labels);
  const auto number = static_cast<double>(value);
  if (definition_of(metric).type == prometheus::MetricType::Counter) {
    added.counter.value = number;
  } else {
    added.gauge.value = number;
  }
}

void MetricSheet::set(Metric metric, const LatencyHistogram& latencies) {
  constexpr double kMicrosecondsPerSecond = 1e6;
  prometheus::ClientMetric& added = add(metric, {});
  std::uint64_t cumulative = 0;
  for (std::size_t i = 0; i < LatencyHistogram::kBoundsMicroseconds.size(); ++i) {
    cumulative += latencies.counts().at(i);
    added.histogram.bucket.push_back(
        {cumulative, static_cast<double>(LatencyHistogram::kBoundsMicroseconds.at(i)) / kMicrosecondsPerSecond});
  }
  added.histogram.sample_count = latencies.total();
  added.histogram.sample_sum = std::chrono::duration<double>(latencies.sum()).count();
}

}  // namespace turnpike::server
