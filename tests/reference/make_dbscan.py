"""scikit-learn's DBSCAN: writes dbscan.json."""
import json
import numpy as np
import sklearn
from sklearn.cluster import DBSCAN

rng = np.random.RandomState(0)
cases = []


def add(x, eps, min_samples, metric="euclidean", p=None, weights=None):
    m = DBSCAN(eps=eps, min_samples=min_samples, metric=metric, p=p).fit(x, sample_weight=weights)
    cases.append(dict(x=x.tolist(), eps=eps, min_samples=min_samples, metric=metric, p=p or 2,
                      weights=None if weights is None else weights.tolist(),
                      labels=m.labels_.tolist(), core=m.core_sample_indices_.tolist()))


def clouds(n, d, k, spread):
    return np.round(rng.uniform(0, 10, (k, d))[rng.randint(k, size=n)] + spread * rng.randn(n, d), 3)


for d, eps in ((1, 0.0503), (2, 0.4003), (3, 0.9003), (4, 1.2003), (5, 1.4003), (8, 2.2003)):
    x = clouds(200, d, 6, 0.6)
    add(x, eps, 5)
    add(x, eps, 1)
    add(x, eps, 9, weights=np.round(rng.uniform(0.1, 4, 200), 3))
add(rng.randint(0, 12, (250, 2)).astype(float), 1.0, 6)   # ties at eps, duplicates
add(rng.randint(0, 6, (250, 3)).astype(float), 1.0, 6)
x = clouds(150, 3, 4, 0.7)
for metric, p, eps in (("manhattan", None, 1.2003), ("chebyshev", None, 0.6003), ("minkowski", 3, 0.8003), ("cosine", None, 0.002)):
    add(x, eps, 6, metric, p)
degrees = np.column_stack([rng.uniform(40, 50, 200), rng.uniform(0, 10, 200)])
add(np.round(np.radians(degrees), 5), 0.01, 4, "haversine")
json.dump(dict(made_with=f"scikit-learn {sklearn.__version__}, numpy {np.__version__}", cases=cases), open("dbscan.json", "w"))
for c in cases:
    print(len(c["x"][0]), c["metric"], len(c["core"]), max(c["labels"]) + 1, c["labels"].count(-1))
