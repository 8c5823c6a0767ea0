#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "server/runtime_addresses.hpp"
#include "turnpike/base/result.hpp"
#include "turnpike/base/time.hpp"

namespace turnpike::server {

/// What somebody who was asked for a public address said: candidates, the best first, or why there are none.
using ExternalAnswer = Result<std::vector<IpAddress>, std::string>;

/// What is known of the public addresses that must be looked up, and when to ask again. No I/O and no clock: it is told
/// the time, hands out what to ask, and takes the answers.
class ExternalWatch {
 public:
  /// Between attempts while nothing is known: the first, doubled each time, and the longest.
  static constexpr Duration kFirstRetry = std::chrono::seconds{1};
  static constexpr Duration kLongestRetry = std::chrono::minutes{1};
  /// However often the network changes, nobody is asked more often than that.
  static constexpr Duration kLeastWait = std::chrono::seconds{5};

  /// What has come of an answer.
  struct Outcome {
    enum class Kind : std::uint8_t {
      unchanged,
      changed,  ///< found for the first time, or another one than before
      failed,   ///< for the first time in a row: worth a word
      failed_again,
      unasked,  ///< nobody wants to know any more
    };
    Kind kind = Kind::unchanged;
    std::optional<IpAddress> before;
    std::optional<IpAddress> now;
    bool recovered = false;  ///< the attempts before had failed
    [[nodiscard]] bool known() const noexcept { return now.has_value(); }
  };

  /// How often what is known is asked for again.
  void set_interval(Duration interval) noexcept { interval_ = interval; }
  /// What has to be known. New questions are due at once; what is known of the others stays.
  void set_questions(std::span<const ExternalQuestion> questions, Instant now);
  /// The network has changed: all is due, as far as kLeastWait allows. What is being asked now is asked once more.
  void ask_again(Instant now) noexcept;

  /// What is to be asked now; each must be answered by on_answer(), in whatever order.
  [[nodiscard]] std::vector<ExternalQuestion> take_due(Instant now);
  Outcome on_answer(const ExternalQuestion& question, const ExternalAnswer& answer, Instant now);
  [[nodiscard]] std::optional<Instant> next_due() const noexcept;

  [[nodiscard]] std::optional<IpAddress> find(const ExternalQuestion& question) const noexcept;
  [[nodiscard]] bool knows_all() const noexcept;

 private:
  struct Entry {
    ExternalQuestion question;
    std::optional<IpAddress> known{};
    Instant due{};
    std::optional<Instant> asked{};
    Duration retry = kFirstRetry;
    bool asking = false;
    bool changed_meanwhile = false;
    std::uint32_t failures = 0;  // in a row
  };
  [[nodiscard]] static Instant soonest(const Entry& entry, Instant now) noexcept;
  [[nodiscard]] Entry* find_entry(const ExternalQuestion& question) noexcept;
  Outcome on_failure(Entry& entry, Instant now) const noexcept;

  std::vector<Entry> entries_;
  Duration interval_ = std::chrono::minutes{5};
};

/// What is wrong with `address` as the public address of `local`, in words; empty when nothing is. One that is not for
/// the open internet is believed only from a STUN server that is not there either, as on networks without the internet.
[[nodiscard]] std::string complain_about_external(const IpAddress& address, const IpAddress& local,
                                                  const std::optional<IpAddress>& stun_server);

}  // namespace turnpike::server
