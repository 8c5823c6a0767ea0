#include <array>

#include "coturn/option_rows.hpp"

namespace turnpike::coturn {
namespace {

using enum Treatment;
using enum ValueKind;

constexpr std::string_view kDatabase =
    "move its secrets (`turnadmin -S`) to auth.secrets; add its users (`turnadmin -l`) with `turnpike user add`";
constexpr std::string_view kNoConsole =
    "there is no console; `turnpike sessions`, `kill`, `status` and `drain` do its work";
constexpr std::string_view kAdminPage = "the page is at /admin of every HTTP listener, for API keys of scope admin";
constexpr std::string_view kModernKeys = "keys are agreed on by elliptic curves, finite-field DH is not used";
constexpr std::string_view kJournal = "the log goes to standard error; systemd's journal keeps it";

constexpr std::array kAuth{
    Option{"lt-cred-mech", unneeded, flag, "long-term credentials are always needed"},
    Option{"no-auth", unsupported, flag, "nobody relays without credentials: set auth.secrets or auth.users", kLast,
           kAccess},
    Option{"use-auth-secret", unneeded, flag, "auth.secrets is the switch: what it names is accepted"},
    Option{"static-auth-secret", mapped, text, "auth.secrets", kAll},
    Option{"rest-api-separator", unneeded, text, "the separator is ':'; a file with another one needs a look"},
    Option{"user", mapped, text, "auth.users", kAll},
    Option{"realm", mapped, text, "server.realm"},
    Option{"stale-nonce", mapped, optional, "auth.nonce_lifetime"},
    Option{"stateless-nonce", unneeded, flag, "nonces are always stateless"},
    Option{"stateless-nonce-secret", unneeded, text,
           "every server has a key of its own; a client that changes servers is told 438 and goes on by itself"},
    Option{"server-name", unneeded, text, "it is for oauth alone"},
    Option{"oauth", unsupported, flag, "tokens of RFC 7635 are not taken: give such clients ephemeral credentials",
           kLast, kAccess},
    Option{"userdb", unsupported, text, kDatabase, kLast, kAccess},
    Option{"db", unsupported, text, kDatabase, kLast, kAccess},
    Option{"psql-userdb", unsupported, text, kDatabase, kLast, kAccess},
    Option{"sql-userdb", unsupported, text, kDatabase, kLast, kAccess},
    Option{"mysql-userdb", unsupported, text, kDatabase, kLast, kAccess},
    Option{"mongo-userdb", unsupported, text, kDatabase, kLast, kAccess},
    Option{"redis-userdb", unsupported, text, kDatabase, kLast, kAccess},
    Option{"secret-key-file", unneeded, text, "it opens the password of the MySQL database alone"},
    Option{"no-dynamic-realms", unneeded, flag, "there is one realm"},
    Option{"no-auth-pings", unneeded, flag, "there is no database of credentials that would have to be asked"},
    Option{"secret-ts-exp-time", unneeded, text, "the expiry in the username counts"},
    Option{"st-cred-mech", unsupported, flag, "short-term credentials are not for TURN: use auth.secrets or auth.users",
           kLast, kAccess},
    Option{"sha256", unneeded, flag, "MESSAGE-INTEGRITY-SHA256 is offered to all clients"},
    Option{"sha384", unneeded, flag, "never a standard; MESSAGE-INTEGRITY-SHA256 is offered"},
    Option{"sha512", unneeded, flag, "never a standard; MESSAGE-INTEGRITY-SHA256 is offered"},
};

constexpr std::array kTls{
    Option{"cert", mapped, text, "tls.certificates"},
    Option{"pkey", mapped, text, "tls.certificates"},
    Option{"pkey-pwd", unsupported, text,
           "write the key without a password: `openssl pkey -in OLD -out NEW`, readable for the server alone"},
    Option{"CA-file", unsupported, text, "clients are not asked for certificates; credentials tell who may relay",
           kLast, kAccess},
    Option{"raw-public-keys", unsupported, flag, "give such clients a certificate to check (RFC 7250 is not there)"},
    Option{"cipher-list", unneeded, text, "only ciphers with forward secrecy and authentication are offered"},
    Option{"ec-curve-name", unneeded, text, "X25519 and the usual curves are offered, the client chooses"},
    Option{"dh566", unneeded, flag, kModernKeys},
    Option{"dh1066", unneeded, flag, kModernKeys},
    Option{"dh2066", unneeded, flag, kModernKeys},
    Option{"dh-file", unneeded, text, kModernKeys},
    Option{"no-sslv2", unneeded, flag, "it is never offered"},
    Option{"no-sslv3", unneeded, flag, "it is never offered"},
    Option{"no-tlsv1", unneeded, flag, "it is never offered"},
    Option{"no-tlsv1_1", unneeded, flag, "it is never offered"},
    Option{"no-tlsv1_2", mapped, flag, "tls.min_version"},
    Option{"tlsv1", unsupported, flag, "TLS begins at 1.2; clients of before 2008 can use TURN over UDP or TCP"},
    Option{"tlsv1_1", unsupported, flag, "TLS begins at 1.2; clients of before 2008 can use TURN over UDP or TCP"},
    Option{"acme-redirect", unsupported, text,
           "let the ACME client answer on port 80 itself, or use its DNS challenge"},
};

constexpr std::array kCluster{
    Option{"alternate-server", mapped, text, "cluster.alternates", kAll},
    Option{"tls-alternate-server", mapped, text, "cluster.alternates", kAll},
    Option{"udp-alternate-server", mapped, text, "cluster.alternates", kAll},
    Option{"tcp-alternate-server", mapped, text, "cluster.alternates", kAll},
    Option{"drain-min-allocations", unneeded, text,
           "a drain ends with the last allocation or at server.drain_deadline"},
};

constexpr std::array kLog{
    Option{"verbose", mapped, flag, "log.level"},
    Option{"Verbose", mapped, flag, "log.level"},
    Option{"log-min-level", mapped, text, "log.level"},
    Option{"log-file", unsupported, text,
           "the log goes to standard error; for a file, StandardOutput=append:FILE in the unit, and logrotate"},
    Option{"no-stdout-log", unneeded, flag, kJournal},
    Option{"syslog", unneeded, flag, kJournal},
    Option{"syslog-facility", unneeded, text, "set SyslogFacility= in the unit"},
    Option{"simple-log", unneeded, flag, "there is no log file to name"},
    Option{"new-log-timestamp", unneeded, flag, "every line has its time"},
    Option{"new-log-timestamp-format", unneeded, text, "times are written as RFC 3339 has it"},
    Option{"log-binding", unneeded, flag, "/metrics counts STUN Binding; single ones are not written"},
    Option{"prometheus", mapped, flag, "[[listen]] with http://, and metrics.allow"},
    Option{"prometheus-port", mapped, text, "[[listen]]"},
    Option{"prometheus-address", mapped, text, "[[listen]]"},
    Option{"prometheus-path", unneeded, text, "the path is /metrics; a file with another one needs a look"},
    Option{"prometheus-username-labels", unsupported, flag,
           "usernames are no labels; `turnpike sessions` tells who uses how much"},
    Option{"redis-statsdb", unsupported, text, "read /metrics, or the sessions over the API"},
};

constexpr std::array kAdministration{
    Option{"cli", unneeded, flag, kNoConsole},
    Option{"no-cli", unneeded, flag, kNoConsole},
    Option{"cli-ip", unneeded, text, kNoConsole},
    Option{"cli-port", unneeded, text, kNoConsole},
    Option{"cli-password", unneeded, text, kNoConsole},
    Option{"cli-max-output-sessions", unneeded, text, kNoConsole},
    Option{"web-admin", unneeded, flag, kAdminPage},
    Option{"web-admin-ip", unneeded, text, kAdminPage},
    Option{"web-admin-port", unneeded, text, kAdminPage},
    Option{"web-admin-listen-on-workers", unneeded, flag, kAdminPage},
};

constexpr std::array kProcess{
    Option{"daemon", unneeded, flag, "systemd runs the server in the background"},
    Option{"pidfile", unneeded, text, "systemd knows the process"},
    Option{"proc-user", unneeded, text, "set User= in the unit"},
    Option{"proc-group", unneeded, text, "set Group= in the unit"},
    Option{"version", unneeded, flag, "it is for the command line alone; `turnpike version`"},
    Option{"help", unneeded, flag, "it is for the command line alone; `turnpike help`"},
};

}  // namespace

std::span<const Option> auth_rows() noexcept { return kAuth; }
std::span<const Option> tls_rows() noexcept { return kTls; }
std::span<const Option> cluster_rows() noexcept { return kCluster; }
std::span<const Option> log_rows() noexcept { return kLog; }
std::span<const Option> administration_rows() noexcept { return kAdministration; }
std::span<const Option> process_rows() noexcept { return kProcess; }

}  // namespace turnpike::coturn
