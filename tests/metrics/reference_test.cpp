#include "support/reference.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <string>

#include "grove/metrics/classification.hpp"
#include "grove/metrics/clustering.hpp"
#include "grove/metrics/interval.hpp"
#include "grove/metrics/probability.hpp"
#include "grove/metrics/ranking.hpp"
#include "grove/metrics/regression.hpp"

// Agreement with scikit-learn 1.2.1 to 1e-12.

using namespace grove;
using namespace grove::metrics;
using grove::testing::close;
using grove::testing::reference;
using grove::testing::to_double;
using grove::testing::to_labels;
using grove::testing::to_matrix;
using grove::testing::to_vector;
using nlohmann::json;

namespace {

constexpr double tolerance = 1e-12;

const json& numbers() {
  static const json all = reference("metrics");
  return all;
}

void same(const char* what, double got, const json& expected) {
  INFO(what << ": got " << got << ", expected " << expected);
  CHECK(close(got, to_double(expected), tolerance));
}

void same(const char* what, const Vector& got, const json& expected) {
  INFO(what << ": got " << got.transpose() << ", expected " << expected);
  CHECK(close(Matrix(got), Matrix(to_vector(expected)), tolerance));
}

Average average_of(const std::string& name) {
  if (name == "binary") return Average::binary;
  if (name == "micro") return Average::micro;
  return name == "macro" ? Average::macro : Average::weighted;
}

/// Null for "plain".
const Vector* weights_of(const char* tag, const Vector& weights) {
  return std::string(tag) == "plain" ? nullptr : &weights;
}

}  // namespace

TEST_CASE("classification metrics agree with scikit-learn") {
  for (const json& c : numbers()["classification"]) {
    const Labels y = to_labels(c["y_true"]);
    const Labels p = to_labels(c["y_pred"]);
    const Vector all_weights = to_vector(c["weights"]);
    for (const char* tag : {"plain", "weighted"}) {
      CAPTURE(tag);
      const Vector* w = weights_of(tag, all_weights);
      const json& r = c[tag];
      same("accuracy", accuracy(y, p, w), r["accuracy"]);
      same("balanced", balanced_accuracy(y, p, w), r["balanced_accuracy"]);
      same("adjusted", balanced_accuracy(y, p, w, true), r["balanced_adjusted"]);
      same("mcc", matthews_corrcoef(y, p, w), r["mcc"]);
      same("kappa", cohen_kappa(y, p, KappaWeights::none, w), r["kappa"]);
      same("linear", cohen_kappa(y, p, KappaWeights::linear, w), r["kappa_linear"]);
      same("quadratic", cohen_kappa(y, p, KappaWeights::quadratic, w), r["kappa_quadratic"]);
      const int k = c["n_classes"];
      const auto table = [&](Normalize normalize) {
        return confusion_matrix(y, p, {.n_classes = k, .normalize = normalize}, w);
      };
      CHECK(close(table(Normalize::none), to_matrix(r["confusion_None"]), tolerance));
      CHECK(close(table(Normalize::truth), to_matrix(r["confusion_true"]), tolerance));
      CHECK(close(table(Normalize::prediction), to_matrix(r["confusion_pred"]), tolerance));
      CHECK(close(table(Normalize::all), to_matrix(r["confusion_all"]), tolerance));
    }
  }
}

TEST_CASE("averages over classes agree with scikit-learn") {
  int compared = 0;
  for (const json& c : numbers()["classification"]) {
    const Labels y = to_labels(c["y_true"]);
    const Labels p = to_labels(c["y_pred"]);
    const Vector all_weights = to_vector(c["weights"]);
    const int k = c["n_classes"];
    for (const char* tag : {"plain", "weighted"}) {
      const Vector* w = weights_of(tag, all_weights);
      for (const auto& [key, r] : c[tag].items()) {
        const bool all = key.find("_all_") != std::string::npos;
        if (!all && key.find("_occurring_") == std::string::npos) continue;
        INFO(tag << " " << key);
        const AverageOptions options{.average = average_of(key.substr(0, key.find('_'))),
                                     .n_classes = all ? k : 0,
                                     .zero_division = key.back() == '1' ? 1.0 : 0.0};
        same("precision", precision(y, p, options, w), r["precision"]);
        same("recall", recall(y, p, options, w), r["recall"]);
        same("f1", f1(y, p, options, w), r["f1"]);
        same("f2", f_beta(y, p, 2, options, w), r["f2"]);
        same("jaccard", jaccard(y, p, options, w), r["jaccard"]);
        ++compared;
      }
      for (const int zero : {0, 1}) {
        const json& r = c[tag]["per_class_" + std::to_string(zero)];
        const PerClass each = precision_recall_per_class(
            y, p, {.beta = 0.5, .n_classes = k, .zero_division = static_cast<double>(zero)}, w);
        same("precision", each.precision, r["precision"]);
        same("recall", each.recall, r["recall"]);
        same("f_beta", each.f_beta, r["f_beta"]);
        same("support", each.support, r["support"]);
      }
      const auto report = classification_report(
          y, p, {.class_names = std::vector<std::string>(static_cast<std::size_t>(k), "c")}, w);
      same("macro f1", report.macro.f1, c[tag]["report"]["macro avg"]["f1-score"]);
      same("weighted f1", report.weighted.f1, c[tag]["report"]["weighted avg"]["f1-score"]);
      same("precision", report.macro.precision, c[tag]["report"]["macro avg"]["precision"]);
      same("recall", report.weighted.recall, c[tag]["report"]["weighted avg"]["recall"]);
      same("support", report.macro.support, c[tag]["report"]["macro avg"]["support"]);
    }
  }
  CHECK(compared == 5 * 2 * 2 * 6 + 2 * 2 * 2);
}

