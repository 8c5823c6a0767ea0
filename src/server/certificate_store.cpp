#include "server/certificate_store.hpp"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <stdexcept>
#include <utility>

#include "server/config_environment.hpp"
#include "turnpike/base/bytes.hpp"

namespace turnpike::server {
namespace {

constexpr int kTries = 3;
constexpr std::int64_t kNanoseconds = 1'000'000'000;
// A file's times move with the kernel's tick, so two writes in quick succession can leave the same stamp. As long as a
// stamp is younger than this it proves nothing, and the contents are compared.
constexpr Seconds kYoung{2};
constexpr Seconds kDay{86400};

std::int64_t nanoseconds(const timespec& time) noexcept { return time.tv_sec * kNanoseconds + time.tv_nsec; }

error_code system_error(int number) noexcept { return {number, boost::system::system_category()}; }

}  // namespace

CertificateStore::CertificateStore(std::vector<CertificateFiles> files, const net::TlsOptions& options, Random& random)
    : files_(std::move(files)) {
  // A file that changes all the while is taken as it is; the next poll looks again.
  auto reading = read_settled();
  const Contents contents = reading ? std::move(reading->contents) : read_all(stamps_of_all());
  if (!contents.mistake.empty()) throw std::runtime_error("certificates: " + contents.mistake);
  auto made = net::TlsSettings::make(contents.pems, options, random);
  if (!made) throw std::runtime_error("certificates: " + made.error().message);
  current_ = *std::move(made);
  if (reading) {
    tried_stamps_ = std::move(reading->stamps);
    tried_digest_ = contents.digest;
  }
}

CertificateStore::Stamp CertificateStore::stamp_of(const std::string& path) noexcept {
  struct stat found {};
  if (::stat(path.c_str(), &found) != 0) return {.error = errno};
  return {.error = 0,
          .device = found.st_dev,
          .inode = found.st_ino,
          .mode = found.st_mode,
          .size = found.st_size,
          .modified = nanoseconds(found.st_mtim),
          .changed = nanoseconds(found.st_ctim)};
}

CertificateStore::Stamps CertificateStore::stamps_of_all() const {
  Stamps stamps;
  for (const CertificateFiles& files : files_) {
    stamps.push_back(stamp_of(files.chain));
    stamps.push_back(stamp_of(files.key));
  }
  return stamps;
}

CertificateStore::Contents CertificateStore::read_all(const Stamps& stamps) const {
  Contents contents;
  const auto read = [&](const std::string& path, const Stamp& stamp) -> std::string {
    Result<std::string> text = system_error(stamp.error);
    // Opening a pipe would wait for its writer.
    if (stamp.error == 0) text = S_ISREG(stamp.mode) ? read_text_file(path) : system_error(EINVAL);
    if (!text && contents.mistake.empty()) {
      const bool is_odd = stamp.error == 0 && !S_ISREG(stamp.mode);
      contents.mistake = fmt::format("cannot read {}: {}", path, is_odd ? "not a file" : text.error().message());
    }
    // Each text by its own digest, so that no byte can wander from one file to the next unseen.
    const std::string& seen = text ? *text : contents.mistake;
    const Sha256Digest of_this = sha256({as_bytes(seen)});
    contents.digest = sha256({contents.digest, of_this});
    return text ? *std::move(text) : std::string{};
  };
  for (std::size_t i = 0; i < files_.size(); ++i) {
    std::string chain = read(files_[i].chain, stamps[2 * i]);
    std::string key = read(files_[i].key, stamps[2 * i + 1]);
    contents.pems.push_back({files_[i].chain, std::move(chain), std::move(key)});
  }
  return contents;
}

std::optional<CertificateStore::Reading> CertificateStore::read_settled() const {
  for (int i = 0; i < kTries; ++i) {
    Reading reading{.stamps = stamps_of_all(), .contents = {}};
    reading.contents = read_all(reading.stamps);
    if (stamps_of_all() == reading.stamps) return reading;
  }
  return std::nullopt;
}

bool CertificateStore::is_as_tried(const Stamps& stamps) const noexcept {
  return !were_stamps_young_ && stamps == tried_stamps_;
}

CertificateStore::Outcome CertificateStore::poll(UnixSeconds now) {
  if (is_as_tried(stamps_of_all())) return {};
  auto reading = read_settled();
  if (!reading) {
    tried_stamps_.clear();
    return {};
  }
  const bool is_known = !tried_stamps_.empty() && reading->contents.digest == tried_digest_;
  if (!is_known) return load(*std::move(reading), now);
  tried_stamps_ = std::move(reading->stamps);
  note_age(now);
  return {};
}

CertificateStore::Outcome CertificateStore::reload(UnixSeconds now) {
  auto reading = read_settled();
  if (reading) return load(*std::move(reading), now);
  ++failures_;
  tried_stamps_.clear();
  return {Outcome::Kind::failed, "the files change while they are read"};
}

void CertificateStore::note_age(UnixSeconds now) noexcept {
  const std::int64_t oldest_young = (now - kYoung).time_since_epoch().count() * kNanoseconds;
  were_stamps_young_ = std::any_of(tried_stamps_.begin(), tried_stamps_.end(), [&](const Stamp& stamp) {
    return std::max(stamp.modified, stamp.changed) >= oldest_young;
  });
}

CertificateStore::Outcome CertificateStore::load(Reading reading, UnixSeconds now) {
  tried_stamps_ = std::move(reading.stamps);
  tried_digest_ = reading.contents.digest;
  note_age(now);
  std::string mistake = std::move(reading.contents.mistake);
  if (mistake.empty()) {
    auto made = current_->with_certificates(reading.contents.pems);
    if (made) {
      current_ = *std::move(made);
      last_warning_.reset();
      return {Outcome::Kind::replaced, {}};
    }
    mistake = made.error().message;
  }
  ++failures_;
  return {Outcome::Kind::failed, std::move(mistake)};
}

void CertificateStore::rotate_ticket_key(Random& random) { current_ = current_->with_new_ticket_key(random); }

UnixSeconds CertificateStore::earliest_expiry() const noexcept {
  UnixSeconds earliest = UnixSeconds::max();
  for (const auto& certificate : current_->certificates()) earliest = std::min(earliest, certificate.not_after);
  return earliest;
}

bool CertificateStore::expiry_warning_due(UnixSeconds now, Seconds warning) noexcept {
  if (earliest_expiry() - now > warning) return false;
  // A clock that was set back must not silence it.
  if (last_warning_ && now >= *last_warning_ && now - *last_warning_ < kDay) return false;
  last_warning_ = now;
  return true;
}

}  // namespace turnpike::server
