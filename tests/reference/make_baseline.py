"""Reference numbers for tests/baseline: run with Debian's python3-sklearn."""

import json
import pathlib
import sys

import numpy as np
import pandas as pd
import scipy
import sklearn
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis, QuadraticDiscriminantAnalysis
from sklearn.linear_model import LinearRegression, LogisticRegression, Ridge
from sklearn.naive_bayes import GaussianNB

ROOT = pathlib.Path(__file__).resolve().parents[2]


def rows(a):
    return [[float(v) for v in r] for r in np.atleast_2d(np.asarray(a))]


def flat(a):
    return [float(v) for v in np.asarray(a).ravel()]


def load(name, step, classes=None):
    table = pd.read_csv(ROOT / "datasets" / f"{name}.csv").iloc[::step]
    y = table.iloc[:, -1]
    x = table.iloc[:, :-1].to_numpy(float)
    if y.dtype == object:
        names = sorted(y.unique())
        y = y.map(names.index)
    y = y.to_numpy()
    if classes is not None:
        keep = np.isin(y, classes)
        x, y = x[keep], y[keep]
    return x, y


def fits(kind, model, x, y, w, query):
    model.fit(x, y, sample_weight=w) if w is not None else model.fit(x, y)
    out = {"kind": kind, "params": {k: v for k, v in model.get_params().items()
                                    if isinstance(v, (int, float, str, bool))}}
    for name in ["coef_", "intercept_", "theta_", "var_", "means_", "class_prior_", "priors_"]:
        if hasattr(model, name):
            out[name[:-1]] = rows(getattr(model, name)) if name != "class_prior_" else flat(
                model.class_prior_)
    if hasattr(model, "predict_proba"):
        out["proba"] = rows(model.predict_proba(query))
    else:
        out["predict"] = flat(model.predict(query))
    out["weighted"] = w is not None
    return out


def main():
    cases = []
    for name, step, classes in [("iris", 3, None), ("wine", 3, None), ("iris", 1, [1, 2])]:
        x, y = load(name, step, classes)
        y = np.unique(y, return_inverse=True)[1]
        w = 0.25 * (1 + np.arange(len(y)) % 4)
        q = x[::5]
        case = {"data": name, "x": rows(x), "y": [int(v) for v in y], "w": flat(w), "fits": []}
        add = case["fits"].append
        add(fits("GaussianNB", GaussianNB(), x, y, None, q))
        add(fits("GaussianNB", GaussianNB(var_smoothing=0), x, y, w, q))
        add(fits("LinearDiscriminantAnalysis", LinearDiscriminantAnalysis(), x, y, None, q))
        for reg_param in (0.0, 0.1):
            qda = QuadraticDiscriminantAnalysis(reg_param=reg_param, store_covariance=True)
            add(fits("QuadraticDiscriminantAnalysis", qda, x, y, None, q))
            case["fits"][-1]["covariance"] = [rows(c) for c in qda.covariance_]
        scaled = dict(solver="newton-cg", tol=1e-12, max_iter=2000)
        if name == "iris":
            for weights in (None, w):
                for c in (0.1, 1.0, 50.0):
                    add(fits("LogisticRegression", LogisticRegression(C=c, **scaled), x, y, weights, q))
            add(fits("LogisticRegression",
                     LogisticRegression(fit_intercept=False, **scaled), x, y, None, q))
            add(fits("LogisticRegression",
                     LogisticRegression(class_weight="balanced", **scaled), x[7:], y[7:], None, q))
        if name == "iris" and classes is not None:
            add(fits("LogisticRegression", LogisticRegression(penalty=None, **scaled), x, y, None, q))
        cases.append(case)
    x, y = load("diabetes", 5)
    y = y.astype(float)
    w = 0.25 * (1 + np.arange(len(y)) % 4)
    case = {"data": "diabetes", "x": rows(x), "y": flat(y), "w": flat(w), "fits": []}
    q = x[::5]
    for weights in (None, w):
        for intercept in (True, False):
            case["fits"].append(fits("LinearRegression", LinearRegression(fit_intercept=intercept),
                                     x, y, weights, q))
            for alpha in (0.01, 1.0, 100.0):
                case["fits"].append(fits("Ridge", Ridge(alpha=alpha, fit_intercept=intercept), x,
                                         y, weights, q))
    double = np.hstack([x, 2 * x[:, :2]])
    deficient = fits("LinearRegression", LinearRegression(), double, y, None, double[::5])
    out = {
        "made_with": {"python": sys.version.split()[0], "numpy": np.__version__,
                      "scipy": scipy.__version__, "sklearn": sklearn.__version__},
        "classification": cases,
        "regression": [case],
        "deficient": deficient,
    }
    path = pathlib.Path(__file__).with_name("baseline.json")
    path.write_text(json.dumps(out))


main()
