#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>

#include "coturn/mappers.hpp"
#include "turnpike/base/clean_text.hpp"

namespace turnpike::coturn {
namespace {

// As turnpike checks them.
constexpr std::size_t kLeastSecret = 8;
constexpr std::size_t kMostName = 508;
constexpr std::size_t kKeyDigits = 32;
constexpr std::uint64_t kDefaultNonce = 600;
constexpr std::uint64_t kMostNonce = 86400;

/// Empty when turnpike takes the secret.
std::string complain_about_secret(std::string_view secret) {
  if (!is_clean_text(secret)) return "it is no text (UTF-8 without control characters); set auth.secrets";
  if (secret.size() >= kLeastSecret) return {};
  return fmt::format(
      "shorter than {} characters, whoever has a credential can find it by trying; make a new "
      "one (`openssl rand -base64 32`) for auth.secrets and your backend",
      kLeastSecret);
}

void write_secrets(Draft& draft) {
  std::vector<ListItem> items;
  for (const ConfLine* line : draft.conf().find_all("static-auth-secret")) {
    const std::string quoted = quote_toml(line->value);
    if (const std::string complaint = complain_about_secret(line->value); !complaint.empty()) {
      draft.refuse(*line, complaint);
    } else if (std::ranges::find(items, quoted, &ListItem::value) != items.end()) {
      draft.tell(*line, "the secret is there twice");
    } else {
      items.push_back({quoted, origin(*line)});
    }
  }
  draft.list("secrets", items);
}

struct User {
  std::string name;
  std::string how;  ///< `password = "..."` or `key = "..."`
  const ConfLine* line = nullptr;
};

bool is_key(std::string_view text) {
  return text.size() == kKeyDigits && text.find_first_not_of("0123456789abcdefABCDEF") == std::string_view::npos;
}

/// Refuses the line when turnpike would refuse the user.
std::optional<User> read_user(Draft& draft, const ConfLine& line, bool has_secrets) {
  const std::size_t colon = line.value.find(':');
  const std::string name = line.value.substr(0, colon);
  const std::string rest = colon == std::string::npos ? "" : line.value.substr(colon + 1);
  const auto refuse = [&](const std::string& words) {
    draft.refuse(line, words);
    return std::nullopt;
  };
  if (name.empty() || rest.empty()) return refuse("it is not NAME:PASSWORD; coturn skips it, too");
  if (!is_clean_text(line.value) || name.size() > kMostName)
    return refuse("the name or the password is no text (UTF-8 without control characters)");
  const bool is_number = name.find_first_not_of("0123456789") == std::string::npos;
  if (is_number && has_secrets) return refuse("the name looks like an expiry; call the user something else");
  if (!rest.starts_with("0x")) return User{name, "password = " + quote_toml(rest), &line};
  if (!is_key(rest.substr(2))) return refuse("the key has not 32 hexadecimal digits; give the user a password");
  if (draft.conf().find("realm") == nullptr) {
    draft.demand(
        line,
        "becomes auth.users; the key holds only with the realm that coturn took by itself: set server.realm to it");
  }
  return User{name, "key = " + quote_toml(rest.substr(2)), &line};
}

void write_users(Draft& draft) {
  const auto lines = draft.conf().find_all("user");
  const bool has_secrets = !draft.conf().find_all("static-auth-secret").empty();
  if (has_secrets || draft.conf().is_on("use-auth-secret")) {
    for (const ConfLine* line : lines) {
      draft.tell(*line,
                 "left out: coturn accepts no static users beside a secret; add them to auth.users if they may relay");
    }
    return;
  }
  std::vector<User> users;
  std::map<std::string, std::size_t> places;
  for (const ConfLine* line : lines) {
    const auto user = read_user(draft, *line, has_secrets);
    if (!user) continue;
    const auto [known, is_new] = places.emplace(user->name, users.size());
    if (is_new) {
      users.push_back(*user);
      continue;
    }
    draft.tell(*users[known->second].line,
               fmt::format("line {} names the user again, and the last one counts", line->number));
    users[known->second] = *user;
  }
  std::vector<ListItem> items;
  items.reserve(users.size());
  for (const User& user : users) {
    items.push_back({fmt::format("{{ name = {}, {} }}", quote_toml(user.name), user.how), origin(*user.line)});
  }
  draft.list("users", items);
}

void write_nonce(Draft& draft) {
  const ConfLine* line = draft.conf().find("stale-nonce");
  if (line == nullptr) return;
  if (line->value.empty()) return draft.key("nonce_lifetime", fmt::format("\"{}s\"", kDefaultNonce), origin(*line));
  if (read_number(line->value) == 0) {
    return draft.tell(*line, "nonces always end here; clients are told 438 and go on by themselves");
  }
  if (const auto seconds = draft.number("stale-nonce", 1, kMostNonce)) {
    draft.key("nonce_lifetime", fmt::format("\"{}s\"", *seconds), origin(*line));
  }
}

bool names_a_database(const ConfFile& conf) {
  constexpr std::array kNames{"userdb",       "db",           "psql-userdb", "sql-userdb",
                              "mysql-userdb", "mongo-userdb", "redis-userdb"};
  return std::ranges::any_of(kNames, [&](const auto* name) { return conf.find(name) != nullptr; });
}

void tell_who_may(Draft& draft) {
  const ConfFile& conf = draft.conf();
  const bool has_secrets = !conf.find_all("static-auth-secret").empty();
  if (const ConfLine* line = conf.find("use-auth-secret");
      line != nullptr && conf.is_on("use-auth-secret") && !has_secrets) {
    draft.demand(
        *line, "the secrets are in coturn's database: `turnadmin -S -r REALM` shows them; put them into auth.secrets");
  } else if (!has_secrets && conf.find_all("user").empty() && !names_a_database(conf) && !conf.is_on("no-auth")) {
    draft.note("nothing says who may relay; coturn lets everybody. Set auth.secrets or auth.users", true);
  }
}

}  // namespace

void write_auth(Draft& draft) {
  draft.table("[auth]");
  if (const ConfLine* line = draft.conf().find("stun-only"); line != nullptr && draft.conf().is_on("stun-only")) {
    for (const auto* name : {"static-auth-secret", "user"}) {
      for (const ConfLine* one : draft.conf().find_all(name)) draft.tell(*one, "left out because of stun-only");
    }
    return draft.key("database", "\"\"",
                     fmt::format("{}; without secrets and users nobody can allocate", origin(*line)));
  }
  write_secrets(draft);
  write_users(draft);
  write_nonce(draft);
  tell_who_may(draft);
  if (const ConfLine* line = draft.conf().find("rest-api-separator"); line != nullptr && line->value.front() != ':') {
    draft.refuse(*line,
                 "usernames of ephemeral credentials are EXPIRY:NAME here; let your backend write them like that");
  }
}

}  // namespace turnpike::coturn
