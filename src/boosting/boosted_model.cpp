#include "boosting/boosted_model.hpp"

#include <algorithm>
#include <array>

#include "core/text.hpp"

namespace grove {

void BoostedModel::finish() {
  predictor = std::make_shared<const Predictor>(ensemble, trained_on.n_columns());
}

Value boosted_to_value(const BoostedModel& model) {
  Value::List trees;
  for (const Tree& tree : model.ensemble.trees) trees.push_back(tree_to_value(tree));
  return Value::Map{{"trained_on", model.trained_on.to_value()},
                    {"link", model.link},
                    {"base", Value(model.ensemble.base)},
                    {"trees", std::move(trees)}};
}

BoostedModel boosted_from_value(TargetKind kind, const StateReader& reader) {
  BoostedModel model;
  model.trained_on = TrainedOn::from_value(reader.at("trained_on"));
  model.link = reader.text("link");
  static constexpr std::array<std::string_view, 4> links{"identity", "exp", "sigmoid", "softmax"};
  if (std::find(links.begin(), links.end(), model.link) == links.end())
    reader.fail(concat("has an unknown link '", printable(model.link), "'"));
  const Index n_classes = model.trained_on.n_classes();
  if ((kind == TargetKind::labels) != (n_classes > 0))
    reader.fail("does not fit its kind of target");
  const std::vector<double> base = reader.reals("base");
  const auto n_outputs = static_cast<Index>(base.size());
  if (n_outputs < 1 || (model.link == "softmax" && n_outputs != n_classes) ||
      (model.link != "softmax" && n_outputs != 1))
    reader.fail(concat("holds ", n_outputs, " outputs, which do not fit its link and classes"));
  model.ensemble.base = Eigen::Map<const Vector>(base.data(), n_outputs);
  for (const StateReader& tree : reader.list("trees")) {
    model.ensemble.trees.push_back(tree_from_value(tree, model.trained_on.n_columns()));
    if (model.ensemble.trees.back().n_outputs != 1) tree.fail("must have one output");
  }
  if (model.ensemble.trees.size() % base.size() != 0)
    reader.fail("holds an incomplete round of trees");
  model.report.iterations = model.n_iter();
  model.finish();
  return model;
}

}  // namespace grove
