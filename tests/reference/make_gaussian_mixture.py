"""scikit-learn's GaussianMixture from given starts: writes gaussian_mixture.json."""
import json
import warnings

import numpy as np
import sklearn
from sklearn.mixture import GaussianMixture

warnings.filterwarnings("ignore")
rng = np.random.RandomState(0)
cases = []


def lists(a):
    return np.asarray(a).tolist()


def case(x, k, kind, max_iter, tol, reg=1e-6):
    n, d = x.shape
    weights = rng.dirichlet(np.full(k, 5.0))
    means = x[rng.permutation(n)[:k]]
    spread = 1 / x.var(axis=0)
    if kind in ("full", "tied"):
        one = np.diag(spread)
        one = one + 0.1 * np.sqrt(np.outer(spread, spread)) * (1 - np.eye(d))
        precisions = np.stack([one * (1 + 0.1 * c) for c in range(k)]) if kind == "full" else one
    elif kind == "diag":
        precisions = np.stack([spread * (1 + 0.1 * c) for c in range(k)])
    else:
        precisions = spread.mean() * (1 + 0.1 * np.arange(k))
    m = GaussianMixture(k, covariance_type=kind, max_iter=max_iter, tol=tol, reg_covar=reg, weights_init=weights, means_init=means,
                        precisions_init=precisions, init_params="random", random_state=0).fit(x)
    query = np.vstack([x[:8], x[:2] + 5.0])
    cases.append(dict(x=lists(x), kind=kind, max_iter=max_iter, tol=tol, reg_covar=reg, weights_init=lists(weights),
                      means_init=lists(means.ravel()), precisions_init=lists(precisions.ravel()), weights=lists(m.weights_),
                      means=lists(m.means_), covariances=lists(m.covariances_.ravel()), converged=bool(m.converged_),
                      n_iter=int(m.n_iter_), lower_bound=float(m.lower_bound_), labels=lists(m.predict(x)), query=lists(query),
                      proba=lists(m.predict_proba(query)), score_samples=lists(m.score_samples(query)),
                      bic=float(m.bic(x)), aic=float(m.aic(x))))


def blobs(n, d, k, spread):
    centers = rng.uniform(-spread, spread, (k, d))
    mix = rng.randn(k, d, d) * 0.5 + np.eye(d)
    which = rng.randint(0, k, n)
    return centers[which] + np.einsum("nij,nj->ni", mix[which], rng.randn(n, d))


for n, d, k in ((120, 2, 3), (150, 5, 4), (90, 1, 2), (160, 9, 2)):
    x = blobs(n, d, k, 4.0) + 10.0
    for kind in ("full", "tied", "diag", "spherical"):
        case(x, k, kind, 7, 0.0)
        case(x, k, kind, 200, 1e-3, 1e-4)
json.dump(dict(made_with=f"scikit-learn {sklearn.__version__}, numpy {np.__version__}", cases=cases),
          open("gaussian_mixture.json", "w"))
