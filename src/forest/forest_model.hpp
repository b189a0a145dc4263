#pragma once

#include "tree/cart_model.hpp"

namespace grove {

struct ForestModel {
  CartModel cart;
  bool has_oob = false;
  Matrix oob = {};  // n x n_outputs, NaN where no tree has not seen the row
  double oob_score = 0;
};

/// What forests of classes and of real targets share of their parameters.
struct ForestPlan {
  std::string_view who;
  int n_estimators;
  bool bootstrap;
  double max_samples;
  bool oob_score;
  std::uint64_t seed;
  CartParams cart;
  ClassWeight class_weight = ClassWeight::none;
};

/// Throws InvalidParameter for oob_score without bootstrap.
ForestModel fit_forest(const ForestPlan& plan, const Dataset& data, const Context& context);

Matrix proximity_of(const CartModel& model, const MatrixView& x, const Context& context);
/// The model if it has out-of-bag results, else Unsupported.
const ForestModel& with_oob(const ForestModel& model, std::string_view who);

Value forest_to_value(const ForestModel& model);
ForestModel forest_from_value(bool classes, const StateReader& reader);

}  // namespace grove
