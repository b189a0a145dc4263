#include "grove/preprocessing/pca.hpp"

#include <Eigen/QR>
#include <Eigen/SVD>
#include <algorithm>
#include <cmath>
#include <limits>

#include "core/not_fitted.hpp"
#include "core/text.hpp"
#include "grove/core/error.hpp"
#include "grove/core/parallel.hpp"
#include "preprocessing/column_fit.hpp"

namespace grove {

// Search: a share is valid for any number of columns.
const Schema<PCAParams>& PCAParams::schema() {
  using P = PCAParams;
  static const Schema<P> table =
      Schema<P>()
          .add("n_components", &P::n_components, at_least(0), "Components to keep; 0 = all.")
          .add("variance_share", &P::variance_share, between(0, 1),
               "Keep the fewest components that explain more than this share; 0 = any.")
          .add("whiten", &P::whiten, "Divide every component by its standard deviation.")
          .search("variance_share", reals(0.5, 0.99));
  return table;
}

struct PCA::State {
  preprocessing::FittedOn trained_on;
  std::vector<Index> numeric;  // columns of the training data
  std::vector<Index> others;
  Vector mean;
  Matrix components;
  Vector explained_variance;
  Vector explained_variance_ratio;
  Vector singular_values;
  Vector scale;  // of a whitened component, else 1
  std::vector<Column> output_columns;
};

namespace {

constexpr std::string_view who = PCA::type_name;

/// The rows that count, and the square roots of their weights.
struct Rows {
  MatrixMap x;
  std::vector<Index> columns;
  std::vector<Index> rows;  // of positive weight; empty = all
  const Vector* weights;
  double total = 0;

