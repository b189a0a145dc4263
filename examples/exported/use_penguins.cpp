// Uses the header that export_header.cpp writes: c++ -std=c++17 use_penguins.cpp, no grove.
#include <cmath>
#include <cstdio>

#include "penguins.hpp"

int main() {
  const double rows[2][penguins::n_columns] = {
      {penguins::category_code("island", "Dream"), 46.5, 17.9, 192, 3500,
       penguins::category_code("sex", "female")},
      {penguins::category_code("island", "Biscoe"), std::nan(""), 14.1, 215, 4800,
       penguins::category_code("sex", "unknown")}};
  for (const double* row : rows) {
    double shares[penguins::n_classes];
    penguins::predict_proba(row, shares);
    const int species = penguins::predict(row);
    std::printf("%.*s %.17g\n", static_cast<int>(penguins::class_names[species].size()),
                penguins::class_names[species].data(), shares[species]);
  }
}
