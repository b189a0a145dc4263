"""Numbers of HDBSCAN by its definition, plainly, on all pairs: scikit-learn's (1.3 and later) condensed tree, selection,
labels and probabilities, the hdbscan package's outlier scores (GLOSH). Core distances count the point itself. Then core
distances, single-linkage heights and labels of R's dbscan package (hdbscan(), 1.1.11), whose min_cluster_size is its minPts.

scikit-learn merges edges of equal weight one after the other, in an order that the definition leaves open and that mostly
matters: points within one core distance are all joined at that height. grove takes merges at one height as one merge of
many parts. The numbers are those of this rule; "sklearn" says which of them scikit-learn's rule gives too, in each of
20 random orders of ties.

Run: /usr/bin/python3 make_hdbscan.py > hdbscan.json     (numpy 1.24, r-cran-dbscan, r-cran-jsonlite)
"""
import json
import subprocess
import sys
import tempfile

import numpy as np

INF = float("inf")


def pairwise(x, metric):
    d = np.abs(x[:, None, :] - x[None, :, :])
    if metric == "manhattan":
        return d.sum(-1)
    if metric == "chebyshev":
        return d.max(-1)
    if metric == "minkowski":
        return (d ** 3).sum(-1) ** (1 / 3)
    return np.sqrt((d ** 2).sum(-1))


def linkage(x, metric, min_samples, alpha, rng):
    """Merges (left, right, height, size) of mutual reachability, by Prim; ties by chance."""
    d = pairwise(x, metric)
    n = len(d)
    core = np.sort(d, axis=1)[:, min_samples - 1]
    m = np.maximum(np.maximum(core[:, None], core[None, :]), d / alpha)
    inside, best, source = {0}, m[0].copy(), np.zeros(n, int)
    edges = []
    while len(inside) < n:
        best[list(inside)] = INF
        least = best.min()
        v = int(rng.choice(np.flatnonzero(best == least)))
        edges.append((least, rng.random(), int(source[v]), v))
        inside.add(v)
        closer = m[v] < best
        source[closer] = v
        best = np.minimum(best, m[v])
    edges.sort()
    name, size, merges = list(range(n)), [1] * n, []
    find = lambda i: i if name[i] == i else find(name[i])
    for height, _, a, b in edges:
        a, b = find(a), find(b)
        name.append(len(name))
        name[a] = name[b] = len(name) - 1
        size.append(size[a] + size[b])
        merges.append((a, b, height, size[-1]))
    return merges, core


def members(merges, n, node):
    stack, found = [node], []
    while stack:
        i = stack.pop()
        if i < n:
            found.append(i)
        else:
            stack += merges[i - n][:2]
    return found


def parts_of(merges, n, node, one_by_one):
    """What a merge joins; unless one by one, merges below at the same height are taken apart too."""
    found = []
    for child in merges[node - n][:2]:
        if not one_by_one and child >= n and merges[child - n][2] == merges[node - n][2]:
            found += parts_of(merges, n, child, one_by_one)
        else:
            found.append(child)
    return found


def condensed(merges, n, min_cluster_size, one_by_one):
    """Rows (parent, child, level, size); clusters are n, n + 1, ..."""
    rows, pending, names = [], [(2 * n - 2, n)], n
    count = lambda i: 1 if i < n else merges[i - n][3]
    while pending:
        node, cluster = pending.pop(0)
        if node < n:
            continue
        height = merges[node - n][2]
        parts = parts_of(merges, n, node, one_by_one)
        level = 1 / height if height > 0 else INF
        big = [c for c in parts if count(c) >= min_cluster_size]
        for child in parts:
            if child not in big:
                rows += [(cluster, p, level, 1) for p in members(merges, n, child)]
        if len(big) > 1:
            for child in big:
                names += 1
                rows.append((cluster, names, level, count(child)))
                pending.append((child, names))
        elif len(big) == 1:
            pending.append((big[0], cluster))
    return rows


