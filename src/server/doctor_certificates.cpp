#include <fmt/format.h>

#include <algorithm>

#include "server/doctor.hpp"
#include "turnpike/net/tls_chain.hpp"

namespace turnpike::server {
namespace {

using net::ChainEnd;
using Certificate = net::TlsSettings::Certificate;

std::string show_days(Seconds time) {
  constexpr Seconds kDay{86400};
  const auto days = time / kDay;
  return days == 1 ? "1 day" : fmt::format("{} days", days);
}

std::string list_hosts(const Certificate& certificate) {
  std::string text;
  for (const std::string& host : certificate.hosts) text += (text.empty() ? "" : ", ") + host;
  return text.empty() ? "no name at all" : text;
}

void judge_time(Checkup& checkup, const Certificate& certificate) {
  const UnixSeconds now = checkup.world.now();
  const Seconds left = certificate.not_after - now;
  constexpr std::string_view kRenew = "renew it (certbot renew); the server takes the new files by itself";
  if (now < certificate.not_before) {
    checkup.findings.problem(fmt::format("{} is not valid yet.", certificate.name),
                             "look at this machine's clock: date -u");
  } else if (left <= Seconds{0}) {
    checkup.findings.problem(
        fmt::format("{} has expired {} ago: no TLS client connects.", certificate.name, show_days(-left)),
        std::string(kRenew));
  } else if (left < checkup.config().tls.expiry_warning) {
    checkup.findings.warning(fmt::format("{} expires in {}.", certificate.name, show_days(left)), std::string(kRenew));
  }
}

void judge_end(const std::string& name, const net::ChainJudgement& judgement, Findings& findings) {
  switch (judgement.end) {
    case ChainEnd::trusted: break;
    case ChainEnd::self_signed:
      findings.warning(fmt::format("{} vouches for itself: browsers refuse it.", name),
                       "get one from an authority, such as Let's Encrypt");
      break;
    case ChainEnd::own_authority:
      findings.warning(fmt::format("{} comes from an authority that this machine does not trust.", name),
                       "make every client trust that authority, or get one from a public authority");
      break;
    case ChainEnd::issuer_missing:
      findings.warning(fmt::format("{}: its issuer {} is neither in the file nor trusted here, so many clients "
                                   "cannot verify it.",
                                   name, judgement.reason),
                       "use the file with the whole chain (certbot's fullchain.pem)");
      break;
    case ChainEnd::broken:
      findings.warning(fmt::format("{}: clients will refuse the chain: {}.", name, judgement.reason),
                       "renew the certificate together with its chain");
      break;
  }
}

/// Some certificate must be good for the name under which clients come.
void judge_names(Checkup& checkup, const std::vector<Certificate>& certificates) {
  const std::string& host = checkup.config().server.host;
  if (host.empty()) {
    checkup.findings.note("server.host is empty, so whether the certificate has the right name cannot be told.",
                          fmt::format("set server.host to one of its names: {}", list_hosts(certificates.front())));
    return;
  }
  const auto covers = [&](const Certificate& certificate) { return net::covers_host(certificate, host); };
  if (std::ranges::any_of(certificates, covers)) return;
  checkup.findings.problem(fmt::format("No certificate is for {}, the name in server.host; {} is for {}.", host,
                                       certificates.front().name, list_hosts(certificates.front())),
                           fmt::format("get a certificate for {}, or set server.host to a name that it has", host));
}

/// Nothing when the files cannot be read from here; that has been said then.
std::optional<std::vector<net::CertificatePem>> read_files(Checkup& checkup) {
  std::vector<net::CertificatePem> pems;
  for (const CertificateFiles& pair : checkup.config().tls.certificates) {
    const auto chain = checkup.world.environment.read_file(pair.chain);
    const auto key = checkup.world.environment.read_file(pair.key);
    if (!chain || !key) {
      checkup.findings.note(
          fmt::format("{} could not be read, so the certificate was not looked at.", chain ? pair.key : pair.chain),
          "run this as root");
      return std::nullopt;
    }
    pems.push_back({pair.chain, *chain, *key});
  }
  return pems;
}

}  // namespace

void examine_certificates(Checkup& checkup) {
  Findings& findings = checkup.findings;
  findings.begin("certificates");
  if (checkup.config().tls.certificates.empty()) {
    findings.note("There is no certificate: networks that let only TLS out keep their people from this server.",
                  "set tls.certificates and add a listener tls://0.0.0.0:443 or tls://0.0.0.0:5349");
    return;
  }
  const auto pems = read_files(checkup);
  if (!pems) return;
  const auto settings = net::TlsSettings::make(*pems, {}, checkup.world.random);
  if (!settings) {
    findings.problem(fmt::format("{}.", settings.error().message), "correct tls.certificates or the files it names");
    return;
  }
  const auto& certificates = (*settings)->certificates();
  for (std::size_t i = 0; i < certificates.size(); ++i) {
    judge_time(checkup, certificates[i]);
    judge_end(certificates[i].name, net::judge_chain((*pems)[i].chain, checkup.world.now()), findings);
  }
  judge_names(checkup, certificates);
  if (findings.is_area_clean()) findings.ok("The certificates are valid, complete, and for the right names.");
}

}  // namespace turnpike::server
