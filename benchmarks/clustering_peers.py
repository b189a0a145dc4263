"""Clustering beside its peers: seconds, memory, and whether the labels are the same.

Run: python3 clustering_peers.py PROGRAM FOLDER [WORK ...]     PROGRAM is the built clustering_fit
FOLDER takes the data (made once); with no WORK all of them run. A peer that is not installed is left out by name: Debian's
python3-sklearn, python3-scipy, python3-fastcluster, python3-faiss, python3-pykdtree, r-cran-dbscan; and libopenblas0, without
which the others multiply 25 times slower than they could. Every fit runs in a process of its own, loading not counted; engines
take turns on each number of THREADS (environment, default 1,2), and the best of RUNS (default 3)
counts. Ratio = the peer's seconds / grove's; on a machine that does other work too, compare the processor's seconds on one
thread. Memory is the rise of the resident set during the fit. "agree" is the adjusted Rand index with grove's labels.
"""
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time

import numpy as np

from clustering_data import prepare

RUNS = int(os.environ.get("RUNS", "3"))
THREADS = [int(t) for t in os.environ.get("THREADS", "1,2").split(",")]


# ------------------------------------------------------------------------------------------------- peers
# Each takes the data and returns a function that fits, and one that then gives the labels (None: not compared) and what to report.

def sklearn_k_means(x, threads, n_clusters, start=None, **params):
    from sklearn.cluster import KMeans
    x = x.astype(np.float32)
    if start is not None:
        params["init"] = start.astype(np.float32)
    model = KMeans(n_clusters, n_init=1, random_state=0, **params)
    return lambda: model.fit(x), lambda: (model.labels_, dict(inertia=float(model.inertia_), iterations=int(model.n_iter_)))


def faiss_k_means(x, threads, n_clusters, start, max_iter):
    import faiss
    x = np.ascontiguousarray(x, np.float32)
    model = faiss.Kmeans(x.shape[1], n_clusters, niter=max_iter, max_points_per_centroid=len(x), seed=0)
    def fit():
        model.train(x, init_centroids=np.ascontiguousarray(start, np.float32))
    def result():
        squared, labels = model.index.search(x, 1)
        return labels[:, 0], dict(inertia=float(squared.sum(dtype=np.float64)))
    return fit, result


def sklearn_dbscan(x, threads, **params):
    from sklearn.cluster import DBSCAN
    model = DBSCAN(n_jobs=threads, **params)
    return lambda: model.fit(x), lambda: (model.labels_, dict(n_clusters=int(model.labels_.max()) + 1, n_noise=int((model.labels_ < 0).sum()),
                                                              n_core=len(model.core_sample_indices_)))


def r_dbscan(x, threads, eps, min_samples):
    """R has one thread; its seconds are taken inside R, where the labels are noise 0."""
    with tempfile.TemporaryDirectory() as folder:
        x.tofile(f"{folder}/x")
        script = f"""suppressMessages(library(dbscan))
x <- matrix(readBin('{folder}/x', 'double', {x.size}), ncol = {x.shape[1]}, byrow = TRUE)
t <- system.time(m <- dbscan(x, eps = {eps}, minPts = {min_samples}))
writeBin(m$cluster - 1L, '{folder}/labels')
cat(t[['elapsed']], t[['user.self']] + t[['sys.self']])"""
        seconds = subprocess.run(["Rscript", "-e", script], capture_output=True, text=True, check=True).stdout.split()
        labels = np.fromfile(f"{folder}/labels", np.int32)
    return lambda: None, lambda: (labels, dict(fit_seconds=float(seconds[0]), cpu_seconds=float(seconds[1]), peak_bytes=0,
                                               n_clusters=int(labels.max()) + 1, n_noise=int((labels < 0).sum())))


def sklearn_mean_shift(x, threads, **params):
    from sklearn.cluster import MeanShift
    model = MeanShift(n_jobs=threads, **params)
    return lambda: model.fit(x), lambda: (model.labels_, dict(n_clusters=len(model.cluster_centers_), iterations=int(model.n_iter_)))


def r_hdbscan(x, threads, min_points):
    """R's dbscan package; its seconds are those that R counts."""
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


def mixture_start(x, k, kind):
    """Equal weights, the first k rows as means, unit covariances: the same for all."""
    d = x.shape[1]
    precisions = {"full": np.stack([np.eye(d)] * k), "tied": np.eye(d), "diag": np.ones((k, d)), "spherical": np.ones(k)}[kind]
    return np.full(k, 1 / k), np.array(x[:k]), precisions


