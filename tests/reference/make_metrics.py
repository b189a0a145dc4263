"""Makes metrics.json: what scikit-learn says of small inputs with ties, empty classes and weights.

Run: python3 make_metrics.py > metrics.json
"""
import json
import sys
import warnings

import numpy as np
import scipy
import sklearn
from scipy.spatial.distance import cdist
from scipy.stats import norm
from sklearn import metrics as m
from sklearn.calibration import calibration_curve

warnings.filterwarnings("ignore")
rng = np.random.default_rng(20240229)


def plain(value):
    if isinstance(value, dict):
        return {k: plain(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(v) for v in value]
    if isinstance(value, np.ndarray):
        return plain(value.tolist())
    if isinstance(value, np.integer):
        return int(value)
    if isinstance(value, (float, np.floating)):
        return float(value) if np.isfinite(value) else str(float(value))
    return value


def classification(y, p, w, k):
    """k: the number of classes of the whole set, some of them empty."""
    out = {"y_true": y, "y_pred": p, "weights": w, "n_classes": k}
    labels = list(range(k))
    for tag, sw in (("plain", None), ("weighted", w)):
        s = {"sample_weight": sw}
        r = {
            "accuracy": m.accuracy_score(y, p, **s),
            "balanced_accuracy": m.balanced_accuracy_score(y, p, **s),
            "balanced_adjusted": m.balanced_accuracy_score(y, p, adjusted=True, **s),
            "mcc": m.matthews_corrcoef(y, p, **s),
            "kappa": m.cohen_kappa_score(y, p, **s),
            "kappa_linear": m.cohen_kappa_score(y, p, weights="linear", **s),
            "kappa_quadratic": m.cohen_kappa_score(y, p, weights="quadratic", **s),
        }
        for norm_name in (None, "true", "pred", "all"):
            r[f"confusion_{norm_name}"] = m.confusion_matrix(
                y, p, labels=labels, normalize=norm_name, **s)
        for zero in (0, 1):
            z = dict(s, zero_division=zero)
            each = m.precision_recall_fscore_support(y, p, labels=labels, beta=0.5, **z)
            r[f"per_class_{zero}"] = dict(zip(("precision", "recall", "f_beta", "support"), each))
            averages = ["micro", "macro", "weighted"]
            if max(max(y), max(p)) <= 1:
                averages.append("binary")
            for average in averages:
                for all_labels in (False, True):
                    a = dict(z, average=average)
                    if all_labels and average == "binary":
                        continue
                    if all_labels:
                        a["labels"] = labels
                    r[f"{average}_{'all' if all_labels else 'occurring'}_{zero}"] = {
                        "precision": m.precision_score(y, p, **a),
                        "recall": m.recall_score(y, p, **a),
                        "f1": m.f1_score(y, p, **a),
                        "f2": m.fbeta_score(y, p, beta=2, **a),
                        "jaccard": m.jaccard_score(y, p, **a),
                    }
        report = m.classification_report(y, p, labels=labels, output_dict=True,
                                         zero_division=0, **s)
        r["report"] = {k: report[k] for k in ("macro avg", "weighted avg")}
        out[tag] = r
    return out


def some_zero(n):
    w = rng.random(n) * 3
    w[rng.random(n) < 0.2] = 0
    return w


def labels_case(n, k, used, weights):
    y = rng.choice(used, n)
    p = np.where(rng.random(n) < 0.6, y, rng.choice(k - 1, n))
    return classification(y, p, weights(n), k)


def softmax(n, k):
    z = np.exp(rng.normal(size=(n, k)) * 1.5)
    return z / z.sum(axis=1, keepdims=True)


def binary_case(n, digits, w):
    y = rng.integers(0, 2, n)
    q = 1 / (1 + np.exp(-(rng.normal(size=n) + y - 0.5)))
    if digits is not None:
        q = np.round(q, digits)  # ties; some are 0 or 1
    out = {"y_true": y, "proba": q, "weights": w}
    for tag, sw in (("plain", None), ("weighted", w)):
        s = {"sample_weight": sw}
        fpr, tpr, t = m.roc_curve(y, q, **s)
        full = m.roc_curve(y, q, drop_intermediate=False, **s)
        precision, recall, pt = m.precision_recall_curve(y, q, **s)
        out[tag] = {
            "log_loss": m.log_loss(y, q, **s),
            "brier": m.brier_score_loss(y, q, **s),
            "roc_auc": m.roc_auc_score(y, q, **s),
            "average_precision": m.average_precision_score(y, q, **s),
            "roc": {"fpr": fpr, "tpr": tpr, "thresholds": t[1:]},
            "roc_full": {"fpr": full[0], "tpr": full[1]},
            "pr": {"precision": precision, "recall": recall, "thresholds": pt},
        }
    for strategy in ("uniform", "quantile"):
        for bins in (5, 7):
            true, mean = calibration_curve(y, q, n_bins=bins, strategy=strategy)
            out[f"calibration_{strategy}_{bins}"] = {"true": true, "mean": mean}
    return out


def multiclass_case(n, k, ties, w):
    y = rng.integers(0, k, n)
    q = softmax(n, k)
    if ties:  # multiples of 1/8 that sum to 1
        q = rng.multinomial(8, [1 / k] * k, size=n) / 8
    raw = q * (0.5 + rng.random((n, 1)) / 2)  # rows that do not sum to 1
    out = {"y_true": y, "proba": q, "raw": raw, "weights": w}
    onehot = np.eye(k)[y]
    labels = list(range(k))
    for tag, sw in (("plain", None), ("weighted", w)):
        s = {"sample_weight": sw}
        out[tag] = {
            "log_loss": m.log_loss(y, q, labels=labels, **s),
            "log_loss_raw": m.log_loss(y, raw, labels=labels, **s),
            "ovr_macro": m.roc_auc_score(y, q, multi_class="ovr", average="macro", **s),
            "ovr_weighted": m.roc_auc_score(y, q, multi_class="ovr", average="weighted", **s),
            "average_precision": m.average_precision_score(onehot, q, average="macro", **s),
            "top": [m.top_k_accuracy_score(y, q, k=j, labels=labels, **s)
                    for j in range(1, k + 1)],
        }
    out["ovo_macro"] = m.roc_auc_score(y, q, multi_class="ovo", average="macro")
    out["ovo_weighted"] = m.roc_auc_score(y, q, multi_class="ovo", average="weighted")
    return out


def empty_class_case():
    """Class 2 of 4 has no rows."""
    y = rng.choice([0, 1, 3], 30)
    q = softmax(30, 4)
    onehot = np.eye(4)[y]
    return {"y_true": y, "proba": q,
            "log_loss": m.log_loss(y, q, labels=[0, 1, 2, 3]),
            "top2": m.top_k_accuracy_score(y, q, k=2, labels=[0, 1, 2, 3]),
            "average_precision": m.average_precision_score(onehot, q, average="macro")}


def ndcg_case(n, items, ties):
    y = rng.integers(0, 4, (n, items)).astype(float)
    y[0] = 0
    s = rng.integers(0, 4, (n, items)).astype(float) if ties else rng.normal(size=(n, items))
    w = rng.random(n)
    return {"y_true": y, "scores": s, "weights": w,
            "ndcg": m.ndcg_score(y, s), "ndcg_3": m.ndcg_score(y, s, k=3),
            "weighted": m.ndcg_score(y, s, sample_weight=w)}


def regression_case(y, p, w):
    out = {"y_true": y, "y_pred": p, "weights": w}
    for tag, sw in (("plain", None), ("weighted", w)):
        s = {"sample_weight": sw}
        r = {
            "mse": m.mean_squared_error(y, p, **s),
            "rmse": m.mean_squared_error(y, p, squared=False, **s),
            "mae": m.mean_absolute_error(y, p, **s),
            "median_ae": m.median_absolute_error(y, p, **s),
            "mape": m.mean_absolute_percentage_error(y, p, **s),
            "r2": m.r2_score(y, p, **s),
            "explained_variance": m.explained_variance_score(y, p, **s),
            "pinball_10": m.mean_pinball_loss(y, p, alpha=0.1, **s),
            "pinball_50": m.mean_pinball_loss(y, p, **s),
        }
        if min(y) >= 0 and min(p) > 0:
            r["poisson"] = m.mean_poisson_deviance(y, p, **s)
        if min(y) > 0 and min(p) > 0:
            r["gamma"] = m.mean_gamma_deviance(y, p, **s)
        out[tag] = r
    return out


def regression_cases():
    n = 41
    y = rng.gamma(2.0, 3.0, n)
    p = y * rng.gamma(20.0, 0.05, n)
    counts = rng.poisson(1.5, n + 1).astype(float)
    return [regression_case(y, p, some_zero(n)),
            regression_case(counts, rng.gamma(2.0, 1.0, n + 1), rng.integers(0, 3, n + 1) * 1.0),
            regression_case(rng.normal(size=30) + 10, rng.normal(size=30) - 2, rng.random(30)),
            regression_case(np.full(6, 2.0), np.full(6, 2.0), rng.integers(1, 4, 6) * 1.0),
            regression_case(np.full(6, 2.0), np.arange(6.0), rng.integers(1, 4, 6) * 1.0)]


def agreement_case(a, b):
    return {"labels_true": a, "labels_pred": b,
            "adjusted_rand": m.adjusted_rand_score(a, b),
            "ami": m.adjusted_mutual_info_score(a, b),
            "nmi": m.normalized_mutual_info_score(a, b),
            "homogeneity": m.homogeneity_score(a, b),
            "completeness": m.completeness_score(a, b),
            "v_measure": m.v_measure_score(a, b),
            "v_measure_2": m.v_measure_score(a, b, beta=2.0),
            "fowlkes_mallows": m.fowlkes_mallows_score(a, b)}


def agreement_cases():
    a = rng.integers(0, 4, 60)
    b = np.where(rng.random(60) < 0.7, a * 10 - 1, rng.integers(-1, 5, 60))
    many = rng.integers(0, 25, 200)
    one = np.zeros(60, int)
    return [agreement_case(a, b), agreement_case(many, many // 2 + rng.integers(0, 3, 200)),
            agreement_case(a, a), agreement_case(a, one), agreement_case(one, a),
            agreement_case(one, one + 1), agreement_case(np.arange(7), np.arange(7)),
            agreement_case(np.arange(7), one[:7]),
            agreement_case(rng.integers(0, 3, 60), rng.integers(0, 3, 60))]


def shape_case(x, labels):
    d = cdist(x, x)
    return {"x": x, "labels": labels,
            "samples": m.silhouette_samples(d, labels, metric="precomputed"),
            "silhouette": m.silhouette_score(d, labels, metric="precomputed"),
            "calinski_harabasz": m.calinski_harabasz_score(x, labels),
            "davies_bouldin": m.davies_bouldin_score(x, labels)}


def shape_cases():
    labels = rng.integers(0, 3, 150)
    x = rng.normal(size=(150, 3)) + labels[:, None] * 2
    noisy = labels.copy()
    noisy[:20] = -1
    noisy[20] = 9  # alone in its cluster
    grid = np.round(rng.normal(size=(20, 2)))
    return [shape_case(x, labels), shape_case(x, noisy), shape_case(grid, rng.integers(0, 2, 20)),
            shape_case(np.repeat([[0.0, 0.0], [3.0, 4.0]], 4, axis=0), np.repeat([0, 1], 4))]


def wilson(k, n, confidence):
    z = norm.ppf(1 - (1 - confidence) / 2)
    roots = np.roots([1 + z * z / n, -(2 * k / n + z * z / n), (k / n) ** 2])
    return {"k": k, "n": n, "confidence": confidence, "low": min(roots), "high": max(roots)}


result = {
    "made_by": {"python": sys.version.split()[0], "numpy": np.__version__,
                "scipy": scipy.__version__, "scikit-learn": sklearn.__version__},
    "classification": [
        labels_case(60, 4, [0, 1, 2, 3], some_zero),
        labels_case(50, 6, [0, 1, 3, 4], lambda n: rng.integers(0, 4, n) * 1.0),
        labels_case(40, 3, [0, 2], lambda n: rng.random(n)),
        classification(rng.integers(0, 2, 30), rng.integers(0, 2, 30), some_zero(30), 2),
        classification(np.array([0, 1, 1, 0]), np.array([0, 0, 0, 0]), np.ones(4), 2),
    ],
    "binary": [binary_case(80, None, some_zero(80)), binary_case(90, 1, some_zero(90)),
               binary_case(40, 0, rng.integers(1, 4, 40) * 1.0)],
    "multiclass": [multiclass_case(60, 4, False, some_zero(60)),
                   multiclass_case(70, 3, True, rng.random(70))],
    "empty_class": empty_class_case(),
    "ndcg": [ndcg_case(8, 9, True), ndcg_case(8, 9, False)],
    "regression": regression_cases(),
    "agreement": agreement_cases(),
    "shape": shape_cases(),
    "wilson": [wilson(8, 10, 0.95), wilson(50, 1000, 0.99), wilson(3, 7, 0.5)],
    "normal_quantile": [[p, norm.ppf(p)] for p in (1e-300, 1e-10, 0.025, 0.3, 0.5, 0.9, 0.975)],
}
print(json.dumps(plain(result), separators=(",", ":")))
