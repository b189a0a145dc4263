"""scikit-learn's MeanShift and estimate_bandwidth: writes mean_shift.json."""
import json
import numpy as np
import sklearn
from sklearn.cluster import MeanShift, estimate_bandwidth

rng = np.random.RandomState(0)
cases = []
for n, d, k in ((150, 1, 3), (200, 2, 5), (200, 3, 4), (150, 6, 4)):
    x = np.round(rng.uniform(0, 20, (k, d))[rng.randint(k, size=n)] + rng.randn(n, d), 3)
    x[:3] += 40
    bandwidths = {str(q): estimate_bandwidth(x, quantile=q) for q in (0.05, 0.2, 0.3, 1.0)}
    for bandwidth, bin_seeding, cluster_all, max_iter in ((None, False, True, 300), (2.5, False, False, 300), (2.5, True, True, 300),
                                                          (1.7, False, True, 2)):
        m = MeanShift(bandwidth=bandwidth, bin_seeding=bin_seeding, cluster_all=cluster_all, max_iter=max_iter).fit(x)
        cases.append(dict(x=x.tolist(), bandwidths=bandwidths, bandwidth=bandwidth, bin_seeding=bin_seeding, cluster_all=cluster_all,
                          max_iter=max_iter, labels=m.labels_.tolist(), centers=m.cluster_centers_.tolist(), n_iter=int(m.n_iter_)))
json.dump(dict(made_with=f"scikit-learn {sklearn.__version__}, numpy {np.__version__}", cases=cases), open("mean_shift.json", "w"))
for c in cases:
    print(len(c["x"][0]), c["bandwidth"], len(c["centers"]), c["n_iter"], len(set(c["labels"]) - {-1}))