def sklearn_mixture(x, threads, k, kind, max_iter):
    from sklearn.mixture import GaussianMixture
    weights, means, precisions = mixture_start(x, k, kind)
    model = GaussianMixture(k, covariance_type=kind, max_iter=max_iter, tol=0, weights_init=weights, means_init=means,
                            precisions_init=precisions, init_params="random", random_state=0)
    return lambda: model.fit(x), lambda: (model.predict(x), dict(lower_bound=float(model.lower_bound_)))


def grove_mixture(k, kind, max_iter):
    def model(x):
        starts = zip(("weights_init", "means_init", "precisions_init"), mixture_start(x, k, kind))
        lists = ", ".join(f"{name}=[{', '.join(repr(float(v)) for v in values.ravel())}]" for name, values in starts)
        return f"GaussianMixture(n_components={k}, covariance_type={kind}, tol=0, max_iter={max_iter}, {lists})"
    return model


def sklearn_class(x, threads, name, **params):
    import sklearn.cluster
    model = getattr(sklearn.cluster, name)(random_state=0, **params)
    return lambda: model.fit(x), lambda: (model.labels_, {})


def pykdtree_yardstick(x, threads):
    """Not a clusterer: the 10 nearest of each of a million even points in space, a measure of the machine."""
    from pykdtree.kdtree import KDTree
    points = np.random.default_rng(1).uniform(size=(1_000_000, 3))
    return lambda: KDTree(points).query(points, k=10), lambda: (None, {})


PEERS = {
    "sklearn_mean_shift": sklearn_mean_shift,
    "pykdtree": pykdtree_yardstick,
    "r_hdbscan": r_hdbscan,
    "sklearn_optics": sklearn_optics,
    "fastcluster": fastcluster_tree,
    "sklearn tree": sklearn_tree,
    "sklearn birch": sklearn_birch,
    "sklearn": sklearn_k_means,
    "faiss": faiss_k_means,
    "sklearn_dbscan": sklearn_dbscan,
    "r_dbscan": r_dbscan,
    "sklearn_mixture": sklearn_mixture,
    "sklearn_class": sklearn_class,
}

# ------------------------------------------------------------------------------------------------- works
# data, grove's model, peers: name -> (function of PEERS, its parameters)

def k_means(data, start, k, more="", peers=("sklearn",)):
    """20 iterations from the same centres."""
    params = dict(n_clusters=k, max_iter=20)
    known = {"sklearn": ("sklearn", dict(params, tol=0, algorithm="lloyd")), "faiss": ("faiss", params)}
    return dict(data=data, start=start, grove=f"KMeans(n_clusters={k}, max_iter=20, tol=0{more})", peers={p: known[p] for p in peers})


def converge(data, start, k):
    """To the end from the same centres: the methods of grove beside each other."""
    def model(algorithm):
        return f"KMeans(n_clusters={k}, max_iter=1000, tol=0, algorithm={algorithm})"
    return dict(data=data, start=start, grove=model("auto"),
                peers={a: ("grove", dict(model=model(a))) for a in ("lloyd", "hamerly", "elkan")})


def dbscan_work(data, eps, min_samples, peers=("sklearn", "r")):
    params = dict(eps=eps, min_samples=min_samples)
    known = {"sklearn": ("sklearn_dbscan", params), "r": ("r_dbscan", params)}
    return dict(data=data, grove=f"DBSCAN(eps={eps}, min_samples={min_samples})", peers={p: known[p] for p in peers})


def tree_work(data, linkage, vector):
    peers = {"fastcluster": ("fastcluster", dict(n_clusters=20, linkage=linkage, vector=vector))}
    if linkage != "centroid":
        peers["sklearn"] = ("sklearn tree", dict(n_clusters=20, linkage=linkage))
    return dict(data=data, grove=f"AgglomerativeClustering(n_clusters=20, linkage={linkage})", peers=peers)


