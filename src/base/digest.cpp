#include "turnpike/base/digest.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include <algorithm>
#include <memory>

#include "turnpike/base/check.hpp"

namespace turnpike {
namespace {

template <auto kFree>
struct FreeWith {
  template <typename T>
  void operator()(T* object) const noexcept {
    kFree(object);
  }
};
using MdContext = std::unique_ptr<EVP_MD_CTX, FreeWith<EVP_MD_CTX_free>>;
using MdAlgorithm = std::unique_ptr<EVP_MD, FreeWith<EVP_MD_free>>;

MdAlgorithm fetch(const char* name) noexcept {
  MdAlgorithm algorithm{EVP_MD_fetch(nullptr, name, nullptr)};
  TURNPIKE_CHECK(algorithm != nullptr);
  return algorithm;
}

// Fetched once each: looking an algorithm up by name costs OpenSSL 3 more than hashing a STUN message. Constant after
// that, so all threads may share them.
const EVP_MD* md5_algorithm() noexcept {
  static const MdAlgorithm algorithm = fetch("MD5");
  return algorithm.get();
}
const EVP_MD* sha1_algorithm() noexcept {
  static const MdAlgorithm algorithm = fetch("SHA1");
  return algorithm.get();
}
const EVP_MD* sha256_algorithm() noexcept {
  static const MdAlgorithm algorithm = fetch("SHA256");
  return algorithm.get();
}

/// One hash after the other with one algorithm and one context.
class Hasher {
 public:
  explicit Hasher(const EVP_MD* algorithm) noexcept : context_(EVP_MD_CTX_new()) {
    TURNPIKE_CHECK(context_ != nullptr);
    TURNPIKE_CHECK(EVP_DigestInit_ex2(context_.get(), algorithm, nullptr) == 1);
  }
  void restart() noexcept { TURNPIKE_CHECK(EVP_DigestInit_ex2(context_.get(), nullptr, nullptr) == 1); }
  void update(ByteSpan bytes) noexcept {
    TURNPIKE_CHECK(EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()) == 1);
  }
  template <typename Digest>
  void finish(Digest& digest) noexcept {
    unsigned int length = 0;
    TURNPIKE_CHECK(EVP_DigestFinal_ex(context_.get(), digest.data(), &length) == 1);
    TURNPIKE_CHECK(length == digest.size());
  }

 private:
  MdContext context_;
};

template <typename Digest>
Digest hash(const EVP_MD* algorithm, std::initializer_list<ByteSpan> pieces) noexcept {
  Hasher hasher{algorithm};
  for (const ByteSpan piece : pieces) hasher.update(piece);
  Digest digest{};
  hasher.finish(digest);
  return digest;
}

constexpr std::size_t kBlockSize = 64;  // of MD5, SHA-1 and SHA-256
constexpr std::uint8_t kInnerPad = 0x36;
constexpr std::uint8_t kOuterPad = 0x5c;

// RFC 2104, on the bare hash: OpenSSL's own HMAC takes three times as long for messages of STUN's size.
template <typename Digest>
Digest hmac(const EVP_MD* algorithm, ByteSpan key, std::initializer_list<ByteSpan> pieces) noexcept {
  Digest digest{};
  if (key.size() > kBlockSize) {
    digest = hash<Digest>(algorithm, {key});
    key = digest;
  }
  std::array<std::uint8_t, kBlockSize> pad{};
  std::copy(key.begin(), key.end(), pad.begin());
  for (std::uint8_t& byte : pad) byte ^= kInnerPad;

  Hasher hasher{algorithm};
  hasher.update(pad);
  for (const ByteSpan piece : pieces) hasher.update(piece);
  hasher.finish(digest);

  for (std::uint8_t& byte : pad) byte ^= kInnerPad ^ kOuterPad;
  hasher.restart();
  hasher.update(pad);
  hasher.update(digest);
  hasher.finish(digest);
  OPENSSL_cleanse(pad.data(), pad.size());
  return digest;
}

}  // namespace

Md5Digest md5(std::initializer_list<ByteSpan> pieces) noexcept { return hash<Md5Digest>(md5_algorithm(), pieces); }

Sha256Digest sha256(std::initializer_list<ByteSpan> pieces) noexcept {
  return hash<Sha256Digest>(sha256_algorithm(), pieces);
}

Sha1Digest sha1(std::initializer_list<ByteSpan> pieces) noexcept { return hash<Sha1Digest>(sha1_algorithm(), pieces); }

Sha1Digest hmac_sha1(ByteSpan key, std::initializer_list<ByteSpan> pieces) noexcept {
  return hmac<Sha1Digest>(sha1_algorithm(), key, pieces);
}

Sha256Digest hmac_sha256(ByteSpan key, std::initializer_list<ByteSpan> pieces) noexcept {
  return hmac<Sha256Digest>(sha256_algorithm(), key, pieces);
}

bool constant_time_equal(ByteSpan a, ByteSpan b) noexcept {
  return a.size() == b.size() && (a.empty() || CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0);
}

}  // namespace turnpike