def hdbscan(x, min_cluster_size=5, min_samples=None, cluster_selection_epsilon=0.0, max_cluster_size=None, alpha=1.0,
            metric="euclidean", cluster_selection_method="eom", allow_single_cluster=False, seed=0, one_by_one=False):
    n = len(x)
    merges, core = linkage(x, metric, min_samples or min_cluster_size, alpha, np.random.default_rng(seed))
    rows = condensed(merges, n, min_cluster_size, one_by_one)
    birth, parent, size = {n: 0.0}, {}, {n: n}
    for p, c, level, s in rows:
        if c >= n:
            birth[c], parent[c], size[c] = level, p, s
    clusters = sorted(birth)
    children = {c: [k for k in clusters if parent.get(k) == c] for c in clusters}
    death = {c: max(level for p, _, level, _ in rows if p == c) for c in clusters}
    stability = {c: sum((level - birth[c]) * s for p, _, level, s in rows if p == c) for c in clusters}

    def below(c):
        return [c] + [k for child in children[c] for k in below(child)]

    selected = set()
    if cluster_selection_method == "eom":
        mass = dict(stability)
        for c in sorted(clusters, reverse=True):
            if c == n and not allow_single_cluster:
                continue
            subtree = sum(mass[k] for k in children[c])
            if subtree > mass[c] or (max_cluster_size and size[c] > max_cluster_size):
                mass[c] = subtree
            else:
                selected -= set(below(c))
                selected.add(c)
    else:
        selected = {c for c in clusters if not children[c] and c != n}
    if cluster_selection_epsilon > 0 and selected and selected != {n}:
        def raised(c):
            if parent[c] == n:
                return n if allow_single_cluster else c
            return parent[c] if 1 / birth[parent[c]] > cluster_selection_epsilon else raised(parent[c])
        selected = {raised(c) if 1 / birth[c] < cluster_selection_epsilon else c for c in selected}

    labels, probabilities, outliers = -np.ones(n, int), np.zeros(n), np.zeros(n)
    number = {c: i for i, c in enumerate(sorted(selected))}
    for p, point, level, _ in rows:
        if point >= n:
            continue
        last = max(death[k] for k in below(p))
        outliers[point] = 0 if last == 0 or level == INF else (1 if last == INF else (last - level) / last)
        c = p
        while c not in selected and c in parent:
            c = parent[c]
        if c not in selected:
            continue
        if c == n:
            needed = 1 / cluster_selection_epsilon if cluster_selection_epsilon > 0 else death[n]
            if len(selected) > 1 or level < needed:
                continue
        labels[point] = number[c]
        probabilities[point] = 1 if death[c] == 0 or level == INF else min(level, death[c]) / death[c]
    digits = lambda values: [float(f"{v:.13g}") for v in values]
    return dict(labels=labels.tolist(), probabilities=digits(probabilities), outlier_scores=digits(outliers),
                stabilities=digits(sorted(stability[c] for c in clusters)))


def partition(labels):
    return [(labels.index(v) if v >= 0 else -1) for v in labels]


KEYS = ("labels", "probabilities", "outlier_scores", "stabilities")


def equal(a, b, key):
    if key == "labels":
        return partition(a[key]) == partition(b[key])
    return len(a[key]) == len(b[key]) and np.allclose(a[key], b[key], rtol=1e-12, atol=1e-14)


def case(name, x, params):
    found = hdbscan(x, **params)
    for seed in range(1, 5):
        assert all(equal(hdbscan(x, seed=seed, **params), found, k) for k in KEYS), "depends on the order of ties"
    others = [hdbscan(x, seed=seed, one_by_one=True, **params) for seed in range(20)]
    return dict(data=name, params=params, sklearn=[k for k in KEYS if all(equal(o, found, k) for o in others)], **found)


def by_r(x, min_points):
    with tempfile.NamedTemporaryFile("w", suffix=".csv") as file:
        np.savetxt(file.name, x, delimiter=",", fmt="%.17g")
        code = (f'suppressMessages(library(dbscan)); x <- as.matrix(read.csv("{file.name}", header=FALSE));'
                f'h <- hdbscan(x, minPts={min_points}); cat(jsonlite::toJSON(list(labels=h$cluster - 1, '
                'core_distances=h$coredist, heights=h$hc$height), digits=14))')
        return json.loads(subprocess.run(["Rscript", "-e", code], capture_output=True, text=True, check=True).stdout)


def data_sets():
    rng = np.random.default_rng(20261127)
    blobs = np.vstack([rng.normal(c, s, (40, 2)) for c, s in (((0, 0), .6), ((5, 5), 1.0), ((0, 6), .3), ((1.5, .5), .4))]
                      + [rng.uniform(-4, 10, (30, 2))])
    angle = rng.uniform(0, np.pi, 90)
    moons = np.vstack([np.c_[np.cos(angle), np.sin(angle)], np.c_[1 - np.cos(angle), .4 - np.sin(angle)]])
    moons += rng.normal(0, .08, moons.shape)
    return {"blobs": blobs, "moons": moons, "uniform": rng.uniform(size=(120, 3)), "one cloud": rng.normal(size=(100, 4)),
            "nested": np.vstack([rng.normal(0, s, (40, 2)) + c for s, c in ((.1, 0), (.1, 1), (.5, 6), (3, 3))])}


PARAMS = [dict(), dict(min_cluster_size=10), dict(min_cluster_size=8, min_samples=3), dict(min_cluster_size=5, min_samples=1),
          dict(min_cluster_size=4, min_samples=12), dict(min_cluster_size=6, cluster_selection_method="leaf"),
          dict(cluster_selection_epsilon=0.7), dict(cluster_selection_epsilon=0.5, cluster_selection_method="leaf"),
          dict(cluster_selection_epsilon=3.0, allow_single_cluster=True), dict(min_cluster_size=10, allow_single_cluster=True),
          dict(max_cluster_size=45), dict(min_samples=4, alpha=1.4), dict(min_samples=6, alpha=0.8, metric="manhattan"),
          dict(metric="chebyshev", min_cluster_size=7), dict(metric="minkowski", min_cluster_size=7)]

if __name__ == "__main__":
    cases = [case(name, x, params) for name, x in data_sets().items()
             for params in PARAMS[:: 1 if name in ("blobs", "moons") else 2]]
    r = [dict(data=name, min_points=k, **by_r(x, k)) for name, x in data_sets().items() for k in (5, 10)]
    for key in KEYS:
        print(f"scikit-learn's rule gives the same {key} in {sum(key in c['sklearn'] for c in cases)} of {len(cases)} cases",
              file=sys.stderr)
    print(json.dumps(dict(data={k: v.tolist() for k, v in data_sets().items()}, cases=cases, r=r)))
