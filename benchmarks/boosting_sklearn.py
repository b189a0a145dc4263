"""Boosting beside scikit-learn's HistGradientBoosting: 5-fold scores and seconds on the bundled sets.

Run: python3 boosting_sklearn.py GROVE [SET ...]     GROVE is the built command line program
Both get the same parameters (100 trees of 31 leaves, 255 bins, rate 0.1, no early stopping), the same
categorical columns and the same folds (row i is tested in fold i mod 5). Seconds are the best of three fits on all rows,
on OMP_NUM_THREADS threads (default 1). A score below is log loss or RMSE: smaller is better, and ratio < 1 is grove's.
"""
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time
import warnings

os.environ["OMP_NUM_THREADS"] = os.environ.get("OMP_NUM_THREADS", "1")

import numpy as np
import pandas as pd
import sklearn
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from sklearn.metrics import log_loss, mean_squared_error

warnings.filterwarnings("ignore")
ROOT = pathlib.Path(__file__).resolve().parents[1]
FOLDS = 5
FITS = 3


def load(info):
    """Features, categorical mask and target of a bundled set."""
    table = pd.read_csv(ROOT / "datasets" / info["file"], low_memory=False)
    y = table.pop(info["target"]).to_numpy()
    categorical = [c in info["categorical_columns"] or table[c].dtype == object for c in table]
    columns = []
    for name, words in zip(table, categorical):
        codes = table[name].astype("category").cat.codes.to_numpy(float) if words else table[name].to_numpy(float)
        columns.append(np.where(codes < 0, np.nan, codes) if words else codes)
    return np.column_stack(columns), np.array(categorical), y


def peer(info):
    """scikit-learn's score on each fold."""
    x, categorical, y = load(info)
    classes = info["task"] == "classification"
    make = HistGradientBoostingClassifier if classes else HistGradientBoostingRegressor
    fold = np.arange(len(y)) % FOLDS
    scores = []
    for k in range(FOLDS):
        model = make(early_stopping=False, categorical_features=categorical)
        model.fit(x[fold != k], y[fold != k])
        test = fold == k
        if classes:
            scores.append(log_loss(y[test], model.predict_proba(x[test]), labels=model.classes_))
        else:
            scores.append(mean_squared_error(y[test], model.predict(x[test]), squared=False))
    return scores


def peer_seconds(info):
    x, categorical, y = load(info)
    make = HistGradientBoostingClassifier if info["task"] == "classification" else HistGradientBoostingRegressor
    best = float("inf")
    for _ in range(FITS):
        start = time.perf_counter()
        make(early_stopping=False, categorical_features=categorical).fit(x, y)
        best = min(best, time.perf_counter() - start)
    return best


def run(grove, command, info, *options):
    model = "GradientBoosting" + ("Classifier()" if info["task"] == "classification" else "Regressor()")
    out = subprocess.run([grove, command, info["name"], "-m", model, "--json", "-", "--quiet", *options], check=True,
                         capture_output=True)
    return json.loads(out.stdout)


def ours(grove, info):
    metric = "log_loss" if info["task"] == "classification" else "rmse"
    with tempfile.TemporaryDirectory() as folder:
        folds = pathlib.Path(folder, "folds.csv")
        pd.DataFrame({"row": np.arange(info["rows"]), "fold": np.arange(info["rows"]) % FOLDS}).to_csv(folds, index=False)
        found = run(grove, "cv", info, "--cv", f"file:{folds}", "--metrics", metric)
    return [f["scores"][metric] for f in found["models"][0]["folds"]]


def our_seconds(grove, info):
    with tempfile.TemporaryDirectory() as folder:
        return min(run(grove, "train", info, "-o", f"{folder}/model.grove", "--threads",
                       os.environ["OMP_NUM_THREADS"])["fit_seconds"] for _ in range(FITS))


def main():
    grove, chosen = sys.argv[1], sys.argv[2:]
    index = json.loads((ROOT / "datasets" / "index.json").read_text())["datasets"]
    print(f"scikit-learn {sklearn.__version__}, {os.environ['OMP_NUM_THREADS']} thread(s)")
    print(f"{'set':20}{'grove':>10}{'sklearn':>10}{'ratio':>8}{'sd of diff.':>13}{'grove s':>10}{'sklearn s':>11}{'ratio':>8}")
    for info in index:
        if info["task"] == "clustering" or (chosen and info["name"] not in chosen):
            continue
        a, a_seconds = ours(grove, info), our_seconds(grove, info)
        b, b_seconds = peer(info), peer_seconds(info)
        spread = np.std(np.subtract(a, b), ddof=1) / np.sqrt(FOLDS) / np.mean(b)
        print(f"{info['name']:20}{np.mean(a):10.4f}{np.mean(b):10.4f}{np.mean(a) / np.mean(b):8.3f}{spread:13.3f}"
              f"{a_seconds:10.2f}{b_seconds:11.2f}{a_seconds / b_seconds:8.2f}", flush=True)


if __name__ == "__main__":
    main()
