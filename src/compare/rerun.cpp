#include "grove/compare/rerun.hpp"

#include <bit>
#include <cmath>
#include <limits>

#include "compare/report_format.hpp"
#include "core/atomic_file.hpp"
#include "core/text.hpp"

namespace grove {

namespace {

using Json = nlohmann::ordered_json;

constexpr double tolerance = 1e-12;

Environment environment_from(const JsonReader& reader) {
  Environment result;
  result.version = reader.at("version").text();
  result.commit = reader.at("commit").text();
  result.compiler = reader.at("compiler").text();
  result.flags = reader.at("flags").text();
  result.cpu = reader.at("cpu").text();
  result.threads =
      static_cast<int>(reader.at("threads").integer(0, std::numeric_limits<std::int32_t>::max()));
  return result;
}

bool ends_with(std::string_view text, std::string_view end) {
  return text.size() >= end.size() && text.substr(text.size() - end.size()) == end;
}

/// What another run may have otherwise: times and memory; and what is compared by name.
bool left_out(std::string_view key, bool at_top, bool in_model) {
  if (ends_with(key, "seconds") || key == "peak_bytes") return true;
  if (in_model && key == "params") return true;
  if (key == "threads") return true;  // that an external program was told to use
  return at_top && (key == "environment" || key == "plan" || key == "plan_sha256");
}

/// How messages call an element of a list.
std::string label_of(const Json& item, std::size_t place) {
  const auto text = [&](const char* key) -> std::string {
    const auto found = item.find(key);
    return found != item.end() && found->is_string() ? found->get<std::string>() : "";
  };
  if (!item.is_object()) return concat("[", place, "]");
  if (item.contains("repeat") && item.contains("fold"))
    return concat("fold ", item["repeat"].dump(), "/", item["fold"].dump());
  if (!text("name").empty()) return printable(text("name"), 120);
  if (item.contains("dataset") && item["dataset"].is_object() && item["dataset"].contains("name") &&
      item["dataset"]["name"].is_string())
    return printable(item["dataset"]["name"].get<std::string>());
  if (!text("a").empty() && !text("b").empty())
    return printable(concat(text("a"), " against ", text("b")), 160);
  if (!text("code").empty()) return printable(text("code"));
  return concat("[", place, "]");
}

std::string shown(const Json& value) {
  if (value.is_object()) return "an object";
  if (value.is_array()) return concat("a list of ", value.size());
  return printable(value.dump(-1, ' ', false, Json::error_handler_t::replace), 200);
}

class Walk {
 public:
  explicit Walk(ReportComparison& result) : result_(result) {}

  void compare(const Json& before, const Json& now, const std::string& place) {
    if (before.is_object() && now.is_object()) return objects(before, now, place);
    if (before.is_array() && now.is_array()) return lists(before, now, place);
    if (before.is_number_float() && now.is_number_float())
      return reals(before.get<double>(), now.get<double>(), place);
    if (before != now) result_.differences.push_back({place, shown(before), shown(now)});
  }

 private:
  static std::string below(const std::string& place, const std::string& name) {
    // Lists of data sets, models and folds are told by their elements.
    if (name == "datasets" || name == "models" || name == "folds") return place;
    return concat(place, place.empty() ? "" : " > ", printable(name, 120));
  }

  void objects(const Json& before, const Json& now, const std::string& place) {
    const bool in_model = before.contains("folds");
    for (const auto& [key, value] : before.items()) {
      if (left_out(key, place.empty(), in_model)) continue;
      const auto other = now.find(key);
      if (other == now.end())
        result_.differences.push_back({below(place, key), shown(value), "missing"});
      else
        compare(value, *other, below(place, key));
    }
    // Another build may have more to tell.
    if (!result_.same_build) return;
    for (const auto& [key, value] : now.items())
      if (!left_out(key, place.empty(), in_model) && !before.contains(key))
        result_.differences.push_back({below(place, key), "missing", shown(value)});
  }

  void lists(const Json& before, const Json& now, const std::string& place) {
    if (before.size() != now.size())
      result_.differences.push_back({place.empty() ? "a list" : place, shown(before), shown(now)});
    for (std::size_t i = 0; i < std::min(before.size(), now.size()); ++i)
      compare(before[i], now[i], below(place, label_of(before[i], i)));
  }

  void reals(double before, double now, const std::string& place) {
    if (std::bit_cast<std::uint64_t>(before) == std::bit_cast<std::uint64_t>(now)) return;
    const double relative =
        before == now ? 0 : std::abs(before - now) / std::max(std::abs(before), std::abs(now));
    if (!result_.same_build && relative <= tolerance) {
      ++result_.n_close;
      result_.largest_relative = std::max(result_.largest_relative, relative);
    } else {
      result_.differences.push_back({place, number_text(before), number_text(now)});
    }
  }

  ReportComparison& result_;
};

/// Folds and their scores; throws ParseError unless the report has the form of one.
void count_scores(const JsonReader& reader, ReportComparison& result) {
  for (const JsonReader& data : reader.at("datasets").items())
    for (const JsonReader& model : data.at("models").items()) {
      static_cast<void>(model.at("name").text());
      for (const JsonReader& fold : model.at("folds").items()) {
        ++result.n_folds;
        result.n_scores += static_cast<Index>(fold.at("scores").members().size());
      }
    }
}

void compare_environments(const Environment& before, const Environment& now,
                          ReportComparison& result) {
  const auto look = [&](std::string_view what, const std::string& a, const std::string& b) {
    if (a != b)
      result.environment.push_back(
          concat(what, ": was ", printable(a, 200), ", is ", printable(b, 200)));
  };
  look("version", before.version, now.version);
  look("commit", before.commit, now.commit);
  look("compiler", before.compiler, now.compiler);
  look("flags", before.flags, now.flags);
  result.same_build = result.environment.empty();
  look("cpu", before.cpu, now.cpu);
  look("threads", std::to_string(before.threads), std::to_string(now.threads));
}

}  // namespace

ComparisonReport read_comparison(const std::string& path) {
  ComparisonReport report;
  report.text = read_whole_file(path);
  const Json json = parse_json(report.text, path);
  const JsonReader reader(json, path);
  report.plan = checked_plan(reader, comparison_format);
  report.environment = environment_from(reader.at("environment"));
  ReportComparison counts;
  count_scores(reader, counts);
  if (reader.at("datasets").items().size() != report.plan.datasets.size())
    reader.at("datasets").fail("are not those of the plan");
  return report;
}

ReportComparison compare_reports(const std::string& before_text, const std::string& now_text,
                                 const std::string& before, const std::string& now) {
  const Json old_json = parse_json(before_text, before);
  const Json new_json = parse_json(now_text, now);
  const JsonReader old_reader(old_json, before);
  const JsonReader new_reader(new_json, now);
  check_format(old_reader, comparison_format);
  check_format(new_reader, comparison_format);
  ReportComparison result;
  compare_environments(environment_from(old_reader.at("environment")),
                       environment_from(new_reader.at("environment")), result);
  count_scores(old_reader, result);
  result.plan =
      plan_differences(plan_from(old_reader.at("plan")), plan_from(new_reader.at("plan")));
  Walk(result).compare(old_json, new_json, "");
  return result;
}

}  // namespace grove
