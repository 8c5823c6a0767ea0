#include "server/worker_reports.hpp"

#include <boost/asio/post.hpp>
#include <chrono>
#include <exception>
#include <string>
#include <utility>

namespace turnpike::server {
namespace {

std::string_view reason_name(turn::EndReason reason) noexcept {
  switch (reason) {
    case turn::EndReason::refreshed_to_zero: return "client";
    case turn::EndReason::expired: return "expired";
    case turn::EndReason::client_gone: return "disconnected";
    case turn::EndReason::stopped: return "stopped";
    case turn::EndReason::revoked: return "revoked";
    case turn::EndReason::killed: return "killed";
  }
  return "?";
}

template <typename Event>
std::string relayed_text(const Event& event, const AddressMasker& masker, LogLevel level) {
  std::string text;
  for (std::size_t i = 0; i < event.relayed_count; ++i) {
    if (i > 0) text += ',';
    text += masker.relayed(event.relayed[i], level);
  }
  return text;
}

}  // namespace

template <typename Write>
void WorkerReports::hand_over(Write write) noexcept {
  if (pending_.load(std::memory_order_relaxed) >= kMaxPending) {
    lost_.fetch_add(1, std::memory_order_relaxed);
    return;
  }
  try {
    pending_.fetch_add(1, std::memory_order_relaxed);
    boost::asio::post(control_, [this, write = std::move(write)] {
      pending_.fetch_sub(1, std::memory_order_relaxed);
      write();
    });
  } catch (const std::exception&) {  // no memory: a log line less
    pending_.fetch_sub(1, std::memory_order_relaxed);
    lost_.fetch_add(1, std::memory_order_relaxed);
  }
}

void WorkerReports::on_allocation_started(const turn::AllocationStarted& started) noexcept {
  if (!log_.writes(LogLevel::debug)) return;
  hand_over([this, started] { write(started); });
}

void WorkerReports::on_allocation_ended(const turn::AllocationEnded& ended) noexcept {
  if (!log_.writes(LogLevel::info)) return;
  hand_over([this, ended] { write(ended); });
}

void WorkerReports::on_refused(const turn::RequestRefused& refused) noexcept {
  // The 401 that every client gets first is how the protocol works and no event at all.
  if (!log_.writes(LogLevel::debug) || refused.code == stun::ErrorCode::unauthenticated) return;
  hand_over([this, refused] {
    log_.write(LogLevel::debug, "request refused",
               {{"method", stun::name_of(refused.method)},
                {"code", static_cast<unsigned>(refused.code)},
                {"error", stun::name_of(refused.code)}});
  });
}

void WorkerReports::on_http_stream(control::HttpStream stream) noexcept {
  if (pending_streams_.load(std::memory_order_relaxed) >= kMaxPending) return;  // which closes it
  try {
    pending_streams_.fetch_add(1, std::memory_order_relaxed);
    boost::asio::post(control_, [this, stream = std::move(stream)]() mutable {
      pending_streams_.fetch_sub(1, std::memory_order_relaxed);
      serve_http_(std::move(stream));
    });
  } catch (const std::exception&) {  // no memory
    pending_streams_.fetch_sub(1, std::memory_order_relaxed);
  }
}

void WorkerReports::write(const turn::AllocationStarted& started) const {
  constexpr LogLevel kLevel = LogLevel::debug;
  log_.write(kLevel, "allocation started",
             {{"user", started.account->user},
              {"client", masker_.client(started.five_tuple.client, kLevel)},
              {"relayed", relayed_text(started, masker_, kLevel)},
              {"transport", to_string(started.five_tuple.transport)}});
}

// One line for the whole life of an allocation.
void WorkerReports::write(const turn::AllocationEnded& ended) const {
  constexpr LogLevel kLevel = LogLevel::info;
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(ended.lasted).count();
  log_.write(kLevel, "allocation ended",
             {{"user", ended.account->user},
              {"client", masker_.client(ended.five_tuple.client, kLevel)},
              {"relayed", relayed_text(ended, masker_, kLevel)},
              {"transport", to_string(ended.five_tuple.transport)},
              {"seconds", seconds},
              {"to_peers_packets", ended.traffic.packets_to_peers},
              {"to_peers_bytes", ended.traffic.bytes_to_peers},
              {"to_client_packets", ended.traffic.packets_to_client},
              {"to_client_bytes", ended.traffic.bytes_to_client},
              {"reason", reason_name(ended.reason)}});
}

}  // namespace turnpike::server
