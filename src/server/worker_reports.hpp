#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <utility>

#include <boost/asio/io_context.hpp>

#include "server/address_masker.hpp"
#include "server/event_log.hpp"
#include "server/worker.hpp"

namespace turnpike::server {

/// Carries what workers report to the control loop, which writes the log: a log that blocks never holds up a relay. At
/// most kMaxPending reports wait; more are counted and said so. HTTP streams go the same way, as many at most.
class WorkerReports final : public WorkerObserver {
 public:
  static constexpr std::uint32_t kMaxPending = 4096;

  using ServeHttp = std::function<void(control::HttpStream)>;

  /// `serve_http` is called on the control loop.
  WorkerReports(boost::asio::io_context& control, ServeHttp serve_http, const EventLog& log,
                const AddressMasker& masker)
      : control_(control), serve_http_(std::move(serve_http)), log_(log), masker_(masker) {}

  void on_allocation_started(const turn::AllocationStarted& started) noexcept override;
  void on_allocation_ended(const turn::AllocationEnded& ended) noexcept override;
  void on_refused(const turn::RequestRefused& refused) noexcept override;
  void on_http_stream(control::HttpStream stream) noexcept override;

  /// Reports that were thrown away because the log did not keep up. Any thread.
  [[nodiscard]] std::uint64_t lost() const noexcept { return lost_.load(std::memory_order_relaxed); }

 private:
  template <typename Write>
  void hand_over(Write write) noexcept;
  void write(const turn::AllocationStarted& started) const;
  void write(const turn::AllocationEnded& ended) const;

  boost::asio::io_context& control_;
  ServeHttp serve_http_;
  const EventLog& log_;
  const AddressMasker& masker_;
  std::atomic<std::uint32_t> pending_{0};
  std::atomic<std::uint32_t> pending_streams_{0};
  std::atomic<std::uint64_t> lost_{0};
};

}  // namespace turnpike::server
