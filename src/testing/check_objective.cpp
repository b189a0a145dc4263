#include "grove/testing/check_objective.hpp"

#include <cmath>
#include <functional>
#include <limits>

#include "core/text.hpp"
#include "grove/core/error.hpp"
#include "grove/core/random.hpp"
#include "grove/testing/check_estimator.hpp"

namespace grove {

namespace {

constexpr double step = 1e-5;
constexpr double tolerance = 1e-5;

struct Derivatives {
  Matrix gradients, hessians;
};

class ObjectiveChecker {
 public:
  ObjectiveChecker(const Objective& objective, const ObjectiveData& data)
      : objective_(objective),
        data_(data),
        scores_(objective.n_outputs(data.n_classes), data.target.size()) {
    Rng rng(1);
    for (double& score : scores_.reshaped()) score = rng.normal();
  }

  std::vector<Violation> all() {
    run("accepts_target", [&] { objective_.check_target("check_objective", data_); });
    run("finite_start", [&] {
      const Vector start = objective_.start(data_);
      expect(start.size() == scores_.rows() && start.allFinite(),
             concat("start gave ", start.size(), " scores; expected ", scores_.rows(),
                    ", all finite"));
    });
    run("finite_derivatives", [&] {
      for (const double size : {1.0, 10.0, 100.0})
        (void)at(size * scores_.cwiseMax(-1).cwiseMin(1));
    });
    run("same_for_any_threads", [&] {
      const Derivatives one = at(scores_, {.threads = 1});
      for (int threads = 2; threads <= 4; ++threads) {
        const Derivatives many = at(scores_, {.threads = threads});
        expect(detail::same_bits(one.gradients, many.gradients) &&
                   detail::same_bits(one.hessians, many.hessians),
               concat(threads, " threads gave other derivatives"));
      }
    });
    if (!objective_.sees_all_rows()) {
      run("rows_are_alone", [&] { check_rows_alone(); });
      if (objective_.has_loss()) run("gradient_of_loss", [&] { check_gradient(); });
    }
    return std::move(found_);
  }

 private:
  void run(const char* check, const std::function<void()>& body) {
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

  Derivatives at(const Matrix& scores, const Context& context = {}) const {
    Derivatives result;
    objective_.differentiate(scores, data_, result.gradients, result.hessians, context);
    return result;
  }

  void check_rows_alone() {
    const Derivatives all = at(scores_);
    for (Index i = 0; i < scores_.cols(); ++i) {
      const ObjectiveData row{data_.target.segment(i, 1), data_.weights.segment(i, 1), nullptr,
                              data_.n_classes};
      Derivatives one;
      objective_.differentiate(scores_.col(i), row, one.gradients, one.hessians, {});
      if (one.gradients.isApprox(all.gradients.col(i), 1e-12) &&
          one.hessians.isApprox(all.hessians.col(i), 1e-12))
        continue;
      return expect(false, concat("the derivatives of row ", i, " differ when it comes alone"));
    }
  }

  double loss_of(const Matrix& scores, Index row) const {
    return objective_.loss(scores, data_, {static_cast<std::int32_t>(row)}, {});
  }

  /// The slope of a row's loss by one of its scores; NaN at a kink.
  double slope(Index output, Index row) const {
    Matrix up = scores_, down = scores_;
    up(output, row) += step;
    down(output, row) -= step;
    const double here = loss_of(scores_, row);
    const double right = (loss_of(up, row) - here) / step;
    const double left = (here - loss_of(down, row)) / step;
    const bool kink = std::abs(right - left) > 1e-2 * (std::abs(right) + std::abs(left)) &&
                      std::abs(right - left) > 1e-3;
    return kink ? std::numeric_limits<double>::quiet_NaN() : (right + left) / 2;
  }

  void check_gradient() {
    const Matrix gradients = at(scores_).gradients;
    Matrix slopes(gradients.rows(), gradients.cols());
    for (Index i = 0; i < slopes.cols(); ++i)
      for (Index k = 0; k < slopes.rows(); ++k)
        slopes(k, i) = data_.weights(i) > 0 ? slope(k, i) : std::nan("");
    // One factor for all: that of the sums of squares.
    double both = 0, squares = 0;
    for (Index i = 0; i < slopes.size(); ++i) {
      const double s = slopes.reshaped()(i);
      if (std::isnan(s)) continue;
      both += s * gradients.reshaped()(i);
      squares += s * s;
    }
    const double factor = squares > 0 ? both / squares : 1;
    if (!(factor > 0)) return expect(false, "the gradients point away from the loss's");
    const double scale = gradients.array().abs().maxCoeff();
    for (Index i = 0; i < slopes.cols(); ++i)
      for (Index k = 0; k < slopes.rows(); ++k)
        if (std::abs(gradients(k, i) - factor * slopes(k, i)) > tolerance * std::max(scale, 1.0))
          return expect(
              false, concat("row ", i, ", output ", k, ": the gradient is ", gradients(k, i), ", ",
                            factor, " times the loss's slope is ", factor * slopes(k, i)));
  }

  const Objective& objective_;
  const ObjectiveData& data_;
  Matrix scores_;
  std::string current_;
  std::vector<Violation> found_;
};

}  // namespace

std::vector<Violation> check_objective(const Objective& objective, const ObjectiveData& data) {
  return ObjectiveChecker(objective, data).all();
}

}  // namespace grove
