#pragma once

#include <cstdint>
#include <initializer_list>
#include <string_view>
#include <vector>

#include <prometheus/metric_family.h>

#include "server/latency_histogram.hpp"
#include "server/metric_table.hpp"

namespace turnpike::server {

/// One scrape in the making: all families of the table, which values are put into.
class MetricSheet {
 public:
  using LabelValues = std::initializer_list<std::string_view>;

  MetricSheet();

  /// A counter or gauge without labels.
  void set(Metric metric, std::uint64_t value) { set(metric, {}, value); }
  /// `labels`: values in the order of the definition's labels, as many.
  void set(Metric metric, LabelValues labels, std::uint64_t value);
  void set_flag(Metric metric, bool value) { set(metric, value ? 1 : 0); }
  void set(Metric metric, const LatencyHistogram& latencies);

  [[nodiscard]] std::vector<prometheus::MetricFamily> take() && { return std::move(families_); }

 private:
  prometheus::ClientMetric& add(Metric metric, LabelValues labels);

  std::vector<prometheus::MetricFamily> families_;
};

}  // namespace turnpike::server