TEST_CASE("binary probability and ranking metrics agree with scikit-learn") {
  for (const json& c : numbers()["binary"]) {
    const Labels y = to_labels(c["y_true"]);
    const Vector q = to_vector(c["proba"]);
    Matrix two(q.size(), 2);
    two << (1 - q.array()).matrix(), q;
    const Vector all_weights = to_vector(c["weights"]);
    for (const char* tag : {"plain", "weighted"}) {
      CAPTURE(tag);
      const Vector* w = weights_of(tag, all_weights);
      const json& r = c[tag];
      same("log_loss", log_loss(y, q, w), r["log_loss"]);
      same("log_loss, 2 columns", log_loss(y, two, w), r["log_loss"]);
      same("brier", brier_score(y, q, w), r["brier"]);
      same("brier, 2 columns", brier_score(y, two, w), r["brier"]);
      same("roc_auc", roc_auc(y, q, {}, w), r["roc_auc"]);
      same("roc_auc, 2 columns", roc_auc(y, two, {}, w), r["roc_auc"]);
      same("average_precision", average_precision(y, q, w), r["average_precision"]);
      const RocCurve roc = roc_curve(y, q, {}, w);
      same("fpr", roc.false_positive_rate, r["roc"]["fpr"]);
      same("tpr", roc.true_positive_rate, r["roc"]["tpr"]);
      same("thresholds", roc.thresholds.tail(roc.thresholds.size() - 1), r["roc"]["thresholds"]);
      CHECK(std::isinf(roc.thresholds[0]));
      const RocCurve full = roc_curve(y, q, {.drop_intermediate = false}, w);
      same("all fpr", full.false_positive_rate, r["roc_full"]["fpr"]);
      same("all tpr", full.true_positive_rate, r["roc_full"]["tpr"]);
      const PrecisionRecallCurve pr = precision_recall_curve(y, q, {}, w);
      same("precision", pr.precision, r["pr"]["precision"]);
      same("recall", pr.recall, r["pr"]["recall"]);
      same("thresholds", pr.thresholds, r["pr"]["thresholds"]);
    }
    for (const int bins : {5, 7}) {
      for (const auto strategy : {BinStrategy::uniform, BinStrategy::quantile}) {
        const std::string name = strategy == BinStrategy::uniform ? "uniform" : "quantile";
        const json& r = c["calibration_" + name + "_" + std::to_string(bins)];
        const auto curve = reliability_curve(y, q, {.n_bins = bins, .strategy = strategy});
        same("true", curve.fraction_positive, r["true"]);
        same("mean", curve.mean_predicted, r["mean"]);
        CHECK(curve.count.sum() == static_cast<double>(y.size()));
      }
    }
  }
}

TEST_CASE("multi-class probability and ranking metrics agree with scikit-learn") {
  for (const json& c : numbers()["multiclass"]) {
    const Labels y = to_labels(c["y_true"]);
    const Matrix q = to_matrix(c["proba"]);
    const Matrix raw = to_matrix(c["raw"]);
    const Vector all_weights = to_vector(c["weights"]);
    const RocAucOptions by_size{.average = Average::weighted};
    for (const char* tag : {"plain", "weighted"}) {
      CAPTURE(tag);
      const Vector* w = weights_of(tag, all_weights);
      const json& r = c[tag];
      same("log_loss", log_loss(y, q, w), r["log_loss"]);
      same("log_loss raw", log_loss(y, raw, w), r["log_loss_raw"]);
      same("ovr", roc_auc(y, q, {}, w), r["ovr_macro"]);
      same("ovr weighted", roc_auc(y, q, by_size, w), r["ovr_weighted"]);
      same("average_precision", average_precision(y, q, w), r["average_precision"]);
      for (int k = 1; k <= q.cols(); ++k) {
        same("top k", top_k_accuracy(y, q, {.k = k}, w), r["top"][static_cast<std::size_t>(k - 1)]);
      }
    }
    same("ovo", roc_auc(y, q, {.multi_class = MultiClass::ovo}), c["ovo_macro"]);
    same("ovo weighted",
         roc_auc(y, q, {.multi_class = MultiClass::ovo, .average = Average::weighted}),
         c["ovo_weighted"]);
  }
  const json& c = numbers()["empty_class"];
  const Labels y = to_labels(c["y_true"]);
  const Matrix q = to_matrix(c["proba"]);
  same("log_loss", log_loss(y, q), c["log_loss"]);
  same("top 2", top_k_accuracy(y, q), c["top2"]);
  same("average_precision", average_precision(y, q), c["average_precision"]);
}

