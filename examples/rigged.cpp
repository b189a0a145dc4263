// How a score is rigged by accident: 100 rows of pure noise, 1000 columns, the 20 best of them
// chosen before the cross-validation and inside it. Nothing can be right more often than a coin.

#include <grove/grove.hpp>
#include <iostream>

using namespace grove;

int main() {
  Rng rng(0);
  Matrix x(100, 1000);
  Labels y(100);
  for (Index i = 0; i < x.rows(); ++i) {
    y(i) = static_cast<int>(i % 2);
    for (Index j = 0; j < x.cols(); ++j) x(i, j) = rng.normal();
  }
  const Dataset noise(x, y);

  const Dataset chosen = SelectKBest({.k = 20}).fit_transform(noise);
  const CrossValidation rigged = cross_validate(GaussianNB(), chosen);
  const CrossValidation honest =
      cross_validate(Pipeline(SelectKBest({.k = 20}), GaussianNB()), noise);

  std::cout << "chosen before the split: " << rigged.mean("accuracy") << " right\n";
  for (const Finding& finding : rigged.findings)
    std::cout << "! " << to_text(finding) << "\n  " << leak_guard(finding.code).meaning << "\n  "
              << leak_guard(finding.code).advice << "\n";
  std::cout << "chosen inside the fold:  " << honest.mean("accuracy") << " right, "
            << honest.findings.size() << " findings\n";
  return rigged.findings.size() == 1 && honest.findings.empty() ? 0 : 1;
}
