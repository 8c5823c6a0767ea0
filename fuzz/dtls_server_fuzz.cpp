// libFuzzer target: what anyone can send to a DTLS server, from elsewhere and from a live client's own address.
// Whatever it is, the live association still carries data afterwards.
//
// The input is a sequence of commands: a byte that says what happens, for most a length byte and that many bytes.

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "net/dtls_cookies.hpp"
#include "net/dtls_records.hpp"
#include "support/seeded_random.hpp"
#include "turnpike/base/check.hpp"
#include "turnpike/net/dtls_engine.hpp"
#include "turnpike/net/dtls_server.hpp"
#include "turnpike/net/made_up_certificate.hpp"

namespace turnpike::net {
namespace {

using Bytes = std::vector<std::uint8_t>;

constexpr std::uint64_t kSeed = 1;
constexpr std::size_t kMaxCommands = 200;

const std::shared_ptr<const TlsSettings>& settings() {
  static const std::shared_ptr<const TlsSettings> made = [] {
    const std::vector<std::string> hosts{"turn.example"};
    const auto certificate =
        make_up_certificate(hosts, std::chrono::floor<Seconds>(std::chrono::system_clock::now()), Seconds{86400});
    const std::vector<CertificatePem> certificates{certificate->server};
    test::SeededRandom random{kSeed};
    return *TlsSettings::make(certificates, {}, random);
  }();
  return made;
}

FiveTuple client_at(std::uint16_t port) {
  return {{IpAddress::v4(192, 0, 2, 1), port}, {IpAddress::v4(198, 51, 100, 1), 5349}, Transport::dtls};
}

/// The server, one honest client and the datagrams between them.
class World final : public DtlsServer::Events, public ByteSink {
 public:
  World() {
    engine_ = *DtlsEngine::connect({}, *this);
    pass_on();
    TURNPIKE_CHECK(engine_->state() == DtlsEngine::State::open && server_.association_count() == 1);
    server_.hold(honest_, true, now_);
  }

  void play(ByteSpan input) {
    for (std::size_t count = 0; count < kMaxCommands && !input.empty(); ++count) {
      const std::uint8_t command = input[0];
      input = input.subspan(1);
      if (command % 4 == 3) {
        now_ += std::chrono::milliseconds{command} * 40;
        server_.tick(now_, *this);
        continue;
      }
      const std::size_t size = input.empty() ? 0 : std::min<std::size_t>(input[0], input.size() - 1);
      Bytes datagram(input.begin() + (input.empty() ? 0 : 1),
                     input.begin() + (input.empty() ? 0 : 1) + static_cast<std::ptrdiff_t>(size));
      input = input.subspan(std::min(input.size(), size + 1));
      const FiveTuple from = command % 2 == 0 ? honest_ : client_at(static_cast<std::uint16_t>(2 + command / 64));
      if (command % 4 == 2) put_cookie(from, datagram);
      server_.receive(from, datagram, now_, *this);
      TURNPIKE_CHECK(server_.handshake_count() <= kMaxHandshakes && server_.association_count() == 1);
    }
    to_client_.clear();
  }

  void check_honest_client() {
    received_ = 0;
    TURNPIKE_CHECK(engine_->write(as_bytes("to the server"), *this));
    pass_on();
    TURNPIKE_CHECK(received_ == 1);
    TURNPIKE_CHECK(server_.send(honest_, as_bytes("to the client"), *this));
    pass_on();
    TURNPIKE_CHECK(received_ == 2);
  }

  void on_wire(const FiveTuple& client, ByteSpan datagram) noexcept override {
    if (client == honest_) to_client_.emplace_back(datagram.begin(), datagram.end());
  }
  void on_message(const FiveTuple& client, MutableByteSpan /*message*/) noexcept override {
    TURNPIKE_CHECK(client == honest_);
    ++received_;
  }
  void on_closed(const FiveTuple& /*client*/) noexcept override { TURNPIKE_CHECK(false); }
  void write(ByteSpan bytes) noexcept override { to_server_.emplace_back(bytes.begin(), bytes.end()); }

 private:
  static constexpr std::uint32_t kMaxHandshakes = 2;

  /// Gives a hello that has a cookie of the right size the one that the server would take.
  void put_cookie(const FiveTuple& from, Bytes& datagram) const {
    const auto record = DtlsRecordReader{datagram}.next();
    const auto hello = record ? parse_client_hello(*record) : std::nullopt;
    if (!hello || hello->cookie.size() != DtlsCookies::kCookieSize) return;
    const DtlsCookies::Cookie cookie = cookies_.make(from, *hello, now_);
    std::copy(cookie.begin(), cookie.end(), datagram.begin() + (hello->cookie.data() - datagram.data()));
  }

  void pass_on() {
    Bytes plain(16384);
    while (!to_server_.empty() || !to_client_.empty()) {
      for (const Bytes& datagram : std::exchange(to_server_, {})) server_.receive(honest_, datagram, now_, *this);
      for (const Bytes& datagram : std::exchange(to_client_, {})) {
        engine_->feed(datagram);
        while (engine_->read(plain, *this) != 0) ++received_;
      }
    }
  }

  FiveTuple honest_ = client_at(1);
  Instant now_{Seconds{1000}};
  test::SeededRandom random_{kSeed};
  test::SeededRandom same_random_{kSeed};
  DtlsCookies cookies_{same_random_};  // the server's own: its cookies come first of its random bytes
  DtlsServer server_{settings(), {.max_handshakes = kMaxHandshakes}, random_};
  std::optional<DtlsEngine> engine_;
  std::deque<Bytes> to_server_;
  std::deque<Bytes> to_client_;
  int received_ = 0;
};

void exercise(ByteSpan input) {
  World world;
  world.play(input);
  world.check_honest_client();
}

}  // namespace
}  // namespace turnpike::net

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  turnpike::net::exercise({bytes, size});
  return 0;
}
