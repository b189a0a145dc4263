"""Reference numbers for tests/preprocessing: run with Debian's python3-sklearn."""

import json
import pathlib
import sys

import numpy as np
import pandas as pd
import sklearn
from sklearn.impute import SimpleImputer
from sklearn.preprocessing import (MinMaxScaler, OneHotEncoder, OrdinalEncoder, RobustScaler,
                                   StandardScaler)

ROOT = pathlib.Path(__file__).resolve().parents[2]


def number(v):
    v = float(v)
    return "nan" if np.isnan(v) else v


def rows(a):
    return [[number(v) for v in r] for r in np.atleast_2d(np.asarray(a, float))]


def case(name, model, x, query, **fit):
    model.fit(x, **fit)
    out = {"name": name, "transform": rows(model.transform(query))}
    for attribute in ["mean_", "var_", "scale_", "center_", "data_min_", "data_max_",
                      "statistics_", "min_"]:
        value = getattr(model, attribute, None)
        if value is not None:
            out[attribute[:-1]] = rows(value)[0]
    return out


def main():
    table = pd.read_csv(ROOT / "datasets" / "credit_data.csv").iloc[::60]
    numeric = table.select_dtypes("number").to_numpy(float)
    numeric = np.hstack([numeric, np.full((len(numeric), 1), 0.1), numeric[:, :1] * 0.1 + 10])
    query = numeric[::4]
    w = 0.25 * (1 + np.arange(len(numeric)) % 4)
    cases = [
        case("standard", StandardScaler(), numeric, query),
        case("standard_weighted", StandardScaler(), numeric, query, sample_weight=w),
        case("standard_mean", StandardScaler(with_std=False), numeric, query),
        case("standard_std", StandardScaler(with_mean=False), numeric, query),
        case("min_max", MinMaxScaler(), numeric, query),
        case("min_max_range", MinMaxScaler(feature_range=(-2, 3), clip=True), numeric[::2], query),
        case("robust", RobustScaler(), numeric, query),
        case("robust_range", RobustScaler(quantile_range=(5, 80)), numeric, query),
    ]
    for strategy in ["mean", "median", "most_frequent", "constant"]:
        cases.append(case("imputer_" + strategy, SimpleImputer(
            strategy=strategy, fill_value=-7.5 if strategy == "constant" else None), numeric, query))
    words = table.select_dtypes("object")
    kept = [c for c in words.columns if words[c].nunique() <= 6][:4]
    words = words[kept]
    encoders = []
    for drop in [None, "first", "if_binary"]:
        model = OneHotEncoder(drop=drop, sparse_output=False).fit(words)
        encoders.append({"drop": drop or "none", "names": list(model.get_feature_names_out()),
                         "transform": rows(model.transform(words))})
    out = {
        "made_with": {"python": sys.version.split()[0], "numpy": np.__version__,
                      "sklearn": sklearn.__version__},
        "numeric": rows(numeric), "query": rows(query), "weights": [float(v) for v in w],
        "cases": cases,
        "words": {"columns": kept, "values": words.where(words.notna(), None).values.tolist()},
        "one_hot": encoders,
        "ordinal": rows(OrdinalEncoder().fit_transform(words)),
    }
    pathlib.Path(__file__).with_name("preprocessing.json").write_text(json.dumps(out))


main()
