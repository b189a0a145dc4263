"""The corrected resampled t of scikit-learn's own example (plot_grid_search_stats), and cases by scipy: writes corrected_t.json."""
import json
import numpy as np
import scipy
import sklearn
from scipy.stats import t
from sklearn.datasets import make_moons
from sklearn.model_selection import RepeatedStratifiedKFold, cross_val_score
from sklearn.svm import SVC


def corrected(differences, ratio):
    n = len(differences)
    spread = np.sqrt(np.var(differences, ddof=1) * (1 / n + ratio))
    statistic = np.mean(differences) / spread
    return float(statistic), float(2 * t.sf(abs(statistic), n - 1))


x, y = make_moons(noise=0.352, random_state=1, n_samples=100)
cv = RepeatedStratifiedKFold(n_splits=10, n_repeats=10, random_state=0)
rbf = cross_val_score(SVC(kernel="rbf", random_state=0), x, y, cv=cv, scoring="roc_auc")
linear = cross_val_score(SVC(kernel="linear", random_state=0), x, y, cv=cv, scoring="roc_auc")
rng = np.random.RandomState(0)
cases = []
for differences, ratio in [(rbf - linear, 10 / 90)] + [(rng.randn(n) + m, r) for n, m, r in ((2, 0, .25), (5, 1, .25), (30, .3, .1111), (100, -.2, .2))]:
    statistic, p = corrected(differences, ratio)
    cases.append(dict(differences=list(map(float, differences)), ratio=ratio, statistic=statistic, p_value=p))
json.dump(dict(made_with=f"scikit-learn {sklearn.__version__}, scipy {scipy.__version__}", cases=cases), open("corrected_t.json", "w"))
print(cases[0]["statistic"], cases[0]["p_value"] / 2)
