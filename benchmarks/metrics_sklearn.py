"""Times metrics beside scikit-learn on the same data, one thread each, and prints the ratio.

Run: python3 metrics_sklearn.py PROGRAM [ROWS]     PROGRAM is the built metrics_sklearn
"""
import os

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ[variable] = "1"

import pathlib
import subprocess
import sys
import tempfile
import time
import warnings

import numpy as np
import sklearn
from sklearn import metrics as m

warnings.filterwarnings("ignore")


def make(rows):
    rng = np.random.default_rng(1)
    y = rng.integers(0, 2, rows, dtype=np.int32)
    p = 1 / (1 + np.exp(-(rng.normal(size=rows) + y - 0.5)))
    groups = rng.integers(0, 4, rows, dtype=np.int32)
    found = np.where(rng.random(rows) < 0.7, groups, rng.integers(0, 4, rows)).astype(np.int32)
    proba = np.exp(rng.normal(size=(rows, 4)) + np.eye(4)[groups])
    proba /= proba.sum(axis=1, keepdims=True)
    n_points = min(rows, 5000)
    x = rng.normal(size=(n_points, 8)) + groups[:n_points, None]
    return {"y": y, "predicted": (p > 0.5).astype(np.int32), "p": p, "rounded": np.round(p, 2),
            "weights": rng.random(rows), "groups": groups, "found": found, "proba": proba, "x": x}


def peers(d):
    y, p, w, few = d["y"], d["p"], d["weights"], d["groups"][:len(d["x"])]
    return {
        "accuracy": lambda: m.accuracy_score(y, d["predicted"]),
        "accuracy_weighted": lambda: m.accuracy_score(y, d["predicted"], sample_weight=w),
        "f1_macro": lambda: m.f1_score(d["groups"], d["found"], average="macro"),
        "mcc": lambda: m.matthews_corrcoef(d["groups"], d["found"]),
        "log_loss": lambda: m.log_loss(y, p),
        "log_loss_4_classes": lambda: m.log_loss(d["groups"], d["proba"]),
        "brier": lambda: m.brier_score_loss(y, p),
        "roc_auc": lambda: m.roc_auc_score(y, p),
        "roc_auc_ties": lambda: m.roc_auc_score(y, d["rounded"]),
        "roc_auc_weighted": lambda: m.roc_auc_score(y, p, sample_weight=w),
        "roc_auc_ovr_4_classes": lambda: m.roc_auc_score(d["groups"], d["proba"],
                                                         multi_class="ovr"),
        "average_precision": lambda: m.average_precision_score(y, p),
        "mse": lambda: m.mean_squared_error(p, d["rounded"]),
        "r2": lambda: m.r2_score(p, d["rounded"]),
        "median_ae": lambda: m.median_absolute_error(p, d["rounded"]),
        "adjusted_rand": lambda: m.adjusted_rand_score(d["groups"], d["found"]),
        "silhouette_5000": lambda: m.silhouette_score(d["x"], few),
    }


def best_of(call, runs=3):
    best = float("inf")
    for _ in range(runs):
        start = time.perf_counter()
        value = call()
        best = min(best, time.perf_counter() - start)
    return best, value


def main():
    program, rows = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 1_000_000
    data = make(rows)
    with tempfile.TemporaryDirectory() as folder:
        for name, values in data.items():
            values.tofile(pathlib.Path(folder) / name)
        lines = subprocess.run([program, folder], check=True, capture_output=True,
                               text=True).stdout.splitlines()
    print(f"{rows} rows, one thread, scikit-learn {sklearn.__version__}; best times in ms")
    print(f"{'metric':24}{'grove':>10}{'sklearn':>10}{'ratio':>8}  difference")
    calls = peers(data)
    for line in lines:
        name, seconds, value = line.split()
        took, expected = best_of(calls[name])
        print(f"{name:24}{float(seconds) * 1e3:10.2f}{took * 1e3:10.2f}"
              f"{took / float(seconds):8.1f}  {abs(float(value) - expected):.1e}")


if __name__ == "__main__":
    main()
