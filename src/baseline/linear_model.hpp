#pragma once

#include <string_view>

#include "grove/core/context.hpp"
#include "grove/data/trained_on.hpp"

namespace grove::baseline {

/// What a linear classifier predicts with, in scikit-learn's shapes.
struct LinearClassifier {
  Matrix coef;       // one row per class, a single row for two classes, none for one
  Vector intercept;  // as many as coef has rows
  Labels classes;    // codes that occur, ascending
};

/// x coef' + intercept, each row alone in a fixed order of operations. Throws InvalidData naming
/// the row whose score overflows. x has been checked.
Matrix decision_function(std::string_view who, const LinearClassifier& model, const MatrixView& x,
                         const Context& context);
/// The logistic or softmax function of the decisions, 0 for classes that did not occur.
Matrix linear_proba(std::string_view who, const LinearClassifier& model, Index n_classes,
                    const MatrixView& x, const Context& context);

void save_linear(const LinearClassifier& model, Value::Map& state);
LinearClassifier load_linear(const StateReader& reader, const TrainedOn& trained_on);

/// x coef + intercept, as decision_function.
Vector linear_predict(std::string_view who, const Vector& coef, double intercept,
                      const MatrixView& x, const Context& context);

}  // namespace grove::baseline
