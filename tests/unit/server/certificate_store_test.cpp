#include "server/certificate_store.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <stdexcept>

#include "support/seeded_random.hpp"
#include "turnpike/net/made_up_certificate.hpp"

namespace turnpike::server {
namespace {

namespace fs = std::filesystem;
using Kind = CertificateStore::Outcome::Kind;
using testing::HasSubstr;

constexpr UnixSeconds kNow{Seconds{1'900'000'000}};
// Later than any file's time, so that stamps alone decide.
constexpr UnixSeconds kFarFuture{Seconds{9'000'000'000}};

net::CertificatePem certificate_for(const std::string& host, Seconds lifetime = Seconds{1000}) {
  const std::vector<std::string> hosts{host};
  return net::make_up_certificate(hosts, kNow, lifetime)->server;
}

class CertificateStoreTest : public testing::Test {
 protected:
  CertificateStoreTest() {
    std::string pattern = (fs::temp_directory_path() / "turnpike-certificates-XXXXXX").string();
    EXPECT_NE(::mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
    write(certificate_for("first.example"));
  }
  ~CertificateStoreTest() override {
    std::error_code ignored;
    fs::remove_all(folder_, ignored);
  }

  /// What an operator's tool does at its best: a new file takes the name at once.
  static void write(const fs::path& path, const std::string& text) {
    const fs::path fresh = path.string() + ".new";
    std::ofstream(fresh, std::ios::binary) << text;
    fs::rename(fresh, path);
  }
  void write(const net::CertificatePem& pem) {
    write(chain_path(), pem.chain);
    write(key_path(), pem.key);
  }
  [[nodiscard]] fs::path chain_path() const { return folder_ / "chain.pem"; }
  [[nodiscard]] fs::path key_path() const { return folder_ / "key.pem"; }
  [[nodiscard]] std::vector<CertificateFiles> files() const { return {{chain_path().string(), key_path().string()}}; }
  CertificateStore store() { return {files(), {}, random_}; }

  static std::string host(const CertificateStore& store) { return store.current()->certificates().at(0).hosts.at(0); }

  /// The old one stays, the failure is said once and counted once.
  static void expect_failure(CertificateStore& store, const std::string& words) {
    const auto before = store.current();
    const std::uint64_t failures = store.failures();
    const auto outcome = store.poll(kFarFuture);
    EXPECT_EQ(outcome.kind, Kind::failed);
    EXPECT_THAT(outcome.message, HasSubstr(words));
    EXPECT_EQ(store.poll(kFarFuture).kind, Kind::unchanged);
    EXPECT_EQ(store.failures(), failures + 1);
    EXPECT_EQ(store.current(), before);
  }

  fs::path folder_;
  test::SeededRandom random_{5};
};

TEST_F(CertificateStoreTest, LoadsAtTheStartAndChangesNothingWhileTheFilesStay) {
  CertificateStore store = this->store();
  EXPECT_EQ(host(store), "first.example");
  const auto first = store.current();
  for (const UnixSeconds now : {UnixSeconds{}, kNow, kFarFuture, kFarFuture}) {
    EXPECT_EQ(store.poll(now).kind, Kind::unchanged);
  }
  EXPECT_EQ(store.current(), first);
  EXPECT_EQ(store.failures(), 0U);
}

TEST_F(CertificateStoreTest, NewFilesTakeTheOldOnesPlace) {
  CertificateStore store = this->store();
  write(certificate_for("second.example"));
  EXPECT_EQ(store.poll(kFarFuture).kind, Kind::replaced);
  EXPECT_EQ(host(store), "second.example");
  EXPECT_EQ(store.poll(kFarFuture).kind, Kind::unchanged);
}

TEST_F(CertificateStoreTest, WhoHoldsTheOldSettingsKeepsThem) {
  CertificateStore store = this->store();
  const auto old = store.current();
  write(certificate_for("second.example"));
  ASSERT_EQ(store.poll(kFarFuture).kind, Kind::replaced);
  EXPECT_EQ(old->certificates().at(0).hosts.at(0), "first.example");
}

TEST_F(CertificateStoreTest, FilesRewrittenInPlaceAreSeen) {
  CertificateStore store = this->store();
  const net::CertificatePem second = certificate_for("second.example");
  std::ofstream(chain_path(), std::ios::binary | std::ios::trunc) << second.chain;
  std::ofstream(key_path(), std::ios::binary | std::ios::trunc) << second.key;
  EXPECT_EQ(store.poll(kFarFuture).kind, Kind::replaced);
}

TEST_F(CertificateStoreTest, ATouchedFileIsNotANewCertificate) {
  CertificateStore store = this->store();
  const auto first = store.current();
  fs::last_write_time(chain_path(), fs::file_time_type::clock::now() - std::chrono::hours{1});
  EXPECT_EQ(store.poll(kFarFuture).kind, Kind::unchanged);
  EXPECT_EQ(store.current(), first);
}

TEST_F(CertificateStoreTest, ALinkThatPointsElsewhereIsAChange) {
  const net::CertificatePem second = certificate_for("second.example");
  fs::create_directory(folder_ / "v1");
  fs::create_directory(folder_ / "v2");
  fs::rename(chain_path(), folder_ / "v1/chain.pem");
  fs::rename(key_path(), folder_ / "v1/key.pem");
  write(folder_ / "v2/chain.pem", second.chain);
  write(folder_ / "v2/key.pem", second.key);
  fs::create_directory_symlink("v1", folder_ / "live");
  const std::string live = (folder_ / "live").string();
  CertificateStore store({{live + "/chain.pem", live + "/key.pem"}}, {}, random_);
  EXPECT_EQ(host(store), "first.example");
  fs::create_directory_symlink("v2", folder_ / "live.new");
  fs::rename(folder_ / "live.new", folder_ / "live");
  EXPECT_EQ(store.poll(kFarFuture).kind, Kind::replaced);
  EXPECT_EQ(host(store), "second.example");
}

TEST_F(CertificateStoreTest, AnEmptyFileLeavesTheOldInService) {
  CertificateStore store = this->store();
  write(chain_path(), "");
  expect_failure(store, chain_path().string() + ": there is no certificate in it");
}

TEST_F(CertificateStoreTest, AHalfWrittenChainLeavesTheOldInService) {
  CertificateStore store = this->store();
  const std::string chain = certificate_for("second.example").chain;
  write(chain_path(), chain.substr(0, chain.size() / 3));
  expect_failure(store, "the certificate chain cannot be read");
}

TEST_F(CertificateStoreTest, AHalfWrittenKeyLeavesTheOldInService) {
  CertificateStore store = this->store();
  write(key_path(), certificate_for("second.example").key.substr(0, 60));
  expect_failure(store, "the private key cannot be read");
}

TEST_F(CertificateStoreTest, ANewChainWithTheOldKeyLeavesTheOldInServiceUntilTheKeyIsThere) {
  CertificateStore store = this->store();
  const net::CertificatePem second = certificate_for("second.example");
  write(chain_path(), second.chain);
  expect_failure(store, "does not belong to the certificate");
  write(key_path(), second.key);
  EXPECT_EQ(store.poll(kFarFuture).kind, Kind::replaced);
  EXPECT_EQ(host(store), "second.example");
}

TEST_F(CertificateStoreTest, AMissingFileLeavesTheOldInServiceUntilItIsBack) {
  CertificateStore store = this->store();
  fs::rename(key_path(), folder_ / "away");
  expect_failure(store, "cannot read " + key_path().string() + ": No such file or directory");
  fs::rename(folder_ / "away", key_path());
  EXPECT_EQ(store.poll(kFarFuture).kind, Kind::replaced);
}

TEST_F(CertificateStoreTest, AFolderInPlaceOfAFileLeavesTheOldInService) {
  CertificateStore store = this->store();
  fs::remove(chain_path());
  fs::create_directory(chain_path());
  expect_failure(store, "not a file");
}

TEST_F(CertificateStoreTest, APipeInPlaceOfAFileIsNotWaitedFor) {
  CertificateStore store = this->store();
  fs::remove(chain_path());
  ASSERT_EQ(::mkfifo(chain_path().c_str(), 0600), 0);
  expect_failure(store, "not a file");
}

TEST_F(CertificateStoreTest, AHugeFileIsNotRead) {
  CertificateStore store = this->store();
  fs::resize_file(chain_path(), std::uintmax_t{2} << 20U);
  expect_failure(store, "File too large");
}

TEST_F(CertificateStoreTest, ALoopOfLinksLeavesTheOldInService) {
  CertificateStore store = this->store();
  fs::remove(chain_path());
  fs::create_symlink("chain.pem", chain_path());
  expect_failure(store, "Too many levels of symbolic links");
}

TEST_F(CertificateStoreTest, ReloadTriesAgainWhateverTheFilesAre) {
  CertificateStore store = this->store();
  const auto first = store.current();
  EXPECT_EQ(store.reload(kFarFuture).kind, Kind::replaced);
  EXPECT_NE(store.current(), first);
  write(chain_path(), "nothing");
  EXPECT_EQ(store.reload(kFarFuture).kind, Kind::failed);
  EXPECT_EQ(store.reload(kFarFuture).kind, Kind::failed);
  EXPECT_EQ(store.failures(), 2U);
  EXPECT_EQ(store.poll(kFarFuture).kind, Kind::unchanged) << "it has been said";
}

TEST_F(CertificateStoreTest, OneBrokenFileOfSeveralLeavesAllInService) {
  const net::CertificatePem other = certificate_for("other.example");
  const fs::path other_chain = folder_ / "other-chain.pem";
  const fs::path other_key = folder_ / "other-key.pem";
  write(other_chain, other.chain);
  write(other_key, other.key);
  std::vector<CertificateFiles> both = files();
  both.push_back({other_chain.string(), other_key.string()});
  CertificateStore store(both, {}, random_);
  EXPECT_EQ(store.current()->certificates().size(), 2U);
  write(certificate_for("second.example"));
  write(other_key, "");
  expect_failure(store, other_chain.string());
  EXPECT_EQ(host(store), "first.example");
}

TEST_F(CertificateStoreTest, ANewTicketKeyKeepsTheCertificates) {
  CertificateStore store = this->store();
  const auto before = store.current();
  store.rotate_ticket_key(random_);
  EXPECT_NE(store.current(), before);
  EXPECT_EQ(host(store), "first.example");
  EXPECT_EQ(store.poll(kFarFuture).kind, Kind::unchanged);
}

TEST_F(CertificateStoreTest, TheStartFailsWithWordsWhenTheFilesAreNoGood) {
  write(key_path(), "nothing");
  try {
    const CertificateStore store = this->store();
    FAIL() << "it must not start";
  } catch (const std::runtime_error& error) {
    EXPECT_THAT(error.what(), HasSubstr(chain_path().string() + ": the private key cannot be read"));
  }
}

TEST_F(CertificateStoreTest, TheStartFailsWithWordsWhenAFileIsMissing) {
  fs::remove(chain_path());
  EXPECT_THROW(store(), std::runtime_error);
}

TEST_F(CertificateStoreTest, TheEarliestExpiryIsThatOfAnyCertificate) {
  write(certificate_for("long.example", Seconds{5000}));
  const net::CertificatePem other = certificate_for("short.example", Seconds{300});
  write(folder_ / "c", other.chain);
  write(folder_ / "k", other.key);
  std::vector<CertificateFiles> both = files();
  both.push_back({(folder_ / "c").string(), (folder_ / "k").string()});
  const CertificateStore store(both, {}, random_);
  EXPECT_EQ(store.earliest_expiry(), kNow + Seconds{300});
}

TEST_F(CertificateStoreTest, ExpiryIsWarnedOfOnceADayAndAtOnceAfterANewCertificate) {
  constexpr Seconds kDay{86400};
  write(certificate_for("first.example", 20 * kDay));
  CertificateStore store = this->store();
  EXPECT_FALSE(store.expiry_warning_due(kNow, 14 * kDay));
  const UnixSeconds late = kNow + 6 * kDay;
  EXPECT_TRUE(store.expiry_warning_due(late, 14 * kDay));
  EXPECT_FALSE(store.expiry_warning_due(late + Seconds{1}, 14 * kDay));
  EXPECT_FALSE(store.expiry_warning_due(late + kDay - Seconds{1}, 14 * kDay));
  EXPECT_TRUE(store.expiry_warning_due(late + kDay, 14 * kDay));
  write(certificate_for("second.example", 8 * kDay));
  ASSERT_EQ(store.poll(kFarFuture).kind, Kind::replaced);
  EXPECT_TRUE(store.expiry_warning_due(late + kDay + Seconds{1}, 14 * kDay));
  write(certificate_for("third.example", 100 * kDay));
  ASSERT_EQ(store.poll(kFarFuture).kind, Kind::replaced);
  EXPECT_FALSE(store.expiry_warning_due(late + kDay + Seconds{2}, 14 * kDay));
}

TEST_F(CertificateStoreTest, AnExpiredCertificateIsWarnedOf) {
  CertificateStore store = this->store();
  EXPECT_TRUE(store.expiry_warning_due(kNow + Seconds{1'000'000}, Seconds{60}));
}

}  // namespace
}  // namespace turnpike::server
