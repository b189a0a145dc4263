// What a boosted model goes by: over all rows, for one row, and a tree drawn.
#include <fstream>
#include <grove/grove.hpp>
#include <iostream>

using namespace grove;

int main() {
  const Dataset data = datasets::load("penguins");
  GradientBoostingClassifier model({.n_estimators = 30, .max_leaf_nodes = 6});
  model.fit(data);
  const Columns& columns = model.trained_on().columns;

  const Vector gains = feature_importances(model.trees(), data.n_columns(), Importance::total_gain);
  const std::vector<Matrix> shap = shap_values(model.trees(), data.x());
  std::cout << "column: share of the gain, mean |SHAP| for " << data.class_names()[0] << "\n";
  for (Index j = 0; j < data.n_columns(); ++j)
    std::cout << "  " << columns[static_cast<std::size_t>(j)].name << ": " << gains(j) << ", "
              << shap[0].col(j).cwiseAbs().mean() << "\n";

  // The parts of a row, from the expected score (last) to its own.
  const Index row = 0;
  const int label = model.predict(data.x().row(row))(0);
  const Matrix& parts = shap[static_cast<std::size_t>(label)];
  std::cout << "\nrow " << row << " is " << data.class_names()[static_cast<std::size_t>(label)]
            << ": " << parts(row, data.n_columns());
  for (Index j = 0; j < data.n_columns(); ++j)
    std::cout << (parts(row, j) < 0 ? " - " : " + ") << std::abs(parts(row, j));
  std::cout << " = " << parts.row(row).sum() << "\n";

  const Tree& first = model.trees().trees[static_cast<std::size_t>(label)];
  std::cout << "\nits way through that class's first tree:\n"
            << path_text(first, data.x().row(row).data(), columns);
  std::ofstream("tree.svg") << to_svg(first, columns);
}
