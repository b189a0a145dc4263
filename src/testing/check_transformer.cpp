#include <cmath>
#include <limits>

#include "grove/core/random.hpp"
#include "testing/checker.hpp"

namespace grove {

namespace {

using detail::same_bits;

/// Two numeric and one categorical column, with holes where `capabilities` allow them, and two
/// classes for transformers that look at the target.
Dataset mixed_data(const Capabilities& capabilities, Index n_rows, std::uint64_t seed) {
  Rng rng(seed);
  Matrix x(n_rows, capabilities.categorical ? 3 : 2);
  for (Index i = 0; i < n_rows; ++i) {
    x(i, 0) = 5 + 2 * rng.normal();
    x(i, 1) = rng.uniform();
    if (capabilities.categorical) x(i, 2) = static_cast<double>(rng.below(3));
  }
  if (capabilities.missing_values) {
    x(1, 0) = std::numeric_limits<double>::quiet_NaN();
    x(n_rows - 1, x.cols() - 1) = std::numeric_limits<double>::quiet_NaN();
  }
  std::vector<Column> columns{{.name = "u"}, {.name = "v"}};
  if (capabilities.categorical)
    columns.push_back(
        {.name = "w", .kind = ColumnKind::categorical, .categories = {"p", "q", "r"}});
  Labels labels(n_rows);
  for (Index i = 0; i < n_rows; ++i) labels(i) = static_cast<int>(i % 2);
  return Dataset(std::move(x), std::move(columns)).with_labels(std::move(labels), {"a", "b"});
}

class TransformerChecker {
 public:
  TransformerChecker(const Transformer& transformer, const CheckOptions& options)
      : prototype_(transformer.unfitted()),
        options_(options),
        data_(mixed_data(transformer.capabilities(), 40, 1)) {}

  std::vector<Violation> run() {
    guarded("fit_transform", [&] { check_fit_transform(); });
    guarded("unfitted_refused", [&] { check_unfitted(); });
    guarded("shape_of_x", [&] { check_shapes(); });
    guarded("refusals", [&] { check_refusals(); });
    guarded("parameters_round_trip", [&] { check_parameters(); });
    guarded("refit_forgets", [&] { check_refit(); });
    if (options_.reload_transformer) guarded("save_and_load", [&] { check_reload(); });
    return std::move(found_);
  }

 private:
  template <class Body>
  void guarded(const std::string& check, Body&& body) {
    current_ = check;
    try {
      body();
    } catch (const std::exception& error) {
      found_.push_back({current_, concat("threw: ", error.what())});
    }
  }
  void expect(bool holds, const std::string& message) {
    if (!holds) found_.push_back({current_, message});
  }
  Transformer fitted() const {
    Transformer transformer = prototype_.unfitted();
    transformer.fit(data_);
    return transformer;
  }
  /// NaN compares equal here: bits are bits.
  static bool same(const Dataset& a, const Dataset& b) {
    return a.columns() == b.columns() && a.fingerprint() == b.fingerprint();
  }

  void check_fit_transform() {
    Transformer together = prototype_.unfitted();
    const Dataset at_once = together.fit_transform(data_);
    const Transformer apart = fitted();
    expect(same(at_once, apart.transform(data_)), "fit_transform differs from fit, then transform");
    expect(static_cast<Index>(apart.output_columns().size()) == at_once.n_columns(),
           "output_columns does not describe the output");
    expect(at_once.n_rows() == data_.n_rows(), "the number of rows changed");
  }
  void check_unfitted() {
    try {
      (void)prototype_.unfitted().transform(MatrixView(data_.x()));
    } catch (const NotFitted&) {
      return;
    }
    expect(false, "transform before fit did not throw NotFitted");
  }
  void check_shapes() {
    const Transformer transformer = fitted();
    const Matrix x = data_.x();
    const Matrix whole = transformer.transform(x);
    Matrix single(whole.rows(), whole.cols());
    for (Index i = 0; i < x.rows(); ++i) single.row(i) = transformer.transform(x.middleRows(i, 1));
    expect(same_bits(whole, single), "one row at a time differs from all at once");
    Matrix wide = Matrix::Constant(x.rows(), x.cols() + 2, 7);
    wide.leftCols(x.cols()) = x;
    expect(same_bits(whole, transformer.transform(wide.leftCols(x.cols()))),
           "a strided view differs");
    const Matrix none = transformer.transform(Matrix(0, x.cols()));
    expect(none.rows() == 0 && none.cols() == whole.cols(), "0 rows gave another shape");
  }
  template <class E, class Body>
  void expect_throw(const std::string& what, Body&& body) {
    try {
      body();
    } catch (const E&) {
      return;
    }
    expect(false, concat(what, " was not refused"));
  }
  void check_refusals() {
    const Transformer transformer = fitted();
    expect_throw<InvalidData>("a matrix with other columns", [&] {
      (void)transformer.transform(Matrix(Matrix::Zero(2, data_.n_columns() + 1)));
    });
    Matrix infinite = data_.x();
    infinite(0, 0) = std::numeric_limits<double>::infinity();
    expect_throw<InvalidData>("inf", [&] { (void)transformer.transform(MatrixView(infinite)); });
    expect_throw<InvalidData>("zero rows in fit",
                              [&] { (void)prototype_.unfitted().fit(data_.take({})); });
  }
  void check_parameters() {
    Transformer copy = prototype_.unfitted();
    const ParamValues values = copy.param_values();
    for (const auto& [name, value] : values) copy.set_param(name, value);
    expect(copy.param_values() == values, "setting every parameter to its value changed one");
    expect_throw<InvalidParameter>("an unknown parameter",
                                   [&] { copy.set_param("no_such_parameter", 1); });
  }
  void check_refit() {
    const Dataset other = mixed_data(prototype_.capabilities(), 25, 2);
    Transformer again = fitted();
    again.fit(other);
    Transformer once = prototype_.unfitted();
    once.fit(other);
    expect(same(again.transform(other), once.transform(other)),
           "a refit kept something of the old data");
  }
  void check_reload() {
    const Transformer transformer = fitted();
    const Transformer loaded = options_.reload_transformer(transformer);
    expect(same(transformer.transform(data_), loaded.transform(data_)),
           "a loaded transformer differs");
    expect(to_text(transformer.save_state()) == to_text(loaded.save_state()),
           "saving a loaded transformer gives other bytes");
  }

  Transformer prototype_;
  const CheckOptions& options_;
  Dataset data_;
  std::vector<Violation> found_;
  std::string current_;
};

}  // namespace

std::vector<Violation> check_transformer(const Transformer& transformer,
                                         const CheckOptions& options) {
  return TransformerChecker(transformer, options).run();
}

}  // namespace grove
