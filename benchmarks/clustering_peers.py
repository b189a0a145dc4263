"""Clustering beside its peers: seconds, memory, and whether the labels are the same.

Run: python3 clustering_peers.py PROGRAM FOLDER [WORK ...]     PROGRAM is the built clustering_fit
FOLDER takes the data (made once); with no WORK all of them run. A peer that is not installed is left out by name: Debian's
python3-sklearn, python3-scipy, python3-fastcluster, python3-faiss, python3-pykdtree, r-cran-dbscan. Every fit runs in a process of its own, loading
not counted; engines take turns on each number of THREADS (environment, default 1,2), and the best of RUNS (default 3)
counts. Ratio = the peer's seconds / grove's; on a machine that does other work too, compare the processor's seconds on one
thread. Memory is the rise of the resident set during the fit. "agree" is the adjusted Rand index with grove's labels.
"""
import json
import os
import pathlib
import subprocess
import sys
import time

import numpy as np

RUNS = int(os.environ.get("RUNS", "3"))
THREADS = [int(t) for t in os.environ.get("THREADS", "1,2").split(",")]


# ------------------------------------------------------------------------------------------------- data

def blobs(n, d, n_blobs, seed=20261127):
    """Normal clouds of standard deviation 1 about centres drawn evenly from [0, 10]^d."""
    rng = np.random.default_rng(seed)
    centers = rng.uniform(0, 10, size=(n_blobs, d))
    return centers[rng.integers(n_blobs, size=n)] + rng.normal(size=(n, d))


