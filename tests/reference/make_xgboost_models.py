"""Models of XGBoost and what they predict, for tests/registry: run with Debian's python3-xgboost."""

import json
import pathlib
import sys
import tempfile

import numpy as np
import xgboost as xgb

ROWS = 80
NAN = float("nan")


def table(seed, missing):
    """Columns with ties at decimals that no float holds, so that thresholds are met exactly."""
    rng = np.random.RandomState(seed)
    x = np.column_stack([rng.randint(0, 30, ROWS) / 10, rng.normal(size=ROWS), rng.randint(0, 8, ROWS) / 3,
                         rng.exponential(size=ROWS)])
    if missing:
        x[rng.rand(*x.shape) < 0.15] = NAN
    return x, rng


def model(name, params, y, x, rounds=5, types=None, names=None, more=None):
    matrix = xgb.DMatrix(x, label=y, feature_types=types, feature_names=names, enable_categorical=types is not None)
    if params["objective"].startswith("rank"):
        matrix.set_group([ROWS // 4] * 4)
    booster = xgb.train({"max_depth": 3, "eta": 0.3, "nthread": 1, "tree_method": "hist", "seed": 1, **params}, matrix,
                        rounds)
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "model.json"
        booster.save_model(path)
        text = path.read_text()
    if more is not None:
        x = np.vstack([x, more])
        matrix = xgb.DMatrix(x, feature_types=types, feature_names=names, enable_categorical=types is not None)
    numbers = lambda values: [float(v) for v in np.asarray(values, dtype=float).ravel()]
    return {"name": name, "model": text, "rows": [["nan" if np.isnan(v) else v for v in row] for row in x.tolist()],
            "margins": numbers(booster.predict(matrix, output_margin=True)),
            "predictions": numbers(booster.predict(matrix))}


def main():
    x, rng = table(1, False)
    gaps, _ = table(2, True)
    signal = np.nan_to_num(x[:, 0] + x[:, 1] * x[:, 2])
    binary = (signal > np.median(signal)).astype(float)
    classes = np.digitize(signal, np.quantile(signal, [0.3, 0.7])).astype(float)
    counts = rng.poisson(np.exp(0.5 * x[:, 0] - 0.5)).astype(float)
    positive = np.exp(0.3 * signal)
    codes = x.copy()
    codes[:, 2] = rng.randint(0, 9, ROWS)
    codes[rng.rand(ROWS) < 0.1, 2] = NAN
    by_code = np.where(np.isin(codes[:, 2], [1, 4, 7]), 2.0, 0.0) + codes[:, 0] + np.isnan(codes[:, 2])
    unlisted = codes[:12].copy()
    unlisted[:, 2] = [9, 10, 31, 32, 33, 63, 64, 100, 500, 900, 1000, 1023]
    kinds = ["float", "float", "c", "float"]
    models = [
        model("binary", {"objective": "binary:logistic", "base_score": 0.3}, binary, x, names=["a", "b", "c", "d"]),
        model("raw", {"objective": "binary:logitraw", "base_score": 0.3}, binary, x),
        model("exact", {"objective": "binary:logistic", "tree_method": "exact", "gamma": 0.5}, binary, x),
        model("softprob", {"objective": "multi:softprob", "num_class": 3}, classes, x),
        model("forest", {"objective": "multi:softprob", "num_class": 3, "num_parallel_tree": 2, "subsample": 0.7},
              classes, x, rounds=3),
        model("regression", {"objective": "reg:squarederror"}, signal, x),
        model("gaps", {"objective": "reg:squarederror"}, signal, gaps),
        model("logistic", {"objective": "reg:logistic"}, 0.2 + 0.6 * binary, x),
        model("poisson", {"objective": "count:poisson", "base_score": 1.5}, counts, x),
        model("gamma", {"objective": "reg:gamma"}, positive, x),
        model("tweedie", {"objective": "reg:tweedie"}, counts, x),
        model("rank", {"objective": "rank:pairwise"}, np.minimum(counts, 3), x),
        model("dart", {"objective": "reg:squarederror", "booster": "dart", "rate_drop": 0.5}, signal, x, rounds=8),
        model("sets", {"objective": "reg:squarederror", "max_cat_to_onehot": 1}, by_code, codes, types=kinds, more=unlisted),
        model("one_hot", {"objective": "reg:squarederror", "max_cat_to_onehot": 100}, by_code, codes, types=kinds, more=unlisted),
        model("stump", {"objective": "reg:squarederror", "gamma": 1e9}, signal, x, rounds=1),
    ]
    out = {"made_with": {"python": sys.version.split()[0], "numpy": np.__version__, "xgboost": xgb.__version__},
           "models": models}
    pathlib.Path(__file__).with_name("xgboost_models.json").write_text(json.dumps(out))


main()
