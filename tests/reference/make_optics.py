"""OPTICS by scikit-learn 1.2.1, with the predecessor correction as its version 1.3 has it (1.2 looks predecessors up by the
wrong index), and core distances and a cut by R's dbscan package (optics(), extractDBSCAN(), 1.1.11).

Run: /usr/bin/python3 make_optics.py > optics.json     (python3-sklearn, r-cran-dbscan, r-cran-jsonlite)
"""
import json
import subprocess
import tempfile
import warnings

import numpy as np
from sklearn.cluster import OPTICS, _optics

warnings.simplefilter("ignore")


def correct_predecessor(reachability_plot, predecessor_plot, ordering, s, e):
    while s < e:
        if reachability_plot[s] > reachability_plot[e] or predecessor_plot[e] in ordering[s:e]:
            return s, e
        e -= 1
    return None, None


_optics._correct_predecessor = correct_predecessor
digits = lambda values: [float(f"{v:.14g}") if np.isfinite(v) else "inf" for v in values]


def data_sets():
    rng = np.random.default_rng(20261127)
    blobs = np.vstack([rng.normal(c, s, (n, 2)) for c, s, n in (((0, 0), .3, 40), ((4, 0), .6, 30), ((4, 4), 1.2, 50))]
                      + [rng.uniform(-3, 8, (25, 2))])
    grid = rng.integers(0, 9, (150, 2)).astype(float)
    return {"blobs": rng.permutation(blobs), "cloud": rng.normal(size=(120, 3)), "grid": grid,
            "nested": rng.permutation(np.vstack([rng.normal(c, s, (30, 2)) for c, s in
                                                 ((0, .05), (.6, .05), (3, .2), (4, .2), (9, 2))]))}


PARAMS = [dict(), dict(min_samples=10), dict(min_samples=3, xi=0.15), dict(predecessor_correction=False), dict(min_cluster_size=15),
          dict(max_eps=1.0), dict(metric="manhattan"), dict(metric="chebyshev", min_samples=8), dict(metric="minkowski", p=3),
          dict(max_eps=1.5, eps=0.6, cluster_method="dbscan"), dict(eps=1.1, cluster_method="dbscan", min_samples=8),
          dict(metric="cosine", min_samples=7), dict(metric="hamming", max_eps=0.6)]


def fitted(name, x, params):
    model = OPTICS(**params).fit(x)
    return dict(data=name, params=params, labels=model.labels_.tolist(), ordering=model.ordering_.tolist(),
                reachability=digits(model.reachability_), core_distances=digits(model.core_distances_),
                predecessor=model.predecessor_.tolist(),
                hierarchy=model.cluster_hierarchy_.tolist() if hasattr(model, "cluster_hierarchy_") else [])


def by_r(x, min_points, eps):
    with tempfile.NamedTemporaryFile("w", suffix=".csv") as file:
        np.savetxt(file.name, x, delimiter=",", fmt="%.17g")
        code = (f'suppressMessages(library(dbscan)); x <- as.matrix(read.csv("{file.name}", header=FALSE));'
                f'o <- optics(x, eps=1000, minPts={min_points}); cat(jsonlite::toJSON(list(core_distances=o$coredist,'
                f'labels=extractDBSCAN(o, eps_cl={eps})$cluster - 1), digits=14))')
        return json.loads(subprocess.run(["Rscript", "-e", code], capture_output=True, text=True, check=True).stdout)


if __name__ == "__main__":
    sets = data_sets()
    cases = [fitted(name, x, params) for name, x in sets.items() for params in PARAMS
             if not (params.get("metric") == "minkowski" and name == "blobs")  # a tie that depends on how a cube root is rounded
             and (params.get("metric") == "hamming") <= (name == "grid") and (params.get("metric") == "cosine") <= (name != "grid")]
    r = [dict(data=name, min_points=5, eps=eps, **by_r(sets[name], 5, eps)) for name, eps in (("blobs", 0.7), ("cloud", 0.6), ("nested", 0.3))]
    print(json.dumps(dict(data={k: v.tolist() for k, v in sets.items()}, cases=cases, r=r)))