def clouds_in_noise(n, d=3, n_clouds=60, seed=20261127):
    """Half of the points in normal clouds of standard deviation 8, half spread evenly over [0, 1000]^d."""
    rng = np.random.default_rng(seed)
    centers = rng.uniform(0, 1000, size=(n_clouds, d))
    clouds = centers[rng.integers(n_clouds, size=n // 2)] + 8 * rng.normal(size=(n // 2, d))
    return rng.permutation(np.vstack([clouds, rng.uniform(0, 1000, size=(n - n // 2, d))]))


DATA = {
    "blobs_10k_8": lambda: blobs(10_000, 8, 64),
    "normal_10k_16": lambda: blobs(10_000, 16, 1),
    "blobs_50k_4": lambda: blobs(50_000, 4, 64),
    "blobs_1m_16": lambda: blobs(1_000_000, 16, 256),
    "noise_200k_3": lambda: clouds_in_noise(200_000),
    "noise_2m_3": lambda: clouds_in_noise(2_000_000),
    "noise_10k_3": lambda: clouds_in_noise(10_000),
    "noise_5k_3": lambda: clouds_in_noise(5_000),
}


def prepare(folder, name):
    path = folder / f"{name}.npy"
    if not path.exists():
        np.save(path, np.ascontiguousarray(DATA[name](), dtype=np.float64))
    return str(path)


# ------------------------------------------------------------------------------------------------- peers
# Each takes the data and returns a function that fits, and one that then gives the labels (None: not compared) and what to report.

def sklearn_k_means(x, threads, n_clusters, **params):
    from sklearn.cluster import KMeans
    model = KMeans(n_clusters, n_init=1, random_state=0, **params)
    x = x.astype(np.float32)
    return lambda: model.fit(x), lambda: (model.labels_, dict(inertia=float(model.inertia_), iterations=int(model.n_iter_)))


def pykdtree_yardstick(x, threads):
    """Not a clusterer: the 10 nearest of each of a million even points in space, a measure of the machine."""
    from pykdtree.kdtree import KDTree
    points = np.random.default_rng(1).uniform(size=(1_000_000, 3))
    return lambda: KDTree(points).query(points, k=10), lambda: (None, {})


def r_hdbscan(x, threads, min_points):
    """R's dbscan package; its seconds are those that R counts."""
    import tempfile
    found = {}

    def fit():
        with tempfile.TemporaryDirectory() as folder:
            np.savetxt(f"{folder}/x.csv", x, delimiter=",", fmt="%.17g")
            code = (f'suppressMessages(library(dbscan)); x <- as.matrix(read.csv("{folder}/x.csv", header=FALSE));'
                    f't <- system.time(h <- hdbscan(x, minPts={min_points})); cat(t[["elapsed"]], "\\n");'
                    f'write.table(h$cluster - 1, "{folder}/labels", row.names=FALSE, col.names=FALSE)')
            out = subprocess.run(["Rscript", "-e", code], capture_output=True, text=True, check=True).stdout
            found["labels"], found["r_seconds"] = np.loadtxt(f"{folder}/labels"), float(out.split()[0])
    return fit, lambda: (found["labels"], dict(r_seconds=found["r_seconds"]))


def sklearn_optics(x, threads, **params):
    from sklearn.cluster import OPTICS
    model = OPTICS(n_jobs=threads, **params)
    return lambda: model.fit(x), lambda: (model.labels_, {})


PEERS = {
    "pykdtree": pykdtree_yardstick,
    "r_hdbscan": r_hdbscan,
    "sklearn_optics": sklearn_optics,
def cut(tree, n_clusters):
    """Labels of scipy's linkage matrix, without scipy's own cut, which takes n x n memory for some."""
    n = len(tree) + 1
    top = np.arange(2 * n - 1)
    for i in range(n - 1 - n_clusters, -1, -1):
        top[tree[i, :2].astype(int)] = top[n + i]
    return top[:n]


def fastcluster_tree(x, threads, n_clusters, linkage, vector=False):
    import fastcluster
    found = []
    function = fastcluster.linkage_vector if vector else fastcluster.linkage
    return (lambda: found.append(function(x, linkage)),
            lambda: (cut(found[0], n_clusters), dict(heights=float(found[0][:, 2].sum()))))


def sklearn_tree(x, threads, n_clusters, linkage):
    from sklearn.cluster import AgglomerativeClustering
    model = AgglomerativeClustering(n_clusters, linkage=linkage)
    return lambda: model.fit(x), lambda: (model.labels_, {})


def sklearn_birch(x, threads, **params):
    from sklearn.cluster import Birch
    model = Birch(**params)
    return lambda: model.fit(x), lambda: (model.labels_, dict(subclusters=len(model.subcluster_centers_)))


PEERS = {
    "fastcluster": fastcluster_tree,
    "sklearn tree": sklearn_tree,
    "sklearn birch": sklearn_birch,
    "sklearn": sklearn_k_means,
}

# ------------------------------------------------------------------------------------------------- works
# data, grove's model, peers: name -> (function of PEERS, its parameters)

def tree_work(data, linkage, vector):
    peers = {"fastcluster": ("fastcluster", dict(n_clusters=20, linkage=linkage, vector=vector))}
    if linkage != "centroid":
        peers["sklearn"] = ("sklearn tree", dict(n_clusters=20, linkage=linkage))
    return dict(data=data, grove=f"AgglomerativeClustering(n_clusters=20, linkage={linkage})", peers=peers)


WORKS = {
    "HDBSCAN 200k x 3": dict(data="noise_200k_3", grove="HDBSCAN(min_cluster_size=10)", peers={"pykdtree": ("pykdtree", {})}),
    "HDBSCAN min_samples 1, 200k x 3": dict(data="noise_200k_3", grove="HDBSCAN(min_cluster_size=10, min_samples=1)",
                                            peers={"pykdtree": ("pykdtree", {})}),
    "HDBSCAN 2M x 3": dict(data="noise_2m_3", grove="HDBSCAN(min_cluster_size=10)", peers={"pykdtree": ("pykdtree", {})}),
    "HDBSCAN 10k x 3": dict(data="noise_10k_3", grove="HDBSCAN(min_cluster_size=10)",
                            peers={"R dbscan": ("r_hdbscan", dict(min_points=10))}),
    "OPTICS 5k x 3": dict(data="noise_5k_3", grove="OPTICS(min_samples=10)",
                          peers={"sklearn": ("sklearn_optics", dict(min_samples=10))}),
    "OPTICS 200k x 3": dict(data="noise_200k_3", grove="OPTICS(min_samples=10)", peers={"pykdtree": ("pykdtree", {})}),
    "ward 10k x 8": tree_work("blobs_10k_8", "ward", True),
    "ward 10k x 16, one cloud": tree_work("normal_10k_16", "ward", True),
    "average 10k x 8": tree_work("blobs_10k_8", "average", False),
    "complete 10k x 8": tree_work("blobs_10k_8", "complete", False),
    "single 10k x 8": tree_work("blobs_10k_8", "single", True),
    "centroid 10k x 8": tree_work("blobs_10k_8", "centroid", True),
    "birch 50k x 4": dict(data="blobs_50k_4", grove="Birch(threshold=0.7, n_clusters=64)",
                          peers={"sklearn": ("sklearn birch", dict(threshold=0.7, n_clusters=64))}),
    "k-means 256, 1M x 16": dict(data="blobs_1m_16", grove="KMeans(n_clusters=256, n_init=1, max_iter=20, tol=0, init=random)",
                                 peers={"sklearn": ("sklearn", dict(n_clusters=256, max_iter=20, tol=0, init="random", algorithm="lloyd"))}),
}


# ------------------------------------------------------------------------------------------------- runs

def status(name):
    return next(int(line.split()[1]) * 1024 for line in open("/proc/self/status") if line.startswith(name))


def peer(spec):
    """One fit of a peer in this process; prints what clustering_fit prints."""
    fit, result = PEERS[spec["peer"]](np.load(spec["file"]), spec["threads"], **spec["params"])
    pathlib.Path("/proc/self/clear_refs").write_text("5")
    before, cpu, start = status("VmRSS"), time.process_time(), time.perf_counter()
    fit()
    out = dict(fit_seconds=time.perf_counter() - start, cpu_seconds=time.process_time() - cpu,
               peak_bytes=status("VmHWM") - before)
    labels, more = result()
    if labels is not None:
        np.asarray(labels, np.int32).tofile(spec["labels"])
    print(json.dumps({**out, **more}))


def run(command, threads):
    environment = dict(os.environ, OMP_NUM_THREADS=str(threads), OPENBLAS_NUM_THREADS=str(threads))
    done = subprocess.run(command, capture_output=True, text=True, env=environment)
    if done.returncode != 0:
        return dict(error=(done.stderr.strip().splitlines() or ["failed"])[-1])
    return json.loads(done.stdout.strip().splitlines()[-1])


def run_engine(program, folder, work, engine, threads):
    file, labels = prepare(folder, work["data"]), str(folder / f"labels_{engine}.bin")
    if engine == "grove":
        return run([program, file, work["grove"], str(threads), labels], threads)
    peer_name, params = work["peers"][engine]
    spec = dict(file=file, peer=peer_name, params=params, threads=threads, labels=labels)
    pathlib.Path(labels).unlink(missing_ok=True)
    return run([sys.executable, __file__, "--peer", json.dumps(spec)], threads)


def agreement(folder, engine):
    from sklearn.metrics import adjusted_rand_score
    files = [folder / f"labels_{e}.bin" for e in ("grove", engine)]
    if engine == "grove" or not all(f.exists() for f in files):
        return ""
    return f"{adjusted_rand_score(*(np.fromfile(f, np.int32) for f in files)):.6f}"


def best_of(results):
    """The least seconds of the runs that did not fail; else the failure."""
    good = [r for r in results if "error" not in r]
    if not good:
        return results[0]
    return {**good[0], **{k: min(r[k] for r in good) for k in good[0] if k.endswith("_seconds")}}


def measure(program, folder, name, work):
    engines, found, agree = ["grove", *work["peers"]], {}, {}
    for _ in range(RUNS):
        for threads in THREADS:
            for engine in engines:
                found.setdefault((engine, threads), []).append(run_engine(program, folder, work, engine, threads))
                agree[engine] = agreement(folder, engine)
    hashes = {r.get("labels_sha256") for (engine, _), results in found.items() if engine == "grove" for r in results}
    for threads in THREADS:
        ours = best_of(found["grove", threads])
        for engine in engines:
            r = best_of(found[engine, threads])
            if "error" in r:
                print(f"{name:32}{threads:3} {engine:12} {r['error']}", flush=True)
                continue
            ratios = [r[k] / ours[k] if "error" not in ours else float("nan") for k in ("fit_seconds", "cpu_seconds")]
            known = ("model", "threads", "fit_seconds", "cpu_seconds", "peak_bytes", "labels_sha256")
            print(f"{name:32}{threads:3} {engine:12}{r['fit_seconds']:9.3f}{ratios[0]:7.2f}{r['cpu_seconds']:9.3f}{ratios[1]:7.2f}"
                  f"{r['peak_bytes'] / 2**20:9.1f} {agree[engine]:>9} ", {k: v for k, v in r.items() if k not in known}, flush=True)
    if len(hashes) > 1:
        print(f"{name}: grove's labels differ: {hashes}", flush=True)


def main():
    if sys.argv[1] == "--peer":
        return peer(json.loads(sys.argv[2]))
    program, folder, chosen = sys.argv[1], pathlib.Path(sys.argv[2]), sys.argv[3:]
    folder.mkdir(parents=True, exist_ok=True)
    print(f"{'work':32}{'thr':>3} {'engine':12}{'fit s':>9}{'ratio':>7}{'cpu s':>9}{'ratio':>7}{'MB':>9} {'agree':>9}")
    for name, work in WORKS.items():
        if not chosen or name in chosen:
            measure(program, folder, name, work)


if __name__ == "__main__":
    main()
