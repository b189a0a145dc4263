"""scipy's linkage matrices, scikit-learn's constrained clusterings and its Birch: writes agglomerative.json."""
import json
import warnings

import numpy as np
import scipy
import sklearn
from scipy.cluster import hierarchy
from scipy.spatial.distance import pdist
from sklearn.cluster import AgglomerativeClustering, Birch
from sklearn.neighbors import kneighbors_graph, radius_neighbors_graph

rng = np.random.RandomState(5)


def normal(n, d, k=1):
    return (rng.randn(n, d) + 4 * rng.rand(k, d)[rng.randint(k, size=n)]).round(4)


METHODS = ("single", "complete", "average", "weighted", "ward", "centroid", "median")
grid = rng.randint(0, 5, size=(60, 2)).astype(float)
few = normal(25, 3)
SETS = dict(normal=normal(150, 3), blobs=normal(120, 9, 4), line=(1.2 ** np.arange(90) / 8)[:, None].round(6), wide=normal(40, 30),
            duplicates=np.vstack([few, few, few[:10]]), grid=grid, two=normal(2, 2), three=normal(3, 1))
trees = []
for name, x in SETS.items():
    for method in METHODS:
        if name == "grid" and method in ("centroid", "median"):
            continue  # which of the equally near pairs merge first decides on the heights above them
        z = hierarchy.linkage(x, method)
        ties = len(np.unique(pdist(x).round(9))) < len(x) * (len(x) - 1) / 2
        case = dict(set=name, linkage=method, heights=z[:, 2].tolist(), sizes=None if ties else z[:, 3].astype(int).tolist(),
                    labels=None)
        if not ties and len(x) > 8:
            case["labels"] = {str(k): (hierarchy.cut_tree(z, k)[:, 0] if method not in ("centroid", "median") else
                                       hierarchy.fcluster(z, k, "maxclust") - 1).tolist()
                              for k in (2, 5, 8) if method not in ("centroid", "median")}
            case["leaves"] = hierarchy.leaves_list(z).tolist()
            case["cophenet"] = hierarchy.cophenet(z)[::97].tolist()
        trees.append(case)

METRICS = dict(manhattan="cityblock", chebyshev="chebyshev", cosine="cosine", hamming="hamming")
metrics = []
for name, theirs in METRICS.items():
    x = SETS["blobs"] if name != "hamming" else grid
    for method in ("single", "complete", "average", "weighted"):
        metrics.append(dict(metric=name, linkage=method, set="blobs" if name != "hamming" else "grid",
                            heights=hierarchy.linkage(x, method, theirs)[:, 2].tolist()))

structured = []
warnings.simplefilter("ignore")
for name in ("normal", "blobs", "line"):
    x = SETS[name]
    graphs = {"k3": kneighbors_graph(x, 3), "k10": kneighbors_graph(x, 10),
              "radius": radius_neighbors_graph(x, 0.9 if name == "normal" else 3)}
    for graph, matrix in graphs.items():
        coo = matrix.tocoo()
        for linkage in ("ward", "complete", "average", "single"):
            m = AgglomerativeClustering(n_clusters=4, linkage=linkage, connectivity=matrix, compute_full_tree=True,
                                        compute_distances=True).fit(x)
            structured.append(dict(set=name, graph=graph, linkage=linkage, edges=np.stack([coo.row, coo.col], 1).tolist() if linkage == "ward" else None,
                                   n_components=int(m.n_connected_components_), heights=m.distances_.tolist(), labels=m.labels_.tolist()))

birch = []
for n, d, k in ((300, 2, 5), (500, 4, 9), (200, 7, 3)):
    x = normal(n, d, k)
    for threshold, branching, n_clusters in ((0.5, 50, 3), (0.8, 5, None), (1.5, 10, 4), (0.3, 3, 5)):
        m = Birch(threshold=threshold, branching_factor=branching, n_clusters=n_clusters).fit(x)
        birch.append(dict(x=x.tolist() if threshold == 0.5 else None, threshold=threshold, branching_factor=branching, n_clusters=n_clusters,
                          n_subclusters=len(m.subcluster_centers_), centers=m.subcluster_centers_[:40].tolist(), labels=m.labels_.tolist()))

json.dump(dict(made_with=f"scipy {scipy.__version__}, scikit-learn {sklearn.__version__}, numpy {np.__version__}",
               sets={k: v.tolist() for k, v in SETS.items()}, trees=trees, metrics=metrics, structured=structured, birch=birch),
          open("agglomerative.json", "w"))
