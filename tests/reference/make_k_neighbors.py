"""Predictions of scikit-learn's nearest-neighbour estimators on tie-free data: writes k_neighbors.json."""
import json
import numpy as np
import sklearn
from sklearn.neighbors import (KNeighborsClassifier, KNeighborsRegressor, NearestCentroid, RadiusNeighborsClassifier,
                               RadiusNeighborsRegressor)

rng = np.random.RandomState(0)
x, queries = rng.randn(60, 4), rng.randn(15, 4)
labels, target = rng.randint(0, 3, 60), rng.randn(60)
cases = []
for k in (1, 4):
    for weights in ("uniform", "distance"):
        for metric in ("euclidean", "manhattan", "minkowski"):
            args = dict(n_neighbors=k, weights=weights, metric=metric, p=3, algorithm="kd_tree")
            c = KNeighborsClassifier(**args).fit(x, labels)
            r = KNeighborsRegressor(**args).fit(x, target)
            cases.append(dict(n_neighbors=k, weights=weights, metric=metric, proba=c.predict_proba(queries).tolist(),
                              predict=c.predict(queries).tolist(), values=r.predict(queries).tolist()))
radius = []
for r in (2.5, 5.0):
    for weights in ("uniform", "distance"):
        for metric in ("euclidean", "manhattan"):
            args = dict(radius=r, weights=weights, metric=metric)
            c = RadiusNeighborsClassifier(**args, outlier_label="most_frequent").fit(x, labels)
            v = RadiusNeighborsRegressor(**args).fit(x, target)
            found = [len(f) > 0 for f in c.radius_neighbors(queries)[1]]
            radius.append(dict(radius=r, weights=weights, metric=metric, found=found,
                               proba=c.predict_proba(queries[found]).tolist(),
                               values=v.predict(queries[found]).tolist()))
centroids = []
for metric in ("euclidean", "manhattan"):
    for shrink in (0, 0.3, 2.0):
        c = NearestCentroid(metric=metric, shrink_threshold=shrink or None).fit(x, labels)
        centroids.append(dict(metric=metric, shrink_threshold=shrink, centroids=c.centroids_.tolist(),
                              predict=c.predict(queries).tolist()))
json.dump(dict(made_with=f"scikit-learn {sklearn.__version__}, numpy {np.__version__}", x=x.tolist(),
               queries=queries.tolist(), labels=labels.tolist(), target=target.tolist(), cases=cases, radius=radius, centroids=centroids),
          open("k_neighbors.json", "w"))