WORKS = {
    "k-means 256, 1M x 16": k_means("blobs_1m_16", "start_blobs_256", 256, peers=("sklearn", "faiss")),
    "k-means 100, 60k x 784": k_means("images_60k_784", "start_images_100", 100, peers=("sklearn", "faiss")),
    "k-means 256, 1M x 16, Lloyd": k_means("blobs_1m_16", "start_blobs_256", 256, ", algorithm=lloyd"),
    "k-means 100, 60k x 784, Lloyd": k_means("images_60k_784", "start_images_100", 100, ", algorithm=lloyd"),
    "to convergence, 256, 1M x 16": converge("blobs_1m_16", "start_blobs_256", 256),
    "to convergence, 100, 60k x 784": converge("images_60k_784", "start_images_100", 100),
    "mean shift, 2k x 2": dict(data="blobs_2k_2", grove="MeanShift(bandwidth=4)", peers={"sklearn": ("sklearn_mean_shift", dict(bandwidth=4))}),
    "mean shift, 1M x 2, bin seeds": dict(data="noisy_1m_2", grove="MeanShift(bandwidth=50, bin_seeding=true)",
                                          peers={"sklearn": ("sklearn_mean_shift", dict(bandwidth=50, bin_seeding=True))}),
    "DBSCAN 2-D, 1M": dbscan_work("noisy_1m_2", 1.0, 10),
    "DBSCAN coastlines, 11M": dbscan_work("coastlines", 0.01, 10, peers=("r",)),
    "DBSCAN 3-D, 200k": dbscan_work("noisy_200k_3", 5.0, 10),
    "DBSCAN 4-D, 100k": dbscan_work("noisy_100k_4", 12.0, 10),
    "DBSCAN 8-D, 100k": dbscan_work("noisy_100k_8", 40.0, 10),
    "DBSCAN 2-D, 180k in 6 dense blobs": dbscan_work("dense_180k_2", 0.2, 10),
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
    **{f"mixture {kind}, 200k x 16, k = 10": dict(data="blobs_200k_16", grove=grove_mixture(10, kind, 20),
                                                  peers={"sklearn": ("sklearn_mixture", dict(k=10, kind=kind, max_iter=20))})
       for kind in ("full", "tied", "diag", "spherical")},
    "spectral rbf, 4k x 8": dict(data="blobs_4k_8", grove="SpectralClustering(n_clusters=12, gamma=0.1)",
                                 peers={"sklearn": ("sklearn_class", dict(name="SpectralClustering", n_clusters=12, gamma=0.1))}),
    "spectral 10-NN, 20k x 2": dict(data="spirals_20k", grove="SpectralClustering(n_clusters=2, affinity=nearest_neighbors)",
                                    peers={"sklearn": ("sklearn_class", dict(name="SpectralClustering", n_clusters=2, affinity="nearest_neighbors"))}),
    "affinity propagation, 4k x 8": dict(data="blobs_4k_8", grove="AffinityPropagation(damping=0.8, preference=-3000)",
                                         peers={"sklearn": ("sklearn_class", dict(name="AffinityPropagation", damping=0.8, preference=-3000.0))}),
}


# ------------------------------------------------------------------------------------------------- runs

def status(name):
    return next(int(line.split()[1]) * 1024 for line in open("/proc/self/status") if line.startswith(name))


def blas():
    """The BLAS that numpy and scipy multiply with; without libopenblas0 it is the reference implementation."""
    try:
        from threadpoolctl import threadpool_info
    except ImportError:
        return "unknown"
    return ", ".join(f"{i['internal_api']} {i.get('architecture', '')}" for i in threadpool_info() if i["user_api"] == "blas") or "reference"


def peer(spec):
    """One fit of a peer in this process; prints what clustering_fit prints."""
    if spec["start"]:
        spec["params"]["start"] = np.load(spec["start"])
    fit, result = PEERS[spec["peer"]](np.load(spec["file"]), spec["threads"], **spec["params"])
    pathlib.Path("/proc/self/clear_refs").write_text("5")
    before, cpu, start = status("VmRSS"), time.process_time(), time.perf_counter()
    fit()
    out = dict(fit_seconds=time.perf_counter() - start, cpu_seconds=time.process_time() - cpu,
               peak_bytes=status("VmHWM") - before)
    labels, more = result()
    more["blas"] = blas()
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
    start = [prepare(folder, work["start"])] if "start" in work else []
    peer_name, params = work["peers"].get(engine, ("grove", dict(model=work["grove"])))
    if peer_name == "grove":
        model = params["model"]
        if callable(model):
            model = model(np.load(file, mmap_mode="r"))
        return run([program, file, model, str(threads), labels, *start], threads)
    spec = dict(file=file, start=start[0] if start else None, peer=peer_name, params=params, threads=threads, labels=labels)
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
    hashes = {r.get("labels_sha256") for results in found.values() for r in results if "labels_sha256" in r}
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
