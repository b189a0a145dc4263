#ifdef CASE_eigen_first
#define EIGEN_MALLOC_ALREADY_ALIGNED 0
#include <Eigen/Core>
#endif
#include "grove/boosting/eval_metric.hpp"
#include "grove/boosting/objective.hpp"
#include "grove/estimator/pipeline.hpp"

using namespace grove;

struct Good {
  void fit(const Dataset&) {}
  Labels predict(MatrixView x) const { return Labels::Zero(x.rows()); }
};

struct PredictNotConst {
  void fit(const Dataset&) {}
  Labels predict(MatrixView x) { return Labels::Zero(x.rows()); }
};

struct NoFit {
  Labels predict(MatrixView x) const { return Labels::Zero(x.rows()); }
};

struct WrongPredictType {
  void fit(const Dataset&) {}
  std::string predict(MatrixView) const { return {}; }
};

struct NotCopyable : Good {
  NotCopyable() = default;
  NotCopyable(NotCopyable&&) = default;
  NotCopyable(const NotCopyable&) = delete;
};

struct GradientsNotConst {
  void gradients(VectorView, VectorView, Eigen::Ref<Vector>, Eigen::Ref<Vector>) {}
};

struct UnknownLink {
  static constexpr std::string_view link = "probit";
  void gradients(VectorView, VectorView, Eigen::Ref<Vector>, Eigen::Ref<Vector>) const {}
};

struct MetricNotConst {
  double operator()(VectorView, const MatrixView&, VectorView) { return 0; }
};

int main() {
  const Estimator good = Good{};
#ifdef CASE_predict_not_const
  const Estimator bad = PredictNotConst{};
#endif
#ifdef CASE_no_fit
  const Estimator bad = NoFit{};
#endif
#ifdef CASE_wrong_predict_type
  const Estimator bad = WrongPredictType{};
#endif
#ifdef CASE_not_copyable
  const Estimator bad = Estimator(NotCopyable{});
#endif
#ifdef CASE_estimator_in_the_middle
  const Pipeline bad(Good{}, Good{});
#endif
#ifdef CASE_gradients_not_const
  const Objective bad = GradientsNotConst{};
#endif
#ifdef CASE_unknown_link
  const Objective bad = UnknownLink{};
#endif
#ifdef CASE_metric_not_const
  const EvalMetric bad = MetricNotConst{};
#endif
#ifdef CASE_borrow_column_major
  const Eigen::MatrixXd x = Eigen::MatrixXd::Zero(3, 2);
  Dataset::borrow(x);
#endif
}
