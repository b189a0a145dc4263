"""scikit-learn's SpectralClustering and numpy's eigenvalues of its graphs: writes spectral_clustering.json."""
import json
import pathlib
import warnings

import numpy as np
import pandas as pd
import sklearn
from sklearn.cluster import SpectralClustering
from sklearn.datasets import make_circles, make_moons

warnings.filterwarnings("ignore")
ROOT = pathlib.Path(__file__).resolve().parents[2]
rng = np.random.RandomState(0)
cases = []


def case(name, x, k, **params):
    x = np.round(np.asarray(x, float), 6)
    for assign in ("kmeans", "cluster_qr"):
        m = SpectralClustering(k, assign_labels=assign, random_state=0, **params).fit(x)
        w = m.affinity_matrix_
        w = w.toarray() if hasattr(w, "toarray") else w.copy()
        np.fill_diagonal(w, 0)
        roots = np.sqrt(w.sum(axis=0))
        values = np.linalg.eigvalsh(w / roots / roots[:, None])[::-1][:k]
        cases.append(dict(name=name, x=x.tolist(), n_clusters=k, affinity=params["affinity"], gamma=params.get("gamma", 1.0),
                          n_neighbors=params.get("n_neighbors", 10), assign_labels=assign, labels=m.labels_.tolist(),
                          eigenvalues=values.tolist()))


centers = rng.uniform(-6, 6, (4, 3))
blobs = centers[rng.randint(0, 4, 300)] + rng.randn(300, 3)
iris = pd.read_csv(ROOT / "datasets" / "iris.csv").select_dtypes("number").to_numpy(float)
moons = make_moons(400, noise=0.06, random_state=1)[0]
circles = make_circles(360, noise=0.03, factor=0.45, random_state=2)[0]
case("blobs", blobs, 4, affinity="rbf", gamma=0.2)
case("blobs_graph", blobs, 4, affinity="nearest_neighbors", n_neighbors=15)
case("iris", iris + 1e-3 * rng.randn(*iris.shape), 3, affinity="rbf", gamma=1.0)
case("iris_graph", iris + 1e-3 * rng.randn(*iris.shape), 3, affinity="nearest_neighbors", n_neighbors=12)
case("moons", moons, 2, affinity="nearest_neighbors", n_neighbors=10)
case("moons_rbf", moons, 2, affinity="rbf", gamma=30.0)
case("circles", circles, 2, affinity="rbf", gamma=60.0)
case("circles_graph", circles, 2, affinity="nearest_neighbors", n_neighbors=8)
json.dump(dict(made_with=f"scikit-learn {sklearn.__version__}, numpy {np.__version__}", cases=cases),
          open("spectral_clustering.json", "w"))
