// Our tables against IANA's "Session Traversal Utilities for NAT (STUN) Parameters", both ways.

#include <gtest/gtest.h>

#include <charconv>
#include <map>

#include "support/vectors.hpp"
#include "turnpike/stun/attribute_type.hpp"
#include "turnpike/stun/error_code.hpp"
#include "turnpike/stun/long_term_key.hpp"
#include "turnpike/stun/message_type.hpp"

namespace turnpike::stun {
namespace {

struct Registration {
  std::string name;
  std::string reference;
};
using Registry = std::map<unsigned, Registration>;

// IANA still lists it as reserved, with RFC 5780, which brought it back, as the reference.
constexpr std::string_view kChangeRequestRow = "Reserved; was CHANGE-REQUEST prior to [RFC5389]";

/// The assigned single numbers: neither ranges nor what is reserved or unassigned.
Registry read_registry(const std::string& file) {
  Registry registry;
  for (const test::CsvRow& row : test::read_csv_vector(file)) {
    EXPECT_EQ(row.size(), 3U);
    const std::string& value = row.at(0);
    const std::string name = row.at(1) == kChangeRequestRow ? "CHANGE-REQUEST" : row.at(1);
    if (name.starts_with("Reserved") || name == "Unassigned") continue;
    const bool is_hex = value.starts_with("0x");
    unsigned number = 0;
    const char* end = value.data() + value.size();
    const auto parsed = std::from_chars(value.data() + (is_hex ? 2 : 0), end, number, is_hex ? 16 : 10);
    EXPECT_EQ(parsed.ptr, end) << value;
    EXPECT_TRUE(registry.emplace(number, Registration{name, row.at(2)}).second) << value;
  }
  return registry;
}

/// Every number that we name is registered under that name; gives how many there are.
template <typename Code>
std::size_t expect_registered(const Registry& registry, unsigned numbers) {
  std::size_t named = 0;
  for (unsigned number = 0; number < numbers; ++number) {
    const std::string_view name = name_of(static_cast<Code>(number));
    if (name.empty()) continue;
    ++named;
    const auto found = registry.find(number);
    EXPECT_NE(found, registry.end()) << name;
    if (found != registry.end()) {
      EXPECT_EQ(found->second.name, name);
    }
  }
  return named;
}

TEST(Iana, EveryAttributeThatWeNameIsRegistered) {
  EXPECT_EQ(expect_registered<AttributeType>(read_registry("stun-attributes.csv"), 0x10000), 44U);
}

TEST(Iana, EveryAttributeOfTheRfcsThatWeSpeakIsNamed) {
  const Registry registry = read_registry("stun-attributes.csv");
  for (const char* rfc : {"[RFC8489]", "[RFC8656]", "[RFC6062]", "[RFC5780]", "[RFC8016]", "[RFC7635]", "[RFC8445]"}) {
    std::size_t seen = 0;
    for (const auto& [number, registration] : registry) {
      if (registration.reference.find(rfc) == std::string::npos) continue;
      ++seen;
      EXPECT_EQ(name_of(static_cast<AttributeType>(number)), registration.name);
    }
    EXPECT_GT(seen, 0U) << rfc;
  }
}

TEST(Iana, EveryMethodThatWeNameIsRegistered) {
  EXPECT_EQ(expect_registered<Method>(read_registry("stun-methods.csv"), 0x1000), 10U);
}

TEST(Iana, EveryMethodOfAnRfcIsNamed) {
  for (const auto& [number, registration] : read_registry("stun-methods.csv")) {
    if (!registration.reference.starts_with("[RFC")) continue;
    EXPECT_EQ(name_of(static_cast<Method>(number)), registration.name);
  }
}

TEST(Iana, ErrorCodesAreTheSameInBothTables) {
  const Registry registry = read_registry("stun-error-codes.csv");
  EXPECT_EQ(expect_registered<ErrorCode>(registry, 1000), registry.size());
}

TEST(Iana, PasswordAlgorithmsHaveTheirRegisteredNumbers) {
  const Registry registry = read_registry("stun-password-algorithms.csv");
  ASSERT_EQ(registry.size(), 2U);
  EXPECT_EQ(registry.at(static_cast<unsigned>(PasswordAlgorithm::md5)).name, "MD5");
  EXPECT_EQ(registry.at(static_cast<unsigned>(PasswordAlgorithm::sha256)).name, "SHA-256");
}

}  // namespace
}  // namespace turnpike::stun