  Index size() const { return rows.empty() ? x.rows() : static_cast<Index>(rows.size()); }
  Index row(Index i) const { return rows.empty() ? i : rows[static_cast<std::size_t>(i)]; }
  double weight(Index i) const { return weights == nullptr ? 1.0 : (*weights)(row(i)); }
};

Rows rows_of(const Dataset& data, const std::vector<Index>& columns) {
  Rows rows{data.x(), columns, {}, data.weights(), 0};
  rows.total = static_cast<double>(data.n_rows());
  if (rows.weights != nullptr) {
    rows.total = rows.weights->sum();
    for (Index i = 0; i < data.n_rows(); ++i)
      if ((*rows.weights)(i) > 0) rows.rows.push_back(i);
  }
  return rows;
}

/// Weighted mean of x - center over the rows.
Vector mean_gap(const Rows& rows, const Vector& center, const Context& context) {
  const Index d = center.size();
  const Vector sum = parallel_reduce(
      context, rows.size(), std::max<Index>(1024, (rows.size() + 63) / 64), Vector(Vector::Zero(d)),
      [&](Index begin, Index end) {
        context.check_stop(who);
        Vector part = Vector::Zero(d);
        for (Index i = begin; i < end; ++i)
          for (Index j = 0; j < d; ++j)
            part(j) += rows.weight(i) *
                       (rows.x(rows.row(i), rows.columns[static_cast<std::size_t>(j)]) - center(j));
        return part;
      },
      [](Vector& total, const Vector& part) { total += part; });
  return sum / rows.total;
}

/// The triangle of a QR decomposition, min(rows, columns) x columns.
Eigen::MatrixXd triangle(Eigen::MatrixXd values) {
  const Index rank = std::min(values.rows(), values.cols());
  Eigen::HouseholderQR<Eigen::Ref<Eigen::MatrixXd>> qr(values);
  return qr.matrixQR().topRows(rank).triangularView<Eigen::Upper>();
}

/// The triangle of the centred rows, times the roots of their weights: block by block, then of the
/// triangles of the blocks under each other.
Eigen::MatrixXd triangle_of(const Rows& rows, const Vector& mean, const Context& context) {
  const Index d = mean.size();
  const Index n = rows.size();
  const Index grain = std::max<Index>({1024, 8 * d, (n + 63) / 64});
  const Index n_blocks = (n + grain - 1) / grain;
  std::vector<Eigen::MatrixXd> triangles(static_cast<std::size_t>(n_blocks));
  parallel_for(context, n, grain, [&](Index begin, Index end) {
    context.check_stop(who);
    Eigen::MatrixXd block(end - begin, d);
    for (Index j = 0; j < d; ++j)
      for (Index i = begin; i < end; ++i)
        block(i - begin, j) =
            std::sqrt(rows.weight(i)) *
            (rows.x(rows.row(i), rows.columns[static_cast<std::size_t>(j)]) - mean(j));
    triangles[static_cast<std::size_t>(begin / grain)] = triangle(std::move(block));
  });
  if (n_blocks == 1) return triangles.front();
  Index height = 0;
  for (const Eigen::MatrixXd& part : triangles) height += part.rows();
  Eigen::MatrixXd stacked(height, d);
  height = 0;
  for (const Eigen::MatrixXd& part : triangles) {
    stacked.middleRows(height, part.rows()) = part;
    height += part.rows();
  }
  return triangle(std::move(stacked));
}

/// The largest coefficient of each row in magnitude becomes positive, the first of equal ones.
void fix_signs(Matrix& components) {
  for (Index c = 0; c < components.rows(); ++c) {
    Index largest = 0;
    components.row(c).cwiseAbs().maxCoeff(&largest);
    if (components(c, largest) < 0) components.row(c) *= -1;
  }
}

Index kept_components(const PCAParams& params, const Vector& ratio) {
  Index kept = params.n_components > 0 ? params.n_components : ratio.size();
  if (params.variance_share > 0) {
    double sum = 0;
    Index needed = 0;
    while (needed < ratio.size() && sum <= params.variance_share) sum += ratio(needed++);
    kept = std::min(kept, needed);
  }
  return kept;
}

std::vector<Column> columns_of(const std::vector<Column>& input, const std::vector<Index>& others,
                               Index n_components) {
  std::vector<Column> columns;
  const auto taken = [&](const std::string& name) {
    return std::any_of(others.begin(), others.end(),
                       [&](Index j) { return input[static_cast<std::size_t>(j)].name == name; });
  };
  for (Index c = 0; c < n_components; ++c) {
    std::string name = concat("pca", c);
    while (taken(name)) name += "_";
    columns.push_back({.name = std::move(name)});
  }
  for (const Index j : others) columns.push_back(input[static_cast<std::size_t>(j)]);
  return columns;
}

/// Singular values below this are rounding.
double least_singular_value(const Vector& singular, Index n_columns) {
  return singular.size() == 0 ? 0
                              : singular(0) * static_cast<double>(n_columns) *
                                    std::numeric_limits<double>::epsilon();
}

Vector scale_of(bool whiten, const Vector& singular, const Vector& variance, Index n_columns) {
  Vector scale = Vector::Ones(variance.size());
  if (!whiten) return scale;
  const double least = least_singular_value(singular, n_columns);
  for (Index c = 0; c < scale.size(); ++c)
    if (singular(c) > least) scale(c) = std::sqrt(variance(c));
  return scale;
}

void split_columns(const std::vector<Column>& columns, std::vector<Index>& numeric,
                   std::vector<Index>& others) {
  for (std::size_t j = 0; j < columns.size(); ++j)
    (preprocessing::is_numeric(columns[j]) ? numeric : others).push_back(static_cast<Index>(j));
}

void check_counts(const PCAParams& params, const Rows& rows) {
  const auto d = static_cast<Index>(rows.columns.size());
  if (d == 0)
    throw InvalidData(concat(who, ": no column is numeric"), "encode the categories first");
  if (rows.size() < 2 || !(rows.total > 1))
    throw InvalidData(concat(who, ": a variance needs at least 2 rows, got ", rows.size(),
                             " with a weight of ", rows.total),
                      "weights count repeated rows: they must sum to more than 1");
  const Index most = std::min(rows.size(), d);
  if (params.n_components > most)
    throw InvalidParameter(
        concat(who, ": n_components must be at most min(rows, numeric columns) = ", most, ", got ",
               params.n_components));
}

}  // namespace

PCA& PCA::fit(const Dataset& data, const Context& context) {
  PCAParams::schema().check(params_, type_name);
  check_fit_data(type_name, data, TargetKind::none, capabilities);
  auto state = std::make_shared<State>();
  state->trained_on = preprocessing::FittedOn(data);
  split_columns(data.columns(), state->numeric, state->others);
  const Rows rows = rows_of(data, state->numeric);
  check_counts(params_, rows);
  const auto d = static_cast<Index>(state->numeric.size());
  state->mean = mean_gap(rows, Vector::Zero(d), context);
  state->mean += mean_gap(rows, state->mean, context);  // what rounding left in it
  const Eigen::MatrixXd r = triangle_of(rows, state->mean, context);
  const Vector squares = r.colwise().squaredNorm();
  for (Index j = 0; j < d; ++j)
    if (!std::isfinite(squares(j)) || !std::isfinite(state->mean(j)))
      preprocessing::throw_overflow(
          type_name, "variance",
          data.columns()[static_cast<std::size_t>(state->numeric[static_cast<std::size_t>(j)])]);
  context.check_stop(type_name);
  const Eigen::BDCSVD<Eigen::MatrixXd> svd(r, Eigen::ComputeThinV);
  const Vector singular = svd.singularValues();
  const Vector variance = singular.cwiseAbs2() / (rows.total - 1);
  const double total = variance.sum();
  const Vector ratio = total > 0 ? Vector(variance / total) : Vector(Vector::Zero(variance.size()));
  const Index kept = kept_components(params_, ratio);
  state->components = svd.matrixV().leftCols(kept).transpose();
  fix_signs(state->components);
  state->singular_values = singular.head(kept);
  state->explained_variance = variance.head(kept);
  state->explained_variance_ratio = ratio.head(kept);
  state->scale = scale_of(params_.whiten, singular, state->explained_variance, d);
  state->output_columns = columns_of(data.columns(), state->others, kept);
  state_ = std::move(state);
  return *this;
}

PCA& PCA::fit(const MatrixView& x, const Context& context) {
  return fit(Dataset::borrow(x), context);
}

Matrix PCA::transform(const MatrixView& x, const Context& context) const {
  const State& state = fitted(state_, type_name);
  check_predict_data(type_name, x, state.trained_on, capabilities);
  const Index k = state.components.rows();
  const Matrix loadings = state.components.transpose();
  Matrix result(x.rows(), static_cast<Index>(state.output_columns.size()));
  parallel_for(context, x.rows(), 1024, [&](Index begin, Index end) {
    for (Index i = begin; i < end; ++i) {
      auto out = result.row(i).head(k);
      out.setZero();
      for (Index j = 0; j < loadings.rows(); ++j)
        out += (x(i, state.numeric[static_cast<std::size_t>(j)]) - state.mean(j)) * loadings.row(j);
      out = out.cwiseQuotient(state.scale.transpose());
      for (std::size_t j = 0; j < state.others.size(); ++j)
        result(i, k + static_cast<Index>(j)) = x(i, state.others[j]);
    }
  });
  preprocessing::check_result(type_name, result, state.output_columns);
  return result;
}

Matrix PCA::inverse_transform(const MatrixView& x, const Context& context) const {
  const State& state = fitted(state_, type_name);
  const Index k = state.components.rows();
  TrainedOn output;
  output.columns = state.output_columns;
  check_predict_data(type_name, x, output, capabilities);
  Matrix result(x.rows(), state.trained_on.n_columns());
  parallel_for(context, x.rows(), 1024, [&](Index begin, Index end) {
    Eigen::RowVectorXd point(state.mean.size());
    for (Index i = begin; i < end; ++i) {
      point = state.mean.transpose();
      for (Index c = 0; c < k; ++c) point += x(i, c) * state.scale(c) * state.components.row(c);
      for (Index j = 0; j < point.size(); ++j)
        result(i, state.numeric[static_cast<std::size_t>(j)]) = point(j);
      for (std::size_t j = 0; j < state.others.size(); ++j)
        result(i, state.others[j]) = x(i, k + static_cast<Index>(j));
    }
  });
  preprocessing::check_result(type_name, result, state.trained_on.columns);
  return result;
}

Dataset PCA::transform(const Dataset& data, const Context& context) const {
  return preprocessing::transformed(*this, data, context);
}
Dataset PCA::fit_transform(const Dataset& data, const Context& context) {
  return fit(data, context).transform(data, context);
}
const TrainedOn& PCA::trained_on() const { return fitted(state_, type_name).trained_on; }
const std::vector<Column>& PCA::output_columns() const {
  return fitted(state_, type_name).output_columns;
}
const Matrix& PCA::components() const { return fitted(state_, type_name).components; }
const Vector& PCA::explained_variance() const {
  return fitted(state_, type_name).explained_variance;
}
const Vector& PCA::explained_variance_ratio() const {
  return fitted(state_, type_name).explained_variance_ratio;
}
const Vector& PCA::singular_values() const { return fitted(state_, type_name).singular_values; }
const Vector& PCA::mean() const { return fitted(state_, type_name).mean; }

Value PCA::save_state() const {
  const State& state = fitted(state_, type_name);
  return Value::Map{{"trained_on", state.trained_on.to_value()},
                    {"n_components", state.components.rows()},
                    {"mean", Value(state.mean)},
                    {"components", Value(state.components)},
                    {"explained_variance", Value(state.explained_variance)},
                    {"explained_variance_ratio", Value(state.explained_variance_ratio)},
                    {"singular_values", Value(state.singular_values)}};
}

PCA PCA::load_state(const PCAParams& params, const StateReader& reader) {
  auto state = std::make_shared<State>();
  state->trained_on = preprocessing::FittedOn::from_value(reader.at("trained_on"));
  split_columns(state->trained_on.columns, state->numeric, state->others);
  const auto d = static_cast<Index>(state->numeric.size());
  if (d == 0) reader.fail("has no numeric column");
  const Index kept = reader.integer("n_components", 1, d);
  state->mean = reader.vector("mean", d);
  state->components = reader.matrix("components", kept, d);
  state->explained_variance = reader.vector("explained_variance", kept);
  state->explained_variance_ratio = reader.vector("explained_variance_ratio", kept);
  state->singular_values = reader.vector("singular_values", kept);
  if (state->explained_variance.minCoeff() < 0 || state->singular_values.minCoeff() < 0)
    reader.fail("has a negative variance");
  state->scale = scale_of(params.whiten, state->singular_values, state->explained_variance, d);
  if (!(state->scale.minCoeff() > 0)) reader.fail("has a scale that is not positive");
  state->output_columns = columns_of(state->trained_on.columns, state->others, kept);
  PCA pca(params);
  pca.state_ = std::move(state);
  return pca;
}

}  // namespace grove
