"""Fold indices of scikit-learn's splitters: run with Debian's python3-sklearn, writes splitters.json."""
import json
import numpy as np
import sklearn
from sklearn.model_selection import (GroupKFold, KFold, LeaveOneOut, StratifiedGroupKFold,
                                     StratifiedKFold, TimeSeriesSplit)

rng = np.random.RandomState(0)
cases = []
for n, k in ((10, 2), (23, 5), (37, 4)):
    x = np.zeros((n, 1))
    y = rng.randint(0, 3, n)
    groups = rng.randint(0, 9, n)
    splitters = {
        "KFold": KFold(k), "StratifiedKFold": StratifiedKFold(k), "GroupKFold": GroupKFold(k),
        "StratifiedGroupKFold": StratifiedGroupKFold(k), "TimeSeriesSplit": TimeSeriesSplit(k),
        "LeaveOneOut": LeaveOneOut(),
    }
    for name, splitter in splitters.items():
        folds = [[tr.tolist(), te.tolist()] for tr, te in splitter.split(x, y, groups)]
        cases.append({"name": name, "n_splits": k, "y": y.tolist(), "groups": groups.tolist(), "folds": folds})
json.dump({"made_with": f"scikit-learn {sklearn.__version__}, numpy {np.__version__}", "cases": cases},
          open("splitters.json", "w"))
