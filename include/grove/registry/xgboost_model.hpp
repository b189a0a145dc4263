#pragma once

#include <string>
#include <string_view>

#include "grove/data/trained_on.hpp"
#include "grove/estimator/estimator.hpp"
#include "grove/tree/tree.hpp"

namespace grove {

/// A model of XGBoost (Chen & Guestrin, KDD 2016) in grove's terms.
struct XgboostModel {
  std::string objective;  // XGBoost's name, as in "binary:logistic"
  std::string link;       // "identity", "sigmoid", "softmax" or "exp": scores to predictions
  TrainedOn trained_on;   // columns f0, f1, ... and classes 0, 1, ... where the file has no names
  TreeEnsemble ensemble;  // base: the base score on the scale of the scores
};

/// The text of a `model.json` as XGBoost 1.7 saves it: boosters gbtree and dart (whose
/// weights go into the leaves), objectives reg:squarederror, reg:squaredlogerror,
/// reg:absoluteerror, reg:pseudohubererror, reg:quantileerror, reg:logistic, binary:logistic,
/// binary:logitraw, multi:softmax, multi:softprob, count:poisson, reg:gamma, reg:tweedie and
/// rank:*. All trees count, also those after the best iteration.
///
/// XGBoost compares floats, and thresholds are turned into the doubles that split doubles as their
/// rounding to float does, so that a row falls into the same leaves; scores are summed in double,
/// predictions agree to 1e-6. Missing values take XGBoost's default direction. A categorical column
/// stays a numeric one that holds XGBoost's codes; a code that no split lists goes where XGBoost
/// sends it (left) up to 1023, then with the missing values.
///
/// Trusts nothing in the file: throws ModelFormatError naming the place. O(text).
XgboostModel read_xgboost_json(std::string_view text);

/// The model as a fitted GradientBoostingClassifier or GradientBoostingRegressor; n_estimators is
/// its number of rounds, all other parameters are grove's defaults. grove::load does the same with
/// a file of XGBoost's.
Estimator estimator_from(const XgboostModel& model);

}  // namespace grove
