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


def spirals(n, seed=20261127):
    """Two arms in the plane, turned against each other by half a turn."""
    rng = np.random.default_rng(seed)
    t, arm = 1 + 2 * np.pi * np.sqrt(rng.uniform(size=n)), rng.integers(2, size=n)
    return t[:, None] * np.stack([np.cos(t + np.pi * arm), np.sin(t + np.pi * arm)], axis=1) + 0.3 * rng.normal(size=(n, 2))


DATA = {
    "blobs_1m_16": lambda: blobs(1_000_000, 16, 256),
    "blobs_200k_16": lambda *_: blobs(200_000, 16, 10),
    "blobs_4k_8": lambda *_: blobs(4_000, 8, 12),
    "spirals_20k": lambda *_: spirals(20_000),
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


PEERS = {
    "sklearn": sklearn_k_means,
    "sklearn_mixture": sklearn_mixture,
    "sklearn_class": sklearn_class,
}

# ------------------------------------------------------------------------------------------------- works
# data, grove's model, peers: name -> (function of PEERS, its parameters)

WORKS = {
    "k-means 256, 1M x 16": dict(data="blobs_1m_16", grove="KMeans(n_clusters=256, n_init=1, max_iter=20, tol=0, init=random)",
                                 peers={"sklearn": ("sklearn", dict(n_clusters=256, max_iter=20, tol=0, init="random", algorithm="lloyd"))}),
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
        model = work["grove"] if isinstance(work["grove"], str) else work["grove"](np.load(file, mmap_mode="r"))
        return run([program, file, model, str(threads), labels], threads)
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
