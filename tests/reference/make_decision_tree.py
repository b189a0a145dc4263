"""Trees of scikit-learn on data without ties, and scores of its forests: writes decision_tree.json and forest.json.

Values are float32 numbers, because scikit-learn rounds to float32; targets are multiples of 1/1024.
"""
import json
import pathlib
import warnings

import numpy as np
import pandas as pd
import sklearn
from sklearn.ensemble import (ExtraTreesClassifier, ExtraTreesRegressor, IsolationForest, RandomForestClassifier,
                              RandomForestRegressor)
from sklearn.metrics import mean_squared_error
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

warnings.filterwarnings("ignore")
ROOT = pathlib.Path(__file__).resolve().parents[2]
rng = np.random.RandomState(3)
n = 160
x = rng.randn(n, 4).astype(np.float32).astype(float)
score = 1.5 * x[:, 0] - x[:, 1] * x[:, 2] + 0.6 * rng.randn(n)
two = (score > 0.2).astype(int)
three = np.digitize(score, [-0.8, 0.9])
real = np.round(1024 * (score + 3)) / 1024
count = rng.poisson(np.exp(0.5 * score)).astype(float)
weights = rng.randint(1, 4, n).astype(float)
queries = rng.randn(60, 4).astype(np.float32).astype(float)


def tree_of(model):
    t = model.tree_
    values = t.value[:, 0, :]
    if hasattr(model, "classes_"):
        values = values / values.sum(1, keepdims=True)
    return dict(feature=t.feature.tolist(), threshold=t.threshold.tolist(), left=t.children_left.tolist(), right=t.children_right.tolist(),
                weight=t.weighted_n_node_samples.tolist(), values=values.ravel().tolist())


def unique_best(make, y, args, w):
    """The tree, if it does not depend on the order in which columns are looked at."""
    trees = [make(**args, random_state=seed).fit(x, y, sample_weight=w) for seed in range(8)]
    splits = {json.dumps([t.tree_.feature.tolist(), t.tree_.threshold.tolist()]) for t in trees}
    return trees[0] if len(splits) == 1 else None


trees = []
cases = [("two", two, "gini"), ("two", two, "entropy"), ("three", three, "gini"), ("three", three, "entropy"),
         ("real", real, "squared_error"), ("count", count, "poisson"), ("real", real, "friedman_mse")]
options = [dict(max_depth=3), dict(max_depth=5, min_samples_leaf=4), dict(max_leaf_nodes=7, min_samples_leaf=3),
           dict(min_impurity_decrease=0.02, min_samples_split=12), dict(min_weight_fraction_leaf=0.08), dict(max_depth=2)]
for name, y, criterion in cases:
    classes = name in ("two", "three")
    make = DecisionTreeClassifier if classes else DecisionTreeRegressor
    for option in options:
        for weighted in (False, True):
            # Rows are counted by weight here, by number there.
            if weighted and ("min_samples_leaf" in option or "min_samples_split" in option):
                continue
            if criterion == "friedman_mse" and "min_impurity_decrease" in option:
                continue  # scikit-learn takes another measure of improvement there
            for balanced in (False, True) if classes and not weighted else (False,):
                args = dict(criterion=criterion, **option)
                if balanced:
                    if "min_weight_fraction_leaf" in option:
                        continue
                    args["class_weight"] = "balanced"
                model = unique_best(make, y, args, weights if weighted else None)
                if model is None:
                    continue
                predicted = model.predict_proba(queries) if classes else model.predict(queries)[:, None]
                trees.append(dict(target=name, params=args, weighted=weighted, tree=tree_of(model),
                                  importances=model.feature_importances_.tolist(),
                                  apply=model.apply(queries).tolist(), predict=predicted.tolist()))
paths = []
for name, y, make in (("two", two, DecisionTreeClassifier), ("three", three, DecisionTreeClassifier),
                      ("real", real, DecisionTreeRegressor)):
    args = next(a for a in (dict(max_depth=depth, min_samples_leaf=leaf) for depth in (6, 5, 4, 3) for leaf in (3, 5, 8, 10))
                if unique_best(make, y, a, None) is not None)
    path = make(**args).cost_complexity_pruning_path(x, y)
    alpha = float(np.mean(path.ccp_alphas[-4:-2]))
    pruned = make(**args, ccp_alpha=alpha).fit(x, y)
    paths.append(dict(target=name, params=args, ccp_alphas=path.ccp_alphas.tolist(), impurities=path.impurities.tolist(), alpha=alpha,
                      tree=tree_of(pruned)))
made_with = f"scikit-learn {sklearn.__version__}, numpy {np.__version__}"
json.dump(dict(made_with=made_with, x=x.tolist(), two=two.tolist(), three=three.tolist(), real=real.tolist(),
               count=count.tolist(), weights=weights.tolist(), queries=queries.tolist(), trees=trees, paths=paths),
          open("decision_tree.json", "w"))
print(len(trees), "trees", [(t["target"], t["params"], t["weighted"]) for t in trees])


def load(info):
    table = pd.read_csv(ROOT / "datasets" / info["file"], low_memory=False)
    y = table.pop(info["target"]).to_numpy()
    return table.to_numpy(float), y


index = {i["name"]: i for i in json.loads((ROOT / "datasets" / "index.json").read_text())["datasets"]}
forests = []
for name in ("sonar", "glass", "ionosphere", "vehicle", "breast_cancer", "diabetes", "concrete"):
    x, y = load(index[name])
    classes = index[name]["task"] == "classification"
    fold = np.arange(len(y)) % 5
    for kind in ("RandomForest", "ExtraTrees"):
        make = dict(RandomForest=(RandomForestRegressor, RandomForestClassifier),
                    ExtraTrees=(ExtraTreesRegressor, ExtraTreesClassifier))[kind][classes]
        seeds = []
        for seed in range(12):
            scores = []
            for k in range(5):
                model = make(100, random_state=seed).fit(x[fold != k], y[fold != k])
                got = model.predict(x[fold == k])
                scores.append(np.mean(got != y[fold == k]) if classes else mean_squared_error(y[fold == k], got, squared=False))
            seeds.append(float(np.mean(scores)))
        forests.append(dict(name=name, kind=kind, mean=float(np.mean(seeds)), sd=float(np.std(seeds, ddof=1))))
        print(forests[-1])
oob = []
for name in ("sonar", "vehicle", "concrete"):
    x, y = load(index[name])
    make = RandomForestClassifier if index[name]["task"] == "classification" else RandomForestRegressor
    scores = [make(100, oob_score=True, random_state=seed).fit(x, y).oob_score_ for seed in range(12)]
    oob.append(dict(name=name, mean=float(np.mean(scores)), sd=float(np.std(scores, ddof=1))))
rng = np.random.RandomState(5)
points = np.vstack([rng.randn(300, 3), 5 * rng.rand(10, 3) + 3])
isolation = []
for seed in range(12):
    isolation.append(IsolationForest(n_estimators=100, random_state=seed).fit(points).score_samples(points))
json.dump(dict(made_with=made_with, forests=forests, oob=oob, points=points.tolist(),
               isolation=dict(mean=np.mean(isolation, 0).tolist(), sd=np.std(isolation, 0, ddof=1).tolist())),
          open("forest.json", "w"))
