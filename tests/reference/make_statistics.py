"""Statistics of comparison on fixed tables by R (make_statistics.R; Debian's r-base-core, r-cran-jsonlite, r-cran-exactranktests), scipy,
and, where neither has the method, by its formula written down here: writes statistics.json."""
import itertools
import json
import math
import subprocess
import numpy as np
import scipy
from scipy import integrate, optimize, stats
from scipy.special import ndtr

# Demsar, JMLR 7 (2006), table 6: AUC of C4.5, C4.5+m, C4.5+cf, C4.5+m+cf. Its ranks come from scores that were not rounded: on
# "voting" C4.5+cf ranks before C4.5+m+cf though both print 0.975; hence the 0.9751.
DEMSAR = [[.763, .768, .771, .798], [.599, .591, .590, .569], [.954, .971, .968, .967], [.628, .661, .654, .657],
          [.882, .888, .886, .898], [.936, .931, .916, .931], [.661, .668, .609, .685], [.583, .583, .563, .625],
          [.775, .838, .866, .875], [1, 1, 1, 1], [.940, .962, .965, .962], [.619, .666, .614, .669],
          [.972, .981, .9751, .975], [.957, .978, .946, .970]]


def studentized_range_survival(q, k):
    """P(range of k standard normals > q) by adaptive quadrature, the largest at z."""
    def tail(z):
        below, far = ndtr(z), ndtr(z - q)
        none_far = math.expm1((k - 1) * math.log1p(-far / below)) if 0 < far < below else -1. * (far > 0)
        return -k * math.exp(-z * z / 2) / math.sqrt(2 * math.pi) * below ** (k - 1) * none_far
    return integrate.quad(tail, -12, q / 2 + 12, epsabs=0, epsrel=1e-13, limit=500, points=[0, q / 2])[0]


def critical_value(alpha, k):
    return optimize.brentq(lambda q: studentized_range_survival(q, k) - alpha, 1e-3, 30, xtol=1e-14, rtol=1e-14)


