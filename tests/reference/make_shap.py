"""Trees, rows, SHAP values and SHAP interactions of XGBoost for tests/tree: run with Debian's python3-xgboost."""

import json
import pathlib
import sys

import numpy as np
import xgboost

PARAMS = {"max_depth": 4, "eta": 0.3, "base_score": 0.5, "tree_method": "exact", "nthread": 1}


def data(n_classes):
    """Numbers with ties and missing values, and a target that three of five columns make together."""
    rng = np.random.default_rng(5)
    x = np.round(rng.normal(size=(160, 5)), 1).astype(np.float32)
    x[rng.random(x.shape) < 0.1] = np.nan
    filled = np.nan_to_num(x, nan=0.7)
    score = filled[:, 0] * filled[:, 1] + filled[:, 2]
    if n_classes == 0:
        return x, score
    return x, np.digitize(score, np.quantile(score, np.arange(1, n_classes) / n_classes))


def listed(values):
    return ["nan" if np.isnan(v) else float(v) for v in values]


def nodes_of(tree):
    """The nodes of a dumped tree in the order of their numbers."""
    found = {}
    todo = [tree]
    while todo:
        node = todo.pop()
        if "leaf" in node:
            found[node["nodeid"]] = {"leaf": node["leaf"], "cover": node["cover"]}
            continue
        kept = {key: node[key] for key in ("split_condition", "yes", "no", "missing", "gain", "cover")}
        found[node["nodeid"]] = {"feature": int(node["split"][1:]), **kept}
        todo += node["children"]
    return [{"id": key, **found[key]} for key in sorted(found)]


def case(objective, n_classes, rounds):
    x, y = data(n_classes)
    params = dict(PARAMS, objective=objective)
    if n_classes > 2:
        params["num_class"] = n_classes
    booster = xgboost.train(params, xgboost.DMatrix(x, y), rounds)
    rows = xgboost.DMatrix(x[:20])
    trees = [nodes_of(json.loads(text)) for text in booster.get_dump(with_stats=True, dump_format="json")]
    scores = {kind: booster.get_score(importance_type=kind)
              for kind in ("gain", "total_gain", "weight", "cover", "total_cover")}
    outputs = max(1, n_classes if n_classes > 2 else 1)
    shape = (20, outputs, x.shape[1] + 1)
    return {"objective": objective, "n_outputs": outputs, "trees": trees, "importances": scores,
            "margin": booster.predict(rows, output_margin=True).reshape(20, outputs).astype(float).tolist(),
            "contributions": booster.predict(rows, pred_contribs=True).reshape(shape).astype(float).tolist(),
            "interactions": booster.predict(rows, pred_interactions=True)
            .reshape(shape + shape[-1:]).astype(float).tolist(),
            # Where base_score ends up among the scores: added to the margin of regression, log-odds 0 for 0.5.
            "base": 0.0 if objective == "binary:logistic" else 0.5}


def main():
    x, _ = data(0)
    out = {"made_with": {"python": sys.version.split()[0], "numpy": np.__version__, "xgboost": xgboost.__version__},
           "rows": [listed(row) for row in x[:20]],
           "models": [case("reg:squarederror", 0, 6), case("binary:logistic", 2, 5), case("multi:softprob", 3, 3)]}
    pathlib.Path(__file__).with_name("shap.json").write_text(json.dumps(out))


main()
