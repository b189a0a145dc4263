"""Partial dependence and permutation importance of scikit-learn's linear models: writes inspection.json.

Run with Debian's python3-sklearn (1.2.1). The linear models have closed or strictly convex optima, so that both libraries hold the
same model.
"""
import json
import pathlib

import numpy as np
import pandas as pd
import sklearn
from sklearn.inspection import partial_dependence, permutation_importance
from sklearn.linear_model import LinearRegression, LogisticRegression

HERE = pathlib.Path(__file__).resolve().parent
DATASETS = HERE.parents[1] / "datasets"


def load(name):
    table = pd.read_csv(DATASETS / f"{name}.csv")
    y = table.pop(table.columns[-1]).to_numpy()
    return table, y


def dependence(name, model):
    table, y = load(name)
    x = table.to_numpy(float)
    model.fit(x, y)
    out = []
    for columns, args in [([0], {}), ([2], dict(grid_resolution=7)), ([1, 3], dict(grid_resolution=5)),
                          ([3], dict(grid_resolution=10, percentiles=(0.2, 0.7))), ([0], dict(grid_resolution=1000))]:
        found = partial_dependence(model, x, columns, kind="both", method="brute", **args)
        average = found["average"].reshape(found["average"].shape[0], -1)
        individual = found["individual"].reshape(average.shape[0], len(x), -1)
        out.append(dict(columns=[table.columns[c] for c in columns], grid_resolution=args.get("grid_resolution", 100),
                        percentiles=args.get("percentiles", (0.05, 0.95)), grid=[g.tolist() for g in found["values"]],
                        average=average.T.tolist(), individual_of_row_17=individual[:, 17].T.tolist()))
    return out


def importance(name, model, scoring):
    """Means over so many permutations that their error is known to be small."""
    table, y = load(name)
    x = table.to_numpy(float)
    model.fit(x, y)
    found = permutation_importance(model, x, y, scoring=scoring, n_repeats=400, random_state=0)
    return dict(mean=found.importances_mean.tolist(), std=found.importances_std.tolist(), n_repeats=400)


logistic = LogisticRegression(C=1.0, solver="newton-cg", tol=1e-8, max_iter=1000)
result = dict(sklearn=sklearn.__version__,
              dependence=dict(diabetes=dependence("diabetes", LinearRegression()), iris=dependence("iris", logistic)),
              importance=dict(diabetes_r2=importance("diabetes", LinearRegression(), "r2"),
                              diabetes_mae=importance("diabetes", LinearRegression(), "neg_mean_absolute_error"),
                              iris_log_loss=importance("iris", logistic, "neg_log_loss")))
(HERE / "inspection.json").write_text(json.dumps(result))