def possible(k):
    """Shaffer 1986: numbers of true hypotheses among the pairs of k means, by all partitions."""
    if k < 2:
        return {0}
    return {j * (j - 1) // 2 + rest for j in range(1, k + 1) for rest in possible(k - j)}


def shaffer(p, k):
    order, adjusted, highest = np.argsort(p, kind="stable"), np.empty(len(p)), 0.
    for i, at in enumerate(order):
        highest = max(highest, min(1., max(s for s in possible(k) if s <= len(p) - i) * p[at]))
        adjusted[at] = highest
    return adjusted.tolist()


def five_by_two(d):
    d = np.asarray(d)
    s2 = ((d - d.mean(1, keepdims=True)) ** 2).sum(1)
    f = (d ** 2).sum() / (2 * s2.sum())
    return dict(statistic=f, p_value=stats.f.sf(f, 10, 5))


def correlated_t(d, ratio, rope):
    scale = math.sqrt(np.var(d, ddof=1) * (1 / len(d) + ratio))
    t = stats.t(len(d) - 1, np.mean(d), scale)
    return [t.cdf(-rope), t.cdf(rope) - t.cdf(-rope), t.sf(rope)]


def signed_rank(d, rope, strength, draws, rng):
    """Benavoli et al. 2017, as their signrank_MC: all pairs of the differences and the pseudo-difference 0."""
    z = np.append(d, 0.)
    right = (z[:, None] + z > 2 * rope).astype(float)
    left = (z[:, None] + z < -2 * rope).astype(float)
    w = rng.dirichlet(np.append(np.ones(len(d)), strength), draws)
    r, l = np.einsum("di,ij,dj->d", w, right, w, optimize=True), np.einsum("di,ij,dj->d", w, left, w, optimize=True)
    return (np.bincount(np.argmax([l, 1 - l - r, r], axis=0), minlength=3) / draws).tolist()


def brute_force_wilcoxon(d):
    d = np.asarray(d)
    d = d[d != 0]
    ranks = stats.rankdata(abs(d))
    signs = np.array(list(itertools.product([0, 1], repeat=len(d))))
    sums, seen = signs @ ranks, ranks[d > 0].sum()
    return min(1., 2 * min((sums <= seen).mean(), (sums >= seen).mean()))


rng = np.random.RandomState(7)
demsar = np.array(DEMSAR)
paired = [(demsar[:, 1] - demsar[:, 0]).round(6).tolist(), rng.randn(5).tolist(), (rng.randn(12) + .4).tolist(), rng.randint(-4, 6, 18).astype(float).tolist(),
          rng.randint(-9, 9, 40).astype(float).tolist(), (rng.randn(50) + .3).tolist(), (rng.randn(80) + .2).tolist(), rng.randint(-3, 5, 70).astype(float).tolist()]
tables = [DEMSAR, rng.rand(6, 3).tolist(), rng.rand(20, 7).tolist(), rng.randint(0, 4, (15, 5)).astype(float).tolist(), rng.rand(8, 2).tolist()]
families = [[.01, .04, .03, .005, .6, .04], [.9, .2, .2], rng.rand(10).tolist(), (rng.rand(15) ** 3).tolist(), [0., 1., .5], [.03]]
ranges = [[q, k] for k in (2, 3, 4, 7, 20, 100) for q in (.5, 2., 3.6, 5., 8.)]
counts = [[10, 3], [0, 0 + 8], [25, 25], [7, 40], [1, 0]]
r = json.loads(subprocess.run(["Rscript", "make_statistics.R"], input=json.dumps(dict(paired=paired, tables=tables, families=families, ranges=ranges, mcnemar=counts)),
                              capture_output=True, text=True, check=True).stdout)
out = dict(made_with=f"{r['version']}, scipy {scipy.__version__}, numpy {np.__version__}", paired=[], tables=[], families=[], ranges=[], critical_values=[], mcnemar=[],
           five_by_two=[], correlated_t=[], signed_rank=[], unpaired=[])
for d, found in zip(paired, r["paired"]):
    case = dict(differences=d, r=found)
    approx = dict(method="approx") if tuple(map(int, scipy.__version__.split(".")[:2])) >= (1, 9) else dict(mode="approx")
    for zeros in ("wilcox", "pratt", "zsplit"):
        w = stats.wilcoxon(d, zero_method=zeros, **approx)
        c = stats.wilcoxon(d, zero_method=zeros, correction=True, **approx)
        case[zeros] = dict(statistic=w.statistic, p_value=w.pvalue, corrected=c.pvalue)
    nonzero = np.abs([x for x in d if x != 0])
    if len(nonzero) == len(d) == len(set(nonzero)) and len(d) <= 50:
        case["scipy_exact"] = stats.wilcoxon(d).pvalue
    if len(d) <= 18:
        case["brute_force"] = brute_force_wilcoxon(d)
    out["paired"].append(case)
for y, found in zip(tables, r["tables"]):
    y = np.array(y)
    n, k = y.shape
    ranks = np.array([stats.rankdata(-row) for row in y])
    mean = ranks.mean(0)
    chi = 12 * n / (k * (k + 1)) * ((mean ** 2).sum() - k * (k + 1) ** 2 / 4)
    case = dict(scores=y.tolist(), r=found, average_ranks=mean.tolist(), uncorrected=dict(statistic=chi, p_value=stats.chi2.sf(chi, k - 1)))
    for name, x in (("iman_davenport", found["friedman"]["statistic"]), ("iman_davenport_uncorrected", chi)):
        f = (n - 1) * x / (n * (k - 1) - x)
        case[name] = dict(statistic=f, p_value=stats.f.sf(f, k - 1, (k - 1) * (n - 1)))
    # The same F by a two-way analysis of variance of the ranks.
    between = n * ((mean - (k + 1) / 2) ** 2).sum()
    residual = ((ranks - mean) ** 2).sum()
    case["rank_anova_f"] = (between / (k - 1)) / ((residual) / ((k - 1) * (n - 1)))
    if k > 2:
        case["scipy_friedman"] = stats.friedmanchisquare(*y.T)._asdict() if hasattr(stats.friedmanchisquare(*y.T), "_asdict") else list(stats.friedmanchisquare(*y.T))
    error = math.sqrt(k * (k + 1) / (6 * n))
    z = np.abs(mean[:, None] - mean) / error
    case["nemenyi"] = [[studentized_range_survival(x * math.sqrt(2), k) if x > 0 else 1. for x in row] for row in z]
    case["z_p_values"] = (2 * stats.norm.sf(z)).tolist()
    case["critical"] = [dict(alpha=a, nemenyi=critical_value(a, k) / math.sqrt(2) * error, bonferroni_dunn=stats.norm.isf(a / (2 * (k - 1))) * error) for a in (.05, .1)]
    out["tables"].append(case)
for p, found in zip(families, r["families"]):
    k = int((1 + math.sqrt(1 + 8 * len(p))) / 2)
    out["families"].append(dict(p_values=p, r=found, **(dict(shaffer=shaffer(p, k)) if k * (k - 1) // 2 == len(p) else {})))
out["ranges"] = [dict(q=q, k=k, survival=studentized_range_survival(q, k), r=p) for (q, k), p in zip(ranges, r["ptukey"])]
out["critical_values"] = [dict(alpha=a, k=k, q=critical_value(a, k)) for a in (.001, .05, .1, .5, .9) for k in (2, 3, 10, 50, 200)]
out["mcnemar"] = [dict(counts=c, r=found, exact=stats.binomtest(min(c), sum(c), .5).pvalue) for c, found in zip(counts, r["mcnemar"])]
for scale in (.01, .1):
    d = (rng.randn(5, 2) * scale + .02).tolist()
    out["five_by_two"].append(dict(differences=d, **five_by_two(d)))
for n, ratio, rope in ((10, 1 / 9, .01), (100, 1 / 9, 0.), (25, .25, .5)):
    d = (rng.randn(n) * .05 + .01).tolist()
    out["correlated_t"].append(dict(differences=d, ratio=ratio, rope=rope, posterior=correlated_t(d, ratio, rope)))
for n, rope, strength in ((14, .01, .5), (6, .02, .6), (30, 0., 1.), (9, .03, 2.5)):
    d = (rng.randn(n) * .05 + .01).round(4).tolist()
    out["signed_rank"].append(dict(differences=d, rope=rope, strength=strength, draws=1000000, posterior=signed_rank(d, rope, strength, 1000000, rng)))
for n, m in ((5, 9), (30, 20)):
    a, b = rng.randint(0, 12, n).astype(float), rng.randint(2, 13, m).astype(float)
    delta = float(np.sign(a[:, None] - b).mean())
    u = stats.mannwhitneyu(a, b, method="asymptotic").statistic
    out["unpaired"].append(dict(first=a.tolist(), second=b.tolist(), cliffs_delta=delta, superiority=u / (n * m)))
for case in out["tables"]:
    if "scipy_friedman" in case and isinstance(case["scipy_friedman"], list):
        case["scipy_friedman"] = dict(zip(("statistic", "pvalue"), map(float, case["scipy_friedman"])))
json.dump(out, open("statistics.json", "w"), indent=0)
print(out["made_with"], max(abs(x["survival"] - x["r"]) for x in out["ranges"]))
for case in out["tables"]:
    assert abs(case["rank_anova_f"] / case["iman_davenport"]["statistic"] - 1) < 1e-9
