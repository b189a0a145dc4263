"""Scores of scikit-learn's outlier detectors, densities and further metrics: writes outlier.json."""
import json
import numpy as np
import sklearn
from scipy.integrate import quad
from scipy.spatial.distance import cdist
from scipy.special import gamma, logsumexp
from sklearn.neighbors import KernelDensity, KNeighborsRegressor, LocalOutlierFactor, NearestNeighbors

rng = np.random.RandomState(1)
x = np.vstack([rng.randn(80, 3), 0.3 * rng.randn(60, 3) + 4, 8 * rng.rand(6, 3)])
queries = np.vstack([rng.randn(20, 3), 10 * rng.rand(10, 3)])
weights = rng.randint(1, 4, len(x)).astype(float)
factors = []
for k in (5, 20):
    for metric in ("euclidean", "manhattan"):
        for contamination in ("auto", 0.1):
            args = dict(n_neighbors=k, metric=metric, contamination=contamination)
            new = LocalOutlierFactor(**args, novelty=True).fit(x)
            factors.append(dict(n_neighbors=k, metric=metric, contamination=0 if contamination == "auto" else contamination,
                                training=new.negative_outlier_factor_.tolist(), threshold=float(new.offset_),
                                scores=new.score_samples(queries).tolist(), predict=new.predict(queries).tolist()))
def log_kernel(kernel, u):
    inside = np.where(u < 1, 1.0, 0.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        return dict(gaussian=-u**2 / 2, exponential=-u, tophat=np.log(np.where(u <= 1, 1.0, 0.0)),
                    epanechnikov=np.log(inside * (1 - u**2)), linear=np.log(inside * (1 - u)),
                    cosine=np.log(inside * np.cos(np.pi / 2 * u)))[kernel]


def log_density(kernel, bandwidth, w):
    """By the definition; scikit-learn loses digits where the density is low, and says exp(-34) for some zeros."""
    d = x.shape[1]
    surface = d * np.pi ** (d / 2) / gamma(d / 2 + 1)
    end = 1 if kernel not in ("gaussian", "exponential") else np.inf
    integral = quad(lambda r: np.exp(log_kernel(kernel, r)) * surface * r ** (d - 1), 0, end, epsabs=0, epsrel=1e-13)[0]
    with np.errstate(divide="ignore"):
        terms = log_kernel(kernel, cdist(queries, x) / bandwidth) + np.log(w)
        return logsumexp(terms, axis=1) - np.log(w.sum()) - np.log(integral) - d * np.log(bandwidth)


densities = []
for kernel in ("gaussian", "tophat", "epanechnikov", "exponential", "linear", "cosine"):
    for bandwidth in (0.4, 1.5):
        for weighted in (False, True):
            w = weights if weighted else np.ones(len(x))
            k = KernelDensity(kernel=kernel, bandwidth=bandwidth, rtol=0, atol=0).fit(x, sample_weight=w)
            scores = log_density(kernel, bandwidth, w)
            high = scores > -10
            assert np.abs(scores[high] - k.score_samples(queries)[high]).max() < 1e-10
            densities.append(dict(kernel=kernel, bandwidth=bandwidth, weighted=weighted,
                                  scores=[v if np.isfinite(v) else "-inf" for v in scores]))
rules = {rule: float(KernelDensity(bandwidth=rule).fit(x).bandwidth_) for rule in ("scott", "silverman")}
neighbors = NearestNeighbors(n_neighbors=6).fit(x)
places = np.column_stack([np.arcsin(2 * rng.rand(90) - 1), np.pi * (2 * rng.rand(90) - 1)])
codes = rng.randint(0, 5, (90, 40)).astype(float)
metrics = {}
for metric, points, args in (("cosine", x, {}), ("hamming", codes, {}), ("haversine", places, {}),
                             ("mahalanobis", x, dict(metric_params=dict(VI=np.linalg.inv(np.cov(x.T)))))):
    distances = NearestNeighbors(n_neighbors=7, algorithm="brute" if metric != "haversine" else "ball_tree", metric=metric, **args).fit(points).kneighbors()[0]
    metrics[metric] = distances.tolist()
outputs = np.column_stack([x.sum(1), rng.randn(len(x)), x[:, 0] ** 2])
several = [dict(weights=w, values=KNeighborsRegressor(4, weights=w).fit(x, outputs).predict(queries).tolist())
           for w in ("uniform", "distance")]
json.dump(dict(made_with=f"scikit-learn {sklearn.__version__}, numpy {np.__version__}", x=x.tolist(), queries=queries.tolist(),
               weights=weights.tolist(), factors=factors, densities=densities, rules=rules,
               kth_distance=neighbors.kneighbors()[0].tolist(), kth_distance_new=neighbors.kneighbors(queries)[0].tolist(),
               places=places.tolist(), codes=codes.tolist(), metrics=metrics, outputs=outputs.tolist(), several=several),
          open("outlier.json", "w"))
