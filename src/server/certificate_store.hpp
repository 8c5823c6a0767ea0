#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "server/config.hpp"
#include "turnpike/base/digest.hpp"
#include "turnpike/base/random.hpp"
#include "turnpike/base/time.hpp"
#include "turnpike/net/tls_settings.hpp"

namespace turnpike::server {

/// The certificates on disk as TlsSettings, made anew when the files change. What is broken, does not belong together
/// or is being written leaves the ones in service alone. One thread.
class CertificateStore {
 public:
  struct Outcome {
    enum class Kind : std::uint8_t { unchanged, replaced, failed };
    Kind kind = Kind::unchanged;
    std::string message;  ///< failed: why, in words for the operator, without anything of a key
  };

  /// Throws std::runtime_error when the files cannot be used: at the start there is nothing to stay with.
  CertificateStore(std::vector<CertificateFiles> files, const net::TlsOptions& options, Random& random);

  /// It takes the place of `previous`: what is counted goes on from there.
  void succeed(const CertificateStore& previous) noexcept { failures_ += previous.failures_; }

  [[nodiscard]] std::shared_ptr<const net::TlsSettings> current() const noexcept { return current_; }

  /// Loads when the files are others than at the last try. Says each failure once.
  Outcome poll(UnixSeconds now);
  /// Loads in any case.
  Outcome reload(UnixSeconds now);
  /// Session tickets of the key before stay good.
  void rotate_ticket_key(Random& random);

  /// How many loads have failed since the start.
  [[nodiscard]] std::uint64_t failures() const noexcept { return failures_; }
  /// When the first of the certificates in service is or was no longer valid.
  [[nodiscard]] UnixSeconds earliest_expiry() const noexcept;
  /// True within `warning` of it and after it: at once after a new certificate, then once a day.
  [[nodiscard]] bool expiry_warning_due(UnixSeconds now, Seconds warning) noexcept;

 private:
  /// What tells a file from the one that was there before, links followed.
  struct Stamp {
    int error = 0;  ///< of stat(); the others are 0 then
    std::uint64_t device = 0;
    std::uint64_t inode = 0;
    std::uint64_t mode = 0;
    std::int64_t size = 0;
    std::int64_t modified = 0;  ///< nanoseconds since 1970
    std::int64_t changed = 0;   ///< of the inode; a renamed or re-permitted file has a new one
    friend bool operator==(const Stamp&, const Stamp&) = default;
  };
  using Stamps = std::vector<Stamp>;
  struct Contents {
    std::vector<net::CertificatePem> pems;
    std::string mistake;  ///< empty: every file could be read
    Sha256Digest digest{};
  };
  struct Reading {
    Stamps stamps;
    Contents contents;
  };

  static Stamp stamp_of(const std::string& path) noexcept;
  [[nodiscard]] Stamps stamps_of_all() const;
  [[nodiscard]] Contents read_all(const Stamps& stamps) const;
  [[nodiscard]] std::optional<Reading> read_settled() const;
  [[nodiscard]] bool is_as_tried(const Stamps& stamps) const noexcept;
  void note_age(UnixSeconds now) noexcept;
  Outcome load(Reading reading, UnixSeconds now);

  std::vector<CertificateFiles> files_;
  std::shared_ptr<const net::TlsSettings> current_;
  Stamps tried_stamps_;  // empty: nothing tried that counts
  Sha256Digest tried_digest_{};
  bool were_stamps_young_ = true;
  std::uint64_t failures_ = 0;
  std::optional<UnixSeconds> last_warning_;
};

}  // namespace turnpike::server