TEST_CASE("ndcg agrees with scikit-learn") {
  for (const json& c : numbers()["ndcg"]) {
    const Matrix y = to_matrix(c["y_true"]);
    const Matrix s = to_matrix(c["scores"]);
    same("ndcg", ndcg(y, s), c["ndcg"]);
    same("ndcg at 3", ndcg(y, s, {.k = 3}), c["ndcg_3"]);
    same("weighted", ndcg(y, s, {}, to_vector(c["weights"])), c["weighted"]);
    // The same queries one below the other, with gains that make up for the exponent.
    Vector relevance(y.size()), scores(y.size()), weights(y.size());
    Labels groups(y.size());
    for (Index j = 0; j < y.cols(); ++j)
      for (Index i = 0; i < y.rows(); ++i) {
        const Index at = j * y.rows() + i;
        relevance(at) = std::log2(y(i, j) + 1);
        scores(at) = s(i, j);
        groups(at) = static_cast<int>(7 - i);
        weights(at) = to_vector(c["weights"])(i);
      }
    const auto of_groups = [&](int k, const SampleWeights& w, int threads) {
      return ndcg_of_groups(relevance, scores, groups, {.k = k, .exponential = true}, w,
                            {.threads = threads});
    };
    same("of groups", of_groups(0, {}, 1), c["ndcg"]);
    same("of groups at 3", of_groups(3, {}, 2), c["ndcg_3"]);
    same("of groups, weighted", of_groups(0, weights, 3), c["weighted"]);
  }
}

TEST_CASE("regression metrics agree with scikit-learn") {
  for (const json& c : numbers()["regression"]) {
    const Vector y = to_vector(c["y_true"]);
    const Vector p = to_vector(c["y_pred"]);
    const Vector all_weights = to_vector(c["weights"]);
    for (const char* tag : {"plain", "weighted"}) {
      CAPTURE(tag);
      const Vector* w = weights_of(tag, all_weights);
      const json& r = c[tag];
      same("mse", mean_squared_error(y, p, w), r["mse"]);
      same("rmse", root_mean_squared_error(y, p, w), r["rmse"]);
      same("mae", mean_absolute_error(y, p, w), r["mae"]);
      same("median_ae", median_absolute_error(y, p, w), r["median_ae"]);
      same("mape", mean_absolute_percentage_error(y, p, w), r["mape"]);
      same("r2", r2(y, p, w), r["r2"]);
      same("explained_variance", explained_variance(y, p, w), r["explained_variance"]);
      same("pinball", pinball_loss(y, p, {.alpha = 0.1}, w), r["pinball_10"]);
      same("pinball", pinball_loss(y, p, {}, w), r["pinball_50"]);
      if (r.contains("poisson")) same("poisson", mean_poisson_deviance(y, p, w), r["poisson"]);
      if (r.contains("gamma")) same("gamma", mean_gamma_deviance(y, p, w), r["gamma"]);
    }
  }
}

TEST_CASE("agreement of clusterings agrees with scikit-learn") {
  for (const json& c : numbers()["agreement"]) {
    const Labels a = to_labels(c["labels_true"]);
    const Labels b = to_labels(c["labels_pred"]);
    same("adjusted_rand", adjusted_rand(a, b), c["adjusted_rand"]);
    same("ami", adjusted_mutual_info(a, b), c["ami"]);
    same("nmi", normalized_mutual_info(a, b), c["nmi"]);
    same("homogeneity", homogeneity(a, b), c["homogeneity"]);
    same("completeness", completeness(a, b), c["completeness"]);
    same("v_measure", v_measure(a, b), c["v_measure"]);
    same("v_measure 2", v_measure(a, b, 2), c["v_measure_2"]);
    same("fowlkes_mallows", fowlkes_mallows(a, b), c["fowlkes_mallows"]);
  }
}

TEST_CASE("shape of clusterings agrees with scikit-learn") {
  for (const json& c : numbers()["shape"]) {
    const Matrix x = to_matrix(c["x"]);
    const Labels labels = to_labels(c["labels"]);
    same("samples", silhouette_samples(x, labels), c["samples"]);
    same("silhouette", silhouette(x, labels), c["silhouette"]);
    same("calinski_harabasz", calinski_harabasz(x, labels), c["calinski_harabasz"]);
    same("davies_bouldin", davies_bouldin(x, labels), c["davies_bouldin"]);
  }
}

TEST_CASE("wilson_interval and normal_quantile agree with scipy") {
  for (const json& c : numbers()["wilson"]) {
    const Interval interval = wilson_interval(c["k"], c["n"], c["confidence"]);
    same("low", interval.low, c["low"]);
    same("high", interval.high, c["high"]);
  }
  for (const json& c : numbers()["normal_quantile"]) {
    same("quantile", normal_quantile(c[0]), c[1]);
  }
}
