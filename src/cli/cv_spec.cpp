#include "cli/cv_spec.hpp"

#include <algorithm>

#include "cli/app.hpp"
#include "core/text.hpp"
#include "grove/core/error.hpp"
#include "registry/suggest.hpp"

namespace grove::cli {

namespace {

constexpr std::string_view forms =
    "write stratified:5, kfold:5, group:5, time:5, loo or file:FOLDS.csv";

}  // namespace

CvSpec parse_cv(const std::string& text) {
  using Method = CvSpec::Method;
  CvSpec spec;
  if (text.empty()) return spec;
  const std::size_t colon = text.find(':');
  const std::string name = text.substr(0, colon);
  const std::string rest = colon == std::string::npos ? "" : text.substr(colon + 1);
  const std::vector<std::string> names = {"stratified", "kfold", "group", "time", "loo", "file"};
  const auto found = std::find(names.begin(), names.end(), name);
  if (found == names.end())
    throw InvalidParameter(
        concat("--cv: there is no method '", printable(name), "'", suggestion(name, names)),
        std::string(forms));
  spec.method = static_cast<Method>(found - names.begin() + 1);
  if (spec.method == Method::file) {
    if (rest.empty())
      throw InvalidParameter("--cv file: lacks the file's name", std::string(forms));
    spec.file = rest;
  } else if (spec.method == Method::loo) {
    if (colon != std::string::npos)
      throw InvalidParameter(concat("--cv loo takes no number, got '", printable(text), "'"),
                             std::string(forms));
  } else if (colon != std::string::npos) {
    spec.n_splits =
        static_cast<int>(integer_argument(concat("the number of folds in --cv ", name), rest, 2));
  }
  return spec;
}

Splitter make_splitter(const CvSpec& spec, int repeats, std::uint64_t seed, const Dataset& data) {
  using Method = CvSpec::Method;
  Method method = spec.method;
  if (method == Method::automatic) method = data.has_labels() ? Method::stratified : Method::kfold;
  const int n = spec.n_splits;
  if (repeats > 1 && method != Method::stratified && method != Method::kfold)
    throw InvalidParameter(
        concat("--repeats ", repeats,
               " goes with stratified and kfold alone: the other methods make the "
               "same folds each time"),
        method == Method::file ? "put the repeats into the file: row,repeat,fold"
                               : "leave out --repeats");
  if (method == Method::stratified && !data.has_labels())
    throw InvalidParameter(
        concat("--cv stratified needs classes, and the target '", printable(data.target_name()),
               "' of ", printable(data.name()), " holds real values"),
        "use --cv kfold, or --task classification");
  if (method == Method::group && data.groups() == nullptr)
    throw InvalidParameter("--cv group needs to know which rows belong together",
                           "name the column of groups with --groups COL");
  switch (method) {
    case Method::automatic:
    case Method::stratified:
      if (repeats > 1)
        return RepeatedStratifiedKFold{.n_splits = n, .n_repeats = repeats, .seed = seed};
      return StratifiedKFold{.n_splits = n, .shuffle = true, .seed = seed};
    case Method::kfold:
      if (repeats > 1) return RepeatedKFold{.n_splits = n, .n_repeats = repeats, .seed = seed};
      return KFold{.n_splits = n, .shuffle = true, .seed = seed};
    case Method::group:
      return GroupKFold{.n_splits = n};
    case Method::time:
      return TimeSeriesSplit{.n_splits = n};
    case Method::loo:
      return LeaveOneOut{};
    case Method::file:
      break;
  }
  return read_folds(spec.file);
}

}  // namespace grove::cli
