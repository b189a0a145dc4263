"""Density-based cluster validity (Moulavi et al. 2014) as hdbscan.validity.validity_index defines
it, written out with numpy: all-points core distances without coinciding points, spanning tree by
Prim from the first row on (the lower row of equal ones, both for the next row and for its parent),
inner rows with more than one edge. Writes dbcv.json."""
import json
import pathlib
import sys

import numpy as np
from scipy.spatial.distance import cdist


def core_distances(d, n_features):
    with np.errstate(divide="ignore"):
        inverse = np.where(d > 0, (1 / d) ** n_features, 0)
    return (inverse.sum(1) / (len(d) - 1)) ** (-1 / n_features)


def spanning_tree(reach):
    n = len(reach)
    best, parent = reach[0].copy(), np.zeros(n, int)
    left, edges = set(range(1, n)), []
    while left:
        v = min(left, key=lambda i: (best[i], i))
        left.remove(v)
        edges.append((parent[v], v, best[v]))
        for w in left:
            if (reach[v, w], v) < (best[w], parent[w]):
                best[w], parent[w] = reach[v, w], v
    return edges


def validity(x, labels):
    n_features = x.shape[1]
    names = [c for c in np.unique(labels) if c >= 0 and (labels == c).sum() > 1]
    parts = {}
    for c in names:
        points = x[labels == c]
        d = cdist(points, points)
        core = core_distances(d, n_features)
        edges = spanning_tree(np.maximum(d, np.maximum(core[:, None], core)))
        degree = np.bincount([e[k] for e in edges for k in (0, 1)], minlength=len(points))
        inner = np.flatnonzero(degree > 1)
        inside = [e[2] for e in edges if degree[e[0]] > 1 and degree[e[1]] > 1]
        parts[c] = dict(points=points, core=core, inner=inner if len(inner) else np.array([0]),
                        sparseness=max(inside or [e[2] for e in edges]))
    each = []
    for c in names:
        a = parts[c]
        gaps = []
        for other in names:
            if other == c:
                continue
            b = parts[other]
            d = cdist(a["points"][a["inner"]], b["points"][b["inner"]])
            gaps.append(np.maximum(d, np.maximum(a["core"][a["inner"]][:, None],
                                                 b["core"][b["inner"]])).min())
        gap = min(gaps)
        each.append((gap - a["sparseness"]) / max(gap, a["sparseness"]))
    index = sum((labels == c).sum() / len(labels) * v for c, v in zip(names, each))
    return {"x": x.tolist(), "labels": labels.tolist(), "of_clusters": each, "index": index}


rng = np.random.default_rng(14)


def moons(n, noise):
    t = rng.uniform(0, np.pi, n)
    upper = np.c_[np.cos(t), np.sin(t)]
    x = np.r_[upper, np.c_[1 - upper[:, 0], 0.4 - upper[:, 1]]]
    return x + rng.normal(0, noise, x.shape), np.repeat([0, 1], n)


def blobs(sizes, d, spread):
    labels = np.repeat(np.arange(len(sizes)), sizes)
    return rng.normal(0, spread, (len(sizes), d))[labels] + rng.normal(size=(len(labels), d)), labels


crescents, halves = moons(60, 0.05)
clouds, found = blobs([40, 25, 60, 2], 5, 4)
noisy = np.where(rng.random(len(found)) < 0.15, -1, found)
order = rng.permutation(len(found))
wide, wide_labels = blobs([30, 35], 40, 1)
repeated, twice = moons(25, 0.08)
cases = [validity(crescents, halves), validity(crescents, (crescents[:, 0] > 0.5).astype(int)),
         validity(clouds[order], noisy[order] * 3), validity(wide, wide_labels),
         validity(np.r_[repeated, repeated[:10]], np.r_[twice, twice[:10]]),
         validity(np.r_[0.0, 1, 3, 10, 12, 13, 17][:, None], np.array([0, 0, 0, 1, 1, 1, 1]))]
made_by = {"python": sys.version.split()[0], "numpy": np.__version__}
pathlib.Path(__file__).with_name("dbcv.json").write_text(
    json.dumps({"made_by": made_by, "cases": cases}) + "\n")
