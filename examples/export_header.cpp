// A model trained here answers where grove is not: a pipeline for penguins, written as one C++17
// header. exported/use_penguins.cpp is a program that includes it, and nothing else of grove.
#include <cstdio>
#include <fstream>
#include <grove/grove.hpp>
#include <limits>

using namespace grove;

int main() {
  const Dataset penguins = datasets::load("penguins");
  const Pipeline pipeline(SimpleImputer{}, OneHotEncoder{},
                          GradientBoostingClassifier({.n_estimators = 20}));
  Estimator model(pipeline);
  model.fit(penguins);
  std::ofstream("penguins.hpp") << export_header(model, {.name_space = "penguins"});

  // Two penguins of Dream and Biscoe; of the second the bill's length and the sex are unknown.
  constexpr double unknown = std::numeric_limits<double>::quiet_NaN();
  Matrix rows(2, 6);
  rows << 1, 46.5, 17.9, 192, 3500, 0, 0, unknown, 14.1, 215, 4800, unknown;
  const Labels species = model.predict(rows);
  const Matrix shares = model.predict_proba(rows);
  for (Index i = 0; i < rows.rows(); ++i)
    std::printf("%s %.17g\n", penguins.class_names()[static_cast<std::size_t>(species(i))].c_str(),
                shares(i, species(i)));
}
