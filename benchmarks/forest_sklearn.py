"""Forests beside scikit-learn's: seconds of a fit on all rows, and 5-fold scores.

Run: python3 forest_sklearn.py GROVE [SET ...]     GROVE is the built command line program; default: adult
Both get 100 trees with the same parameters (scikit-learn's defaults), the same folds (row i is tested in fold i mod 5)
and the same numbers: words as codes in sorted order, rows with missing values left out, all columns numeric. Seconds
are the best of five fits, taken in turns, on OMP_NUM_THREADS threads (default 1). The score is accuracy or RMSE.
"""
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time

THREADS = int(os.environ.setdefault("OMP_NUM_THREADS", "1"))

import numpy as np
import pandas as pd
import sklearn
from sklearn import ensemble

ROOT = pathlib.Path(__file__).resolve().parents[1]
FOLDS = 5
FITS = 5


def write_numbers(info, path):
    """The set as numbers, target last."""
    table = pd.read_csv(ROOT / "datasets" / info["file"], low_memory=False)
    target = table.pop(info["target"])
    for name in table:
        if name in info["categorical_columns"] or table[name].dtype == object:
            table[name] = table[name].astype("category").cat.codes
    table = table.assign(**{info["target"]: target}).dropna()
    table.to_csv(path, index=False)
    return np.ascontiguousarray(table.iloc[:, :-1].to_numpy(np.float32)), table.iloc[:, -1].to_numpy()


def run(grove, command, data, model, task, *options):
    out = subprocess.run([grove, command, data, "-m", f"{model}()", "--task", task, "--json", "-", "--quiet",
                          "--threads", str(THREADS), *options], check=True, capture_output=True)
    return json.loads(out.stdout)


def score(make, x, y, classes):
    fold = np.arange(len(y)) % FOLDS
    scores = []
    for k in range(FOLDS):
        got = make(n_jobs=THREADS).fit(x[fold != k], y[fold != k]).predict(x[fold == k])
        scores.append(np.mean(got == y[fold == k]) if classes else np.sqrt(np.mean((got - y[fold == k]) ** 2)))
    return np.mean(scores), np.std(scores, ddof=1)


def main():
    grove, chosen = sys.argv[1], sys.argv[2:] or ["adult"]
    index = {i["name"]: i for i in json.loads((ROOT / "datasets" / "index.json").read_text())["datasets"]}
    print(f"scikit-learn {sklearn.__version__}, {THREADS} thread(s)")
    print(f"{'set':16}{'model':24}{'grove':>10}{'sklearn':>10}{'sd of folds':>13}{'grove s':>10}{'sklearn s':>11}{'ratio':>8}")
    for name in chosen:
        task = index[name]["task"]
        classes = task == "classification"
        with tempfile.TemporaryDirectory() as folder:
            data, folds, saved = (f"{folder}/{file}" for file in ("data.csv", "folds.csv", "model.grove"))
            x, y = write_numbers(index[name], data)
            pd.DataFrame({"row": np.arange(len(y)), "fold": np.arange(len(y)) % FOLDS}).to_csv(folds, index=False)
            for model in ("RandomForest", "ExtraTrees"):
                model += "Classifier" if classes else "Regressor"
                make = getattr(ensemble, model)
                ours = theirs = float("inf")
                for _ in range(FITS):
                    ours = min(ours, run(grove, "train", data, model, task, "-o", saved)["fit_seconds"])
                    start = time.perf_counter()
                    make(n_jobs=THREADS).fit(x, y)
                    theirs = min(theirs, time.perf_counter() - start)
                metric = "accuracy" if classes else "rmse"
                found = run(grove, "cv", data, model, task, "--cv", f"file:{folds}", "--metrics", metric)
                mean, spread = score(make, x, y, classes)
                print(f"{name:16}{model:24}{found['models'][0]['mean'][metric]:10.4f}{mean:10.4f}{spread:13.4f}"
                      f"{ours:10.2f}{theirs:11.2f}{theirs / ours:8.2f}", flush=True)


if __name__ == "__main__":
    main()
