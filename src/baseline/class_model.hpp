#pragma once

#include <string_view>
#include <vector>

#include "grove/core/context.hpp"
#include "grove/data/dataset.hpp"
#include "grove/params/schema.hpp"

// What the classifiers and regressors of this folder share.

namespace grove::baseline {

/// Block size for reductions: at most 64 blocks, so that their partial results stay small; depends
/// on n and `least` alone.
Index reduction_grain(Index n, Index least = 1024);

/// Throws InvalidData naming the column (or the target) that holds a value beyond 1e100, whose
/// square or product would overflow.
void check_magnitude(std::string_view who, const Dataset& data);

/// Sum of weights per class of the data set.
Vector class_weights(const Dataset& data);

/// Codes with a positive weight, ascending.
Labels classes_that_occur(const Vector& class_weights);

/// `priors` as given, or the shares of `class_weights` if empty. Throws InvalidParameter unless
/// there is one per class, their sum is 1, and a class that occurs has a positive one.
Vector class_priors(std::string_view who, const std::vector<double>& priors,
                    const Vector& class_weights);

/// The first of the largest entries in each row.
Labels argmax_rows(const Matrix& scores);

/// Turns scores (-inf allowed) into probabilities; false if none is finite.
bool softmax(double* scores, Index n);

/// What `priors` admit: probabilities with sum 1, or none.
Constraint probabilities();

[[noreturn]] void throw_overflow(std::string_view who, Index row);

struct ClassMoments {
  Vector weights;  // K
  Matrix means;    // K x d, 0 for a class without rows
  Matrix vars;     // K x d, divisor: the class's weight
};
/// Two passes over the data.
ClassMoments class_moments(const Dataset& data, const Context& context);

struct Moments {
  double weight = 0;
  Vector means;
  Vector vars;
};
Moments moments(const Dataset& data, const Context& context);

}  // namespace grove::baseline
