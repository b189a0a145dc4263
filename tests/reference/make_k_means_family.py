"""scikit-learn's MiniBatchKMeans (one step from given centres) and BisectingKMeans: writes k_means_family.json."""
import json
import numpy as np
import sklearn
from sklearn.cluster import BisectingKMeans, KMeans, MiniBatchKMeans

rng = np.random.RandomState(1)

# Steps of partial_fit; the first batch is the starting centres. No centre is moved to another point.
steps = []
for n, d, k in ((40, 2, 3), (64, 5, 4), (30, 1, 5)):
    batches = [rng.randn(n, d) + 4 * rng.randint(0, k, n)[:, None] for _ in range(3)]
    weights = [rng.randint(1, 4, n).astype(float) for _ in range(3)]
    start = batches[0][:k]
    batches[0], weights[0] = start, np.ones(k)
    m = MiniBatchKMeans(k, init=start, n_init=1, reassignment_ratio=0, random_state=0)
    found = []
    for x, w in zip(batches, weights):
        m.partial_fit(x, sample_weight=w)
        found.append(dict(labels=m.labels_.tolist(), centers=m.cluster_centers_.tolist(), counts=m._counts.tolist(),
                          inertia=float(m.inertia_)))
    steps.append(dict(k=k, batches=[x.tolist() for x in batches], weights=[w.tolist() for w in weights],
                      found=found))

# Nested blobs, whose cuts are the same from every start.
cuts = []
for strategy in ("biggest_inertia", "largest_cluster"):
    for k in (2, 3, 5) if strategy == "biggest_inertia" else (2, 3, 4):
        n = np.array([25, 15, 10, 6, 4])
        place = np.array([[0, 0], [30, 0], [0, 100], [400, 0], [400, 60]])
        x = np.repeat(place, n, axis=0) + rng.uniform(-1, 1, size=(n.sum(), 2))
        w = rng.randint(1, 3, n.sum()).astype(float)
        for weights in (None, w):
            if strategy == "largest_cluster" and weights is not None:
                continue  # scikit-learn counts rows, not weights
            m = BisectingKMeans(k, init="k-means++", n_init=5, bisecting_strategy=strategy, random_state=0)
            m.fit(x, sample_weight=weights)
            cuts.append(dict(strategy=strategy, k=k, x=x.tolist(), weights=None if weights is None else weights.tolist(),
                             labels=m.labels_.tolist(), centers=m.cluster_centers_.tolist(), inertia=float(m.inertia_)))

# Wider data: many columns, many clusters.
wide = []
for n, d, k in ((300, 40, 12), (240, 130, 9)):
    x = np.round(rng.randn(n, d) + 1.5 * rng.randn(k, d)[rng.randint(0, k, n)], 2)
    start = x[rng.permutation(n)[:k]]
    m = KMeans(k, init=start, n_init=1, max_iter=300, tol=0, algorithm="lloyd").fit(x)
    wide.append(dict(x=x.tolist(), start=start.tolist(), labels=m.labels_.tolist(), n_iter=int(m.n_iter_),
                     centers=m.cluster_centers_.tolist(), inertia=float(m.inertia_)))

json.dump(dict(made_with=f"scikit-learn {sklearn.__version__}, numpy {np.__version__}", steps=steps, cuts=cuts, wide=wide),
          open("k_means_family.json", "w"))
