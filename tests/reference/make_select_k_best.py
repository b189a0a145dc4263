"""scikit-learn's SelectKBest: writes select_k_best.json. Infinite and undefined scores as strings."""
import json
import pathlib

import numpy as np
import pandas as pd
import sklearn
from sklearn.feature_selection import SelectKBest, chi2, f_classif, f_regression
from sklearn.model_selection import cross_val_score
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import make_pipeline

ROOT = pathlib.Path(__file__).resolve().parents[2]
rng = np.random.RandomState(0)


def case(name, function, x, y, k):
    m = SelectKBest(function, k=k).fit(x, y)
    return dict(name=name, function=function.__name__, k=k, x=x.tolist(), y=np.asarray(y).tolist(),
                scores=m.scores_.tolist(), support=m.get_support(indices=True).tolist())


def table(name):
    return pd.read_csv(ROOT / "datasets" / f"{name}.csv")


wine, iris = table("wine"), table("iris")
wx, wy = wine.select_dtypes("number"), pd.factorize(wine[wine.columns[-1]], sort=True)[0]
wx = wx[[c for c in wx.columns if c != wine.columns[-1]]].to_numpy(float)
ix, iy = iris.select_dtypes("number").to_numpy(float), pd.factorize(iris.iloc[:, -1], sort=True)[0]
noise, labels = rng.randn(60, 25), rng.randint(0, 2, 60)
shifted = noise + 1e6
target = noise[:, 3] - 2 * noise[:, 7] + rng.randn(60)
cases = [case("wine", f_classif, wx, wy, 5), case("iris", f_classif, ix, iy, 2), case("noise", f_classif, noise, labels, 6),
         case("far from zero", f_classif, shifted, labels, 6), case("values", f_regression, noise, target, 4),
         case("values far from zero", f_regression, shifted, target, 4), case("counts", chi2, rng.poisson(4, (80, 12)).astype(float),
                                                                             rng.randint(0, 3, 80), 5),
         case("iris chi2", chi2, ix, iy, 2)]

# The selection outside the cross-validation and inside, on noise.
outside, inside = [], []
for seed in range(20):
    r = np.random.RandomState(seed)
    x, y = r.randn(100, 1000), np.arange(100) % 2
    outside.append(cross_val_score(GaussianNB(), SelectKBest(k=20).fit_transform(x, y), y).mean())
    inside.append(cross_val_score(make_pipeline(SelectKBest(k=20), GaussianNB()), x, y).mean())
json.dump(dict(made_with=f"scikit-learn {sklearn.__version__}, numpy {np.__version__}", cases=cases,
               noise=dict(outside=float(np.mean(outside)), inside=float(np.mean(inside)))),
          open(pathlib.Path(__file__).with_name("select_k_best.json"), "w"))
print(np.mean(outside), np.min(outside), np.max(outside), np.mean(inside), np.min(inside), np.max(inside))
