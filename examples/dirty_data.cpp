// Real data: missing values, categories, columns of very different scale. The audit says what is
// wrong, and a pipeline mends it inside every fold. Boosting takes the data as they are.
#include <grove/grove.hpp>
#include <iostream>

using namespace grove;

int main() {
  const Dataset credit = datasets::load("credit_data");
  for (const Finding& finding : audit(credit))
    std::cout << finding.code << ": " << finding.text << "\n";

  // Without an imputer the error says what is missing from the pipeline.
  try {
    KNeighborsClassifier().fit(credit);
  } catch (const Error& error) {
    std::cout << "error: " << error.what() << "\n hint: " << error.hint() << "\n\n";
  }
  const Pipeline knn(SimpleImputer{}, StandardScaler{}, OneHotEncoder{},
                     KNeighborsClassifier({.n_neighbors = 15}));
  std::cout << compare(
      {{"15-NN", knn}, {"boosting", GradientBoostingClassifier({.n_estimators = 50})}}, {credit});
}
