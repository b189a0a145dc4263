"""scikit-learn's grid search and halving: run with Debian's python3-sklearn, writes search.json."""
import json
import warnings
import numpy as np
import sklearn
from sklearn.experimental import enable_halving_search_cv  # noqa: F401
from sklearn.linear_model import Ridge
from sklearn.model_selection import GridSearchCV, HalvingGridSearchCV, PredefinedSplit
from sklearn.neighbors import KNeighborsClassifier
from sklearn.tree import DecisionTreeClassifier

warnings.filterwarnings("ignore")
rng = np.random.RandomState(3)
n = 90
x = rng.normal(size=(n, 3))  # continuous: no two distances are equal
y = (x[:, 0] + 0.5 * x[:, 1] ** 2 + 0.6 * rng.normal(size=n) > 0.3).astype(int)
t = x @ [1.0, -2.0, 0.5] + rng.normal(size=n)
fold = rng.randint(0, 4, n)
cv = PredefinedSplit(fold)


def scores(model, target, grid, metric):
    found = GridSearchCV(model, grid, cv=cv, scoring=metric).fit(x, target)
    result = found.cv_results_
    return {"params": result["params"], "mean": result["mean_test_score"].tolist(),
            "std": [float(np.std([result[f"split{i}_test_score"][j] for i in range(4)], ddof=1))
                    for j in range(len(result["params"]))],
            "best": found.best_params_, "best_score": float(found.best_score_)}


# ParameterGrid sorts the names; the last one varies fastest.
knn = scores(KNeighborsClassifier(), y, {"n_neighbors": list(range(1, 16)),
                                         "weights": ["uniform", "distance"]}, "accuracy")
ridge = scores(Ridge(), t, {"alpha": [0.001, 0.01, 0.1, 1.0, 10.0, 100.0, 1000.0]}, "neg_mean_absolute_error")

# n_candidates_ and n_resources_ for one unit of rows; sizes where log(n, 3) is no whole number,
# which floating point gets wrong for some powers of 3.
halving = []
for n_candidates, n_units in ((4, 9), (5, 3), (10, 9), (20, 9), (25, 27), (30, 27), (50, 9), (100, 81), (200, 81)):
    big = np.random.RandomState(0).normal(size=(n_units * 36, 2))
    labels = (big[:, 0] > 0).astype(int)
    search = HalvingGridSearchCV(DecisionTreeClassifier(), {"random_state": list(range(n_candidates))}, factor=3,
                                 min_resources=36, max_resources=n_units * 36, cv=3, random_state=0).fit(big, labels)
    halving.append({"n_candidates": n_candidates, "n_units": n_units, "candidates": search.n_candidates_,
                    "units": [r // 36 for r in search.n_resources_]})

json.dump({"made_with": f"scikit-learn {sklearn.__version__}, numpy {np.__version__}", "x": x.tolist(),
           "y": y.tolist(), "t": t.tolist(), "fold": fold.tolist(), "knn": knn, "ridge": ridge, "halving": halving},
          open("search.json", "w"))
