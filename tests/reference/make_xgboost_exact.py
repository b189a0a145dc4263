"""Trees of XGBoost's exact greedy method, for tests/boosting/test_against_xgboost.cpp.

Run: python3 make_xgboost_exact.py > xgboost_exact.json       (XGBoost 1.7.4)
Values are distinct floats, so that no two splits tie; a column has missing values.
"""
import json

import numpy as np
import xgboost as xgb


def nodes_of(tree):
    """Per node: column, threshold (left: x < threshold), left, right, missing goes left, value."""
    table = []

    def add(node):
        at = len(table)
        table.append(None)
        if "leaf" in node:
            table[at] = [0, 0, 0, 0, 0, node["leaf"]]
            return at
        child = {c["nodeid"]: c for c in node["children"]}
        left, right = add(child[node["yes"]]), add(child[node["no"]])
        table[at] = [int(node["split"][1:]), node["split_condition"], left, right, int(node["missing"] == node["yes"]), 0]
        return at

    add(tree)
    return table


def case(name, objective, base, rng, depth):
    n = 300
    x = rng.normal(size=(n, 4)).astype(np.float32)
    x[rng.random(n) < 0.15, 2] = np.nan
    signal = np.sin(2 * x[:, 0]) + x[:, 1] * x[:, 3] + np.where(np.isnan(x[:, 2]), 1, x[:, 2])
    y = signal + 0.3 * rng.normal(size=n)
    if objective == "binary:logistic":
        y = (y > 0.3).astype(float)
    y = y.astype(np.float32)
    model = xgb.train(dict(tree_method="exact", objective=objective, max_depth=depth, eta=0.3, base_score=base), xgb.DMatrix(x, y), 6)
    return dict(name=name, depth=depth, base=base, x=[[None if np.isnan(v) else float(v) for v in row] for row in x],
                y=[float(v) for v in y], trees=[nodes_of(json.loads(t)) for t in model.get_dump(dump_format="json")])


rng = np.random.default_rng(20261127)
print(json.dumps({"xgboost": xgb.__version__, "cases": [
    case("regression", "reg:squarederror", 0.5, rng, 4),
    case("classes", "binary:logistic", 0.5, rng, 3)]}))
