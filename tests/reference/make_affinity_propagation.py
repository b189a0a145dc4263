"""scikit-learn's AffinityPropagation: writes affinity_propagation.json."""
import json
import pathlib
import warnings

import numpy as np
import pandas as pd
import sklearn
from sklearn.cluster import AffinityPropagation

warnings.filterwarnings("ignore")
ROOT = pathlib.Path(__file__).resolve().parents[2]
rng = np.random.RandomState(0)
cases = []


def case(name, x, **params):
    x = np.asarray(x, float)
    m = AffinityPropagation(random_state=0, **params).fit(x)
    cases.append(dict(name=name, x=x.tolist(), damping=params.get("damping", 0.5), preference=params.get("preference"),
                      max_iter=params.get("max_iter", 200), convergence_iter=params.get("convergence_iter", 15),
                      n_iter=int(m.n_iter_), indices=np.asarray(m.cluster_centers_indices_).tolist(), labels=m.labels_.tolist(),
                      predict=m.predict(x[:9] + 0.3).tolist()))


centers = rng.uniform(-8, 8, (5, 2))
blobs = centers[rng.randint(0, 5, 240)] + rng.randn(240, 2)
iris = pd.read_csv(ROOT / "datasets" / "iris.csv").select_dtypes("number").to_numpy(float)
iris = iris + 1e-3 * rng.randn(*iris.shape)
case("blobs", blobs)
case("blobs_few", blobs, preference=-120.0)
case("blobs_damped", blobs, damping=0.9, max_iter=500, convergence_iter=30)
case("iris", iris, damping=0.8)
case("iris_few", iris, preference=-40.0, damping=0.7)
case("cut_short", iris, damping=0.7, preference=-40.0, max_iter=16)
case("line", np.cumsum(rng.rand(40))[:, None], damping=0.75)
case("two_equal", np.array([[0.0, 0.0], [3.0, 4.0]]))
case("two_own", np.array([[0.0, 0.0], [3.0, 4.0]]), preference=-1.0)
case("corner", np.eye(4))
json.dump(dict(made_with=f"scikit-learn {sklearn.__version__}, numpy {np.__version__}", cases=cases),
          open("affinity_propagation.json", "w"))
