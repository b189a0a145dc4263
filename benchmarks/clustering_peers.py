"""Clustering beside its peers: seconds, memory, and whether the labels are the same.

Run: python3 clustering_peers.py PROGRAM FOLDER [WORK ...]     PROGRAM is the built clustering_fit
FOLDER takes the data (made once); with no WORK all of them run. A peer that is not installed is left out by name: Debian's
python3-sklearn, python3-scipy, python3-fastcluster, python3-faiss, python3-pykdtree, r-cran-dbscan; and libopenblas0, without
which the others multiply 25 times slower than they could. Every fit runs in a process of its own, loading not counted; engines take turns on each number of THREADS (environment, default 1,2), and the best of RUNS (default 3)
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


def images(n=60_000, n_classes=10, side=28, seed=7):
    """Stands in for Fashion-MNIST, which Debian does not have: bytes of 28 x 28 images of 10 classes, smooth, with a spectrum that
    falls as that of clothing does (half of the variance in 5 components, 90 % in about 80), dark outside a middle."""
    rng = np.random.default_rng(seed)
    wave = np.cos(np.pi * (np.arange(side)[:, None] + 0.5) * np.arange(side)[None, :] / side)
    u, v = np.meshgrid(np.arange(side), np.arange(side), indexing="ij")
    power = (1 + u ** 2 + v ** 2) ** -1.15
    def smooth(count, scale):
        spectrum = rng.normal(size=(count, side, side)) * np.sqrt(power) * scale
        return np.einsum("au,nuv,bv->nab", wave, spectrum, wave, optimize=True)
    means = smooth(n_classes, 45)
    window = np.exp(-(np.abs(np.linspace(-1, 1, side)) ** 4))
    y = rng.integers(n_classes, size=n)
    out = np.empty((n, side * side))
    for first in range(0, n, 5000):
        rows = slice(first, min(first + 5000, n))
        image = (70 + means[y[rows]] + smooth(rows.stop - first, 35)) * window[:, None] * window[None, :]
        out[rows] = np.clip(np.round(image), 0, 255).reshape(-1, side * side)
    return out


def rows_of(name, k, seed=3):
    """Starting centres: rows of a set, drawn at random."""
    def make(folder):
        x = np.load(prepare(folder, name), mmap_mode="r")
        return x[np.sort(np.random.default_rng(seed).choice(len(x), k, replace=False))]
    return make


DATA = {
    "blobs_1m_16": lambda folder: blobs(1_000_000, 16, 256),
    "images_60k_784": lambda folder: images(),
    "start_blobs_256": rows_of("blobs_1m_16", 256),
    "start_images_100": rows_of("images_60k_784", 100),
}


def prepare(folder, name):
    path = folder / f"{name}.npy"
    if not path.exists():
        np.save(path, np.ascontiguousarray(DATA[name](folder), dtype=np.float64))
    return str(path)


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


PEERS = {
    "sklearn": sklearn_k_means,
    "faiss": faiss_k_means,
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


WORKS = {
    "k-means 256, 1M x 16": k_means("blobs_1m_16", "start_blobs_256", 256, peers=("sklearn", "faiss")),
    "k-means 100, 60k x 784": k_means("images_60k_784", "start_images_100", 100, peers=("sklearn", "faiss")),
    "k-means 256, 1M x 16, Lloyd": k_means("blobs_1m_16", "start_blobs_256", 256, ", algorithm=lloyd"),
    "k-means 100, 60k x 784, Lloyd": k_means("images_60k_784", "start_images_100", 100, ", algorithm=lloyd"),
    "to convergence, 256, 1M x 16": converge("blobs_1m_16", "start_blobs_256", 256),
    "to convergence, 100, 60k x 784": converge("images_60k_784", "start_images_100", 100),
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
        return run([program, file, params["model"], str(threads), labels, *start], threads)
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
