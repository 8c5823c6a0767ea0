#include "server/config_loader.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "server/config_checks.hpp"
#include "server/config_schema.hpp"

namespace turnpike::server {
namespace {

/// Walks the file's tables and hands each value to its key in the schema.
class Walk {
 public:
  Walk(const std::vector<ConfigKey>& schema, Config& config, ReadContext& context)
      : schema_(schema), config_(config), context_(context) {}

  void visit_table(const TomlNode& table,
                   const std::string& path) {  // NOLINT(misc-no-recursion): as deep as the schema
    for (const TomlEntry& entry : table.entries) visit_entry(entry, path.empty() ? entry.key : path + "." + entry.key);
  }

 private:
  void visit_entry(const TomlEntry& entry, const std::string& path) {  // NOLINT(misc-no-recursion)
    const auto key = std::ranges::find(schema_, path, &ConfigKey::path);
    if (key != schema_.end()) {
      context_.places[path] = entry.value.place;
      key->load(ConfigValue(entry.value, path, context_), config_);
    } else if (!is_table(path)) {
      report(entry.place, explain_unknown(entry, path));
    } else if (entry.value.kind != TomlNode::Kind::table) {
      report(entry.value.place, fmt::format("{} is a table; write [{}]", path, path));
    } else {
      visit_table(entry.value, path);
    }
  }

  [[nodiscard]] bool is_table(std::string_view path) const {
    return std::ranges::any_of(schema_, [path](const ConfigKey& key) {
      return key.table() == path || key.table().starts_with(std::string(path) + ".");
    });
  }

  [[nodiscard]] std::string explain_unknown(const TomlEntry& entry, const std::string& path) const {
    const std::string parent = path.substr(0, path.size() - std::min(path.size(), entry.key.size() + 1));
    const bool is_top = parent.empty();
    std::string what = is_top ? fmt::format("unknown table or key \"{}\"", entry.key)
                              : fmt::format("unknown key \"{}\" in [{}]", entry.key, parent);
    for (const ConfigKey& key : schema_) {
      if (key.name() == entry.key && !key.table().empty())
        return fmt::format("{}; it belongs into [{}]", what, key.table());
    }
    if (const auto similar = find_similar(entry.key, children_of(parent)); !similar.empty()) {
      return fmt::format("{}; did you mean \"{}\"?", what, similar);
    }
    return what;
  }

  /// The names that may stand in a table.
  [[nodiscard]] std::vector<std::string_view> children_of(const std::string& table) const {
    std::vector<std::string_view> names;
    const std::string prefix = table.empty() ? "" : table + ".";
    for (const ConfigKey& key : schema_) {
      if (!key.path.starts_with(prefix)) continue;
      const std::string_view rest = std::string_view(key.path).substr(prefix.size());
      names.push_back(rest.substr(0, rest.find('.')));
    }
    return names;
  }

  void report(SourcePlace place, std::string message) {
    context_.report.mistakes.push_back({place, std::move(message)});
  }

  const std::vector<ConfigKey>& schema_;
  Config& config_;
  ReadContext& context_;
};

/// No control character of a file may reach the operator's terminal through a message.
std::string printable(std::string_view text) {
  std::string clean;
  for (const char character : text) {
    const auto code = static_cast<unsigned char>(character);
    if (code < 0x20 || code == 0x7f) {
      clean += fmt::format("\\x{:02x}", code);
    } else {
      clean += character;
    }
  }
  return clean;
}

}  // namespace

LoadedConfig load_config(std::string_view text, std::string file_name, const ConfigEnvironment& environment) {
  LoadedConfig loaded;
  loaded.file_name = std::move(file_name);
  const auto root = parse_toml(text);
  if (!root) {
    loaded.report.mistakes.push_back(root.error());
    return loaded;
  }
  const std::vector<ConfigKey> schema = config_schema();
  std::set<std::string, std::less<>> broken;
  ReadContext context{environment, loaded.file_name, loaded.report, loaded.sources, broken};
  Walk(schema, loaded.config, context).visit_table(*root, "");
  check_config(loaded.config, loaded.sources, broken, loaded.report);
  std::ranges::stable_sort(loaded.report.mistakes, {}, &ConfigProblem::place);
  std::ranges::stable_sort(loaded.report.warnings, {}, &ConfigProblem::place);
  return loaded;
}

std::string format_problem(const std::string& file_name, const ConfigProblem& problem) {
  const std::string message = printable(problem.message);
  if (problem.place.line == 0) return fmt::format("{}: {}", file_name, message);
  return fmt::format("{}:{}:{}: {}", file_name, problem.place.line, problem.place.column, message);
}

std::string format_report(const LoadedConfig& loaded) {
  std::string text;
  for (const ConfigProblem& mistake : loaded.report.mistakes) text += format_problem(loaded.file_name, mistake) + "\n";
  for (const ConfigProblem& warning : loaded.report.warnings) {
    text += format_problem(loaded.file_name, {warning.place, "warning: " + warning.message}) + "\n";
  }
  return text;
}

std::string show_config(const LoadedConfig& loaded) {
  std::string text;
  for (const ConfigKey& key : config_schema()) {
    const auto source = loaded.sources.find(key.path);
    text += fmt::format(
        "{} = {}  # {}\n", key.path, key.show(loaded.config),
        source == loaded.sources.end() ? "default" : fmt::format("{}:{}", loaded.file_name, source->second.line));
  }
  return text;
}

}  // namespace turnpike::server
