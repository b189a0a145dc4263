"""scikit-learn's PCA (exact solver, signs by the rule of its later versions): writes pca.json."""
import json
import pathlib

import numpy as np
import pandas as pd
import sklearn
from sklearn.decomposition import PCA

ROOT = pathlib.Path(__file__).resolve().parents[2]
rng = np.random.RandomState(0)


def signs(v):
    return np.sign(v[np.arange(len(v)), np.argmax(np.abs(v), axis=1)])


def case(name, x, n_components, whiten=False):
    m = PCA(n_components, whiten=whiten, svd_solver="full").fit(x)
    s = signs(m.components_)
    query = x[::max(1, len(x) // 12)]
    transformed = m.transform(query) * s
    return dict(name=name, x=x.tolist(), query=query.tolist(), whiten=whiten, n_components=n_components,
                components=(m.components_ * s[:, None]).tolist(), mean=m.mean_.tolist(),
                explained_variance=m.explained_variance_.tolist(),
                explained_variance_ratio=m.explained_variance_ratio_.tolist(),
                singular_values=m.singular_values_.tolist(), transform=transformed.tolist(),
                inverse=m.inverse_transform(m.transform(query)).tolist())


iris = pd.read_csv(ROOT / "datasets" / "iris.csv").select_dtypes("number").to_numpy(float)
wine = pd.read_csv(ROOT / "datasets" / "wine.csv").select_dtypes("number").to_numpy(float)
graded = rng.randn(90, 6) @ np.diag([1e3, 1e2, 10, 1, 0.1, 0.01]) @ np.linalg.qr(rng.randn(6, 6))[0] + 1e3
wide = rng.randn(12, 30)
cases = [case("iris", iris, None), case("wine", wine, None), case("wine3", wine, 3), case("wine_white", wine, 4, True),
         case("share90", iris, 0.9), case("share99", wine[:, 1:7], 0.99), case("graded", graded, None), case("wide", wide, 11),
         case("wide_white", wide, 5, True)]
json.dump(dict(made_with=f"scikit-learn {sklearn.__version__}, numpy {np.__version__}", cases=cases), open("pca.json", "w"))
