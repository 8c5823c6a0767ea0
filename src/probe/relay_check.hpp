#pragma once

#include <cstdint>
#include <vector>

#include "probe/dialogue.hpp"
#include "probe/step_recorder.hpp"
#include "turnpike/base/random.hpp"

namespace turnpike::probe {

/// What an allocation is good for: data from outside, and to and from another one. Both are the caller's.
class RelayCheck {
 public:
  struct Sides {
    Dialogue& first;
    Dialogue* second = nullptr;  ///< another allocation of the same server; null: none to be had
  };

  RelayCheck(EventLoop& loop, Sides sides, StepRecorder& steps, Random& random, Duration patience);

  /// `udp_passes`: whether datagrams are known to get out of this network at all.
  void run(bool udp_passes);

 private:
  struct Permission {
    bool reaches_us = false;
    bool reaches_second = false;
  };

  Permission permit();
  void from_outside(bool udp_passes);
  void between();
  void many_packets();
  /// True when one of some datagrams arrives.
  bool deliver(Dialogue& from, Dialogue& to, const Endpoint& peer);
  EchoCount count_echoes(std::size_t size, unsigned count);
  void send_back();
  [[nodiscard]] std::vector<std::uint8_t> make_payload(std::size_t size, std::uint32_t number);

  EventLoop& loop_;
  Dialogue& first_;
  Dialogue* second_;
  StepRecorder& steps_;
  Random& random_;
  Duration patience_;
};

}  // namespace turnpike::probe
