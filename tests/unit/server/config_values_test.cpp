#include "server/config_values.hpp"

#include <gtest/gtest.h>

namespace turnpike::server {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

TEST(ConfigValues, ReadsDurations) {
  EXPECT_EQ(*parse_duration("0s"), Milliseconds{0});
  EXPECT_EQ(*parse_duration("500ms"), Milliseconds{500});
  EXPECT_EQ(*parse_duration("90s"), Milliseconds{90'000});
  EXPECT_EQ(*parse_duration("1h30m"), hours{1} + minutes{30});
  EXPECT_EQ(*parse_seconds("3650d"), hours{24 * 3650});
}

TEST(ConfigValues, RefusesWhatIsNoDuration) {
  for (const char* text :
       {"", "10", "m", "-1s", "+1s", "1.5h", "1 h", "10M", "1m1h", "1s1s", "1h 5m", "0x1s", "99999999999d"}) {
    EXPECT_FALSE(parse_duration(text)) << text;
  }
}

TEST(ConfigValues, ReadsSizes) {
  EXPECT_EQ(parse_byte_size("0")->bytes, 0U);
  EXPECT_EQ(parse_byte_size("1500B")->bytes, 1500U);
  EXPECT_EQ(parse_byte_size("64KiB")->bytes, 65536U);
  EXPECT_EQ(parse_byte_size("2kB")->bytes, 2000U);
  EXPECT_EQ(parse_byte_size("1GiB")->bytes, 1U << 30U);
}

TEST(ConfigValues, RefusesWhatIsNoSize) {
  for (const char* text : {"", "1500", "4mib", "4M", "-1B", "4MiB ", "18446744073709551615GiB", "2000GiB"}) {
    EXPECT_FALSE(parse_byte_size(text)) << text;
  }
}

TEST(ConfigValues, ReadsRatesInBitsAndBytes) {
  EXPECT_FALSE(parse_rate("0")->is_limited());
  EXPECT_EQ(parse_rate("2Mbit/s")->bytes_per_second, 250'000U);
  EXPECT_EQ(parse_rate("500kbit/s")->bytes_per_second, 62'500U);
  EXPECT_EQ(parse_rate("1MB/s")->bytes_per_second, 1'000'000U);
}

TEST(ConfigValues, RefusesRatesThatWouldRoundToNothing) {
  for (const char* text : {"1bit/s", "7kbit/s", "0bit/s ", "8001bit/s", "2Mbps", "2Mb/s", "", "99999Gbit/s"}) {
    EXPECT_FALSE(parse_rate(text)) << text;
  }
}

template <typename T, typename Parse>
void expect_round_trips(Parse parse, std::initializer_list<T> values) {
  for (const T& value : values) {
    const auto again = parse(show(value));
    ASSERT_TRUE(again) << show(value);
    EXPECT_EQ(*again, value) << show(value);
  }
}

TEST(ConfigValues, ShownValuesReadBackAsTheSame) {
  expect_round_trips<Milliseconds>(parse_duration, {Milliseconds{0}, Milliseconds{1}, Milliseconds{61'000}, hours{24}});
  expect_round_trips<Seconds>(parse_seconds, {Seconds{0}, Seconds{86'401}, hours{48}});
  expect_round_trips<ByteSize>(parse_byte_size,
                               {ByteSize{0}, ByteSize{1}, ByteSize{1000}, ByteSize{4096}, ByteSize{4U << 20U}});
  expect_round_trips<turn::ByteRate>(parse_rate,
                                     {turn::ByteRate{0}, turn::ByteRate{1001}, turn::ByteRate{125'000'000}});
  expect_round_trips<PortRange>(parse_port_range, {PortRange{1024, 1025}, PortRange{}});
  expect_round_trips<PortRange>(parse_peer_ports, {PortRange{1, 1}, PortRange{443, 443}, PortRange{1, 65535}});
  expect_round_trips<TlsVersion>(parse_tls_version, {TlsVersion::tls12, TlsVersion::tls13});
  expect_round_trips<LogLevel>(parse_log_level,
                               {LogLevel::trace, LogLevel::debug, LogLevel::info, LogLevel::warn, LogLevel::error});
  expect_round_trips<LogFormat>(parse_log_format, {LogFormat::text, LogFormat::json});
  expect_round_trips<LogAddresses>(parse_log_addresses, {LogAddresses::hidden, LogAddresses::full});
  expect_round_trips<AddressFamily>(parse_address_family, {AddressFamily::ipv4, AddressFamily::ipv6});
}

TEST(ConfigValues, ShownAddressesReadBackAsTheSame) {
  const IpAddress v4 = IpAddress::v4(203, 0, 113, 7);
  const IpAddress v6 = *IpAddress::parse("2001:db8::7");
  const auto parse_url = [](std::string_view text) { return parse_listen_url(text); };
  expect_round_trips<IpAddress>(parse_ip_address, {v4, v6});
  expect_round_trips<IpPrefix>(parse_ip_prefix, {IpPrefix{v4, 32}, IpPrefix{IpAddress::any(AddressFamily::ipv6), 0}});
  expect_round_trips<ExternalAddress>(
      parse_external_address,
      {ExternalAddress{v6, std::nullopt}, ExternalAddress{v4, IpAddress::v4(10, 0, 0, 1)},
       ExternalAddress{HostName{"home.example.org"}, v4}, ExternalAddress{StunServer{"stun.example.org"}, std::nullopt},
       ExternalAddress{StunServer{"stun.example.org", 19302}, v6}, ExternalAddress{StunServer{"2001:db8::1"}, v6},
       ExternalAddress{StunServer{"2001:db8::1", 5349}, std::nullopt}});
  expect_round_trips<ListenUrl>(parse_url,
                                {ListenUrl{ListenScheme::udp, {v4, 1}}, ListenUrl{ListenScheme::tcp, {v6, 65535}},
                                 ListenUrl{ListenScheme::tls, {v4, 443}}, ListenUrl{ListenScheme::dtls, {v4, 443}},
                                 ListenUrl{ListenScheme::http, {v6, 80}}, ListenUrl{ListenScheme::https, {v6, 443}}});
}

TEST(ConfigValues, TakesPortZeroOnlyWhereItIsAllowed) {
  EXPECT_FALSE(parse_listen_url("udp://127.0.0.1:0"));
  EXPECT_TRUE(parse_listen_url("udp://127.0.0.1:0", PortZero::allowed));
}

}  // namespace
}  // namespace turnpike::server
