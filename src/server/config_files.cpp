#include <fmt/format.h>

#include <filesystem>

#include "server/config_reader.hpp"

namespace turnpike::server {
namespace {

/// Reads the file only to say now what would go wrong at the start: a missing file, no right to read it, the
/// certificate in the place of the key.
bool check_pem(const ConfigValue& value, const std::string& path, std::string_view marker, std::string_view what) {
  const Result<std::string> text = value.context().environment.read_file(path);
  if (!text) return value.reject(fmt::format("cannot read {}: {}", path, text.error().message()));
  if (text->find(marker) == std::string::npos) return value.reject(fmt::format("{} holds no {} in PEM", path, what));
  return true;
}

bool read_path(const ConfigValue& value, std::string& out) {
  if (value.node().kind == TomlNode::Kind::text) return resolve_file(value, value.node().text, out);
  const auto& entries = value.node().entries;
  const bool is_credential = value.node().kind == TomlNode::Kind::table && entries.size() == 1 &&
                             entries.front().key == "credential" && entries.front().value.kind == TomlNode::Kind::text;
  if (!is_credential) return value.reject("must be a path or { credential = \"NAME\" }");
  return resolve_credential(value.part(entries.front().value), entries.front().value.text, out);
}

bool read_certificate_field(const ConfigValue& table, const TomlEntry& entry, CertificateFiles& out) {
  const ConfigValue field = table.part(entry.value);
  if (entry.key == "chain") {
    return read_path(field, out.chain) && check_pem(field, out.chain, "-----BEGIN CERTIFICATE-----", "certificate");
  }
  // Without its beginning, since there are kinds: RSA PRIVATE KEY, EC PRIVATE KEY.
  if (entry.key == "key") {
    return read_path(field, out.key) && check_pem(field, out.key, "PRIVATE KEY-----", "private key");
  }
  return table.reject_at(entry.place,
                         fmt::format("unknown key \"{}\"; a certificate has `chain` and `key`", entry.key));
}

}  // namespace

bool resolve_file(const ConfigValue& value, const std::string& path, std::string& out) {
  if (path.empty()) return value.reject("the path is empty");
  // Relative to the file that names it: the working directory of a service is nobody's choice.
  const auto folder = std::filesystem::path(value.context().file_name).parent_path();
  out = (folder / path).string();
  return true;
}

/// systemd.exec(5), LoadCredential=.
bool resolve_credential(const ConfigValue& value, const std::string& name, std::string& out) {
  const auto folder = value.context().environment.variable("CREDENTIALS_DIRECTORY");
  if (!folder) return value.reject("there are no systemd credentials ($CREDENTIALS_DIRECTORY is not set)");
  if (name.empty() || name.front() == '.' || name.find('/') != std::string::npos) {
    return value.reject(fmt::format("\"{}\" is no name of a credential", name));
  }
  out = *folder + "/" + name;
  return true;
}

bool read(const ConfigValue& value, CertificateFiles& out) {
  if (!value.expect(TomlNode::Kind::table)) return false;
  bool all_right = true;
  for (const TomlEntry& entry : value.node().entries) {
    all_right = read_certificate_field(value, entry, out) && all_right;
  }
  for (const std::string_view name : {"chain", "key"}) {
    if (value.node().find(name) == nullptr) {
      all_right = value.reject(fmt::format("a certificate needs a `{}`, the path of a PEM file", name));
    }
  }
  return all_right;
}

std::string show_toml(const CertificateFiles& value) {
  return fmt::format("{{ chain = {}, key = {} }}", quote_toml(value.chain), quote_toml(value.key));
}

}  // namespace turnpike::server
