"""scikit-learn's KMeans from given centres: writes k_means.json."""
import json
import numpy as np
import sklearn
from sklearn.cluster import KMeans

rng = np.random.RandomState(0)
cases = []
for n, d, k in ((60, 2, 3), (90, 4, 8), (40, 1, 5), (80, 9, 11)):
    x = rng.randn(n, d) + 3 * rng.randint(0, k, n)[:, None]
    start = x[rng.permutation(n)[:k]]
    w = rng.rand(n) + 0.1
    for weights, max_iter, tol in ((None, 300, 1e-4), (w, 300, 1e-4), (None, 300, 0.0), (w, 2, 0.0)):
        m = KMeans(k, init=start, n_init=1, max_iter=max_iter, tol=tol, algorithm="lloyd").fit(x, sample_weight=weights)
        cases.append(dict(x=x.tolist(), start=start.tolist(), weights=None if weights is None else w.tolist(),
                          max_iter=max_iter, tol=tol, labels=m.labels_.tolist(), centers=m.cluster_centers_.tolist(),
                          inertia=m.inertia_, n_iter=m.n_iter_, transform=m.transform(x[:3]).tolist(),
                          score=m.score(x)))
json.dump(dict(made_with=f"scikit-learn {sklearn.__version__}, numpy {np.__version__}", cases=cases),
          open("k_means.json", "w"))
