"""Quality of boosted trees with default parameters: grove, scikit-learn and XGBoost on the bundled sets, 5 folds each.

Run: python3 boosting_quality.py GROVE [--grove PARAMETERS] [SET ...]     GROVE is the built command line program
Each library has its own defaults (PARAMETERS changes grove's, as in "l2_regularization=1, max_leaf_nodes=15"), the same
categorical columns and the same folds (row i is tested in fold i mod 5); XGBoost grows by histogram, which its categories need.
A score is log loss or RMSE, less is better; the best of a line is marked. A library is behind where its mean is worse by more
than two standard errors of the fold differences. Needs Debian's python3-sklearn and python3-xgboost.
"""
import argparse
import json
import os
import pathlib
import subprocess
import tempfile

from boosting_sklearn import FOLDS, ROOT, load  # before numpy: it sets the number of threads

import numpy as np
import pandas as pd
import xgboost
from scipy.stats import rankdata
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from sklearn.metrics import log_loss, mean_squared_error

ENGINES = ("grove", "sklearn", "xgboost")


def sklearn_predicts(x, y, q, categorical, n_classes):
    make = HistGradientBoostingClassifier if n_classes else HistGradientBoostingRegressor
    model = make(categorical_features=categorical, random_state=0).fit(x, y)
    if not n_classes:
        return model.predict(q)
    proba = np.zeros((len(q), n_classes))  # a class may be missing from the fold
    proba[:, model.classes_] = model.predict_proba(q)
    return proba


def xgboost_predicts(x, y, q, categorical, n_classes):
    params = dict(tree_method="hist", nthread=int(os.environ["OMP_NUM_THREADS"]),
                  objective="multi:softprob" if n_classes > 2 else "binary:logistic" if n_classes else "reg:squarederror")
    if n_classes > 2:
        params["num_class"] = n_classes
    kinds = ["c" if c else "float" for c in categorical]
    matrix = lambda v, **more: xgboost.DMatrix(v, feature_types=kinds, enable_categorical=True, **more)
    found = xgboost.train(params, matrix(x, label=y), 100).predict(matrix(q)).astype(float)
    return np.column_stack([1 - found, found]) if n_classes == 2 else found


def peer_scores(predicts, info):
    """One score per fold."""
    x, categorical, y = load(info)
    n_classes = 0
    if info["task"] == "classification":
        names, y = np.unique(y, return_inverse=True)
        n_classes = len(names)
    fold = np.arange(len(y)) % FOLDS
    scores = []
    for k in range(FOLDS):
        test = fold == k
        found = predicts(x[~test], y[~test], x[test], categorical, n_classes)
        scores.append(log_loss(y[test], found, labels=range(n_classes)) if n_classes
                      else mean_squared_error(y[test], found, squared=False))
    return scores


def grove_scores(program, parameters, info):
    classes = info["task"] == "classification"
    metric = "log_loss" if classes else "rmse"
    model = f"GradientBoosting{'Classifier' if classes else 'Regressor'}({parameters})"
    with tempfile.TemporaryDirectory() as folder:
        folds = pathlib.Path(folder, "folds.csv")
        pd.DataFrame({"row": np.arange(info["rows"]), "fold": np.arange(info["rows"]) % FOLDS}).to_csv(folds, index=False)
        out = subprocess.run([program, "cv", info["name"], "-m", model, "--cv", f"file:{folds}", "--metrics", metric, "--json", "-",
                              "--quiet", "--threads", os.environ["OMP_NUM_THREADS"]], check=True, capture_output=True)
    return [f["scores"][metric] for f in json.loads(out.stdout)["models"][0]["folds"]]


def is_behind(a, b):
    """Whether scores `a` are worse than `b` by more than two standard errors of their differences."""
    apart = np.subtract(a, b)
    return np.mean(apart) > 2 * np.std(apart, ddof=1) / np.sqrt(FOLDS)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("--grove", default="", metavar="PARAMETERS")
    parser.add_argument("sets", nargs="*")
    args = parser.parse_args()
    index = json.loads((ROOT / "datasets" / "index.json").read_text())["datasets"]
    ranks, behind = [], {}
    print(f"{'set':20}" + "".join(f"{name:>12} " for name in ENGINES) + f"{'se to skl':>10}{'se to xgb':>10}  behind")
    for info in index:
        if info["task"] == "clustering" or (args.sets and info["name"] not in args.sets):
            continue
        scores = [grove_scores(args.program, args.grove, info), peer_scores(sklearn_predicts, info),
                  peer_scores(xgboost_predicts, info)]
        means = np.mean(scores, axis=1)
        ranks.append(rankdata(means))
        errors = [np.std(np.subtract(scores[0], s), ddof=1) / np.sqrt(FOLDS) for s in scores[1:]]
        for k, name in enumerate(ENGINES):
            if all(is_behind(scores[k], other) for j, other in enumerate(scores) if j != k):
                behind.setdefault(name, []).append(info["name"])
        last = [name for name in ENGINES if info["name"] in behind.get(name, [])]
        print(f"{info['name']:20}" + "".join(f"{m:12.4f}{'*' if m == min(means) else ' '}" for m in means)
              + "".join(f"{e:10.4f}" for e in errors) + "  " + " ".join(last), flush=True)
    print(f"{'mean rank':20}" + "".join(f"{r:12.2f} " for r in np.mean(ranks, axis=0)) + f"   over {len(ranks)} sets")
    print(f"{'best':20}" + "".join(f"{np.sum(np.array(ranks)[:, k] == 1):12d} " for k in range(3)))
    for name in ENGINES:
        print(f"{name} is behind both others on: {', '.join(behind.get(name, [])) or 'none'}")


if __name__ == "__main__":
    main()
