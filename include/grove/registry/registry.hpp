#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "grove/estimator/estimator.hpp"
#include "grove/estimator/transformer.hpp"

namespace grove {

namespace registry {

enum class Kind { classifier, regressor, clusterer, outlier_detector, transformer };
std::string_view to_string(Kind kind);

/// One class of grove that can be made by name. `make_...` and `load_...` of the other sort are
/// empty.
struct Entry {
  std::string name;
  Kind kind = Kind::classifier;
  std::string doc;  // one line
  const ParamTable* parameters = nullptr;
  ParamValues defaults;
  /// Throw InvalidParameter naming the class for an unknown name, a wrong type or a value out of
  /// range.
  std::function<Estimator(const ParamValues&)> make_estimator;
  std::function<Transformer(const ParamValues&)> make_transformer;
  /// A fitted one from its saved state; throw ModelFormatError.
  std::function<Estimator(const ParamValues&, const StateReader&)> load_estimator;
  std::function<Transformer(const ParamValues&, const StateReader&)> load_transformer;

  bool is_transformer() const { return kind == Kind::transformer; }
};

/// Every registered class.
const std::vector<Entry>& entries();
/// Names of the estimators; those of the transformers are in transformer_names().
std::vector<std::string> names();
std::vector<std::string> transformer_names();
/// One of each estimator with default parameters, not fitted.
std::vector<Estimator> estimators();
std::vector<Transformer> transformers();
/// Null if there is none of that name.
const Entry* find(std::string_view name);
/// The entry, or InvalidParameter with a suggestion.
const Entry& at(std::string_view name);
/// The class's page: its line, its parameters with defaults, what they admit, what they do and what
/// a search tries.
std::string help(const Entry& entry);

}  // namespace registry

/// Throw InvalidParameter for an unknown class, parameter or value.
Estimator make_estimator(std::string_view name, const ParamValues& params = {});
Transformer make_transformer(std::string_view name, const ParamValues& params = {});

/// Reads a model as one writes it: `KNeighborsClassifier(n_neighbors=7, weights=distance)`, or a
/// pipeline, `StandardScaler() | KNeighborsClassifier()`. The inverse of Estimator::expression().
/// Parentheses may be left out, texts may be quoted, a comma may trail. Throws InvalidParameter
/// with the position (from 1), what was expected and, for names, a suggestion.
Estimator parse_model(std::string_view expression);

/// A family of models: parameters may have several values, `KMeans(n_clusters=2..10, tol=0|0.01)`.
/// low..high are whole numbers; | stands between values. Every combination, the last parameter
/// varying fastest; at most 1000. Throws InvalidParameter as parse_model does.
std::vector<Estimator> parse_models(std::string_view expression);

/// A model with what a search may change in it.
struct SearchableModel {
  Estimator model;
  SearchSpace space;
  /// Whether the expression has ranges.
  bool ranges = false;
};

/// A model for a search. Parameters with several values, written as for parse_models, are the whole
/// space, and the model has the first of each: `KNeighborsClassifier(n_neighbors=1..50, p=1|2)`.
/// Without such, the space is the model's search_space() less the parameters that are written.
/// Throws InvalidParameter as parse_models does.
SearchableModel parse_searchable_model(std::string_view expression);

}  // namespace grove
