"""Times the exact search of the 10 nearest beside nanoflann, pykdtree, scipy, scikit-learn and faiss.

Run: python3 neighbors_peers.py PROGRAM [WORK ...]     PROGRAM is the built neighbors_peers
Needs Debian's python3-sklearn, python3-pykdtree and libopenblas0 (without it scikit-learn and faiss crawl), and
python3-faiss, dataset-fashion-mnist, gmt-gshhg-full and python3-netcdf4 for the work that uses them; what is not
installed is left out. Every engine runs in a process of its own, on 1 and on 2 threads; seconds are build + query, the
best of three. `sum` (of the distances to the 10th) must agree. faiss is inexact.
"""
import gzip
import os
import pathlib
import subprocess
import sys
import tempfile
import time

import numpy as np

K = 10


def fashion(part):
    folder = pathlib.Path("/usr/share/datasets/fashion-mnist")
    with gzip.open(folder / f"{part}-images-idx3-ubyte.gz") as file:
        return np.frombuffer(file.read(), np.uint8, offset=16).reshape(-1, 784)


def shoreline():
    """Longitude and latitude of the world's shorelines (GSHHG, full resolution): real points, some of them equal."""
    import netCDF4
    file = netCDF4.Dataset("/usr/share/gmt-gshhg/binned_GSHHS_f.nc")
    read = lambda name: np.array(file[name][:], np.int64)
    bins = np.repeat(np.arange(64800), read("N_segments_in_a_bin"))  # one degree each, from the north-west, row by row
    n_points = read("Embedded_npts_levels_exit_entry_for_a_segment") >> 9
    bins = np.repeat(bins, n_points)
    first = read("Id_of_first_point_in_a_segment")
    at = np.repeat(first - np.concatenate([[0], np.cumsum(n_points)[:-1]]), n_points) + np.arange(len(bins))
    within = [read(f"Relative_{axis}_from_SW_corner_of_bin") % 65536 / 65535 for axis in ("longitude", "latitude")]
    return np.column_stack([bins % 360 + within[0][at], 89 - bins // 360 + within[1][at]])[:5_000_000]


def blobs(rng):
    return rng.uniform(0, 10, (20, 16))[rng.integers(0, 20, 100_000)] + rng.normal(size=(100_000, 16))


# name: points, queries (None = all points among themselves), grove's engines, peers
def works():
    rng = np.random.default_rng(1)
    trees = ["nanoflann", "pykdtree", "scipy"]
    return {
        "uniform 3-D, 1M": (lambda: rng.random((1_000_000, 3)), None, ["kd_tree"], trees),
        "uniform 8-D, 200k": (lambda: rng.random((200_000, 8)), None, ["kd_tree"], trees),
        "blobs 16-D, 100k": (lambda: blobs(rng), None, ["kd_tree", "brute"], [*trees, "sklearn"]),
        "shoreline 2-D": (shoreline, None, ["kd_tree"], ["nanoflann", "pykdtree"]),
        "other queries 3-D, 1M": (lambda: rng.random((1_000_000, 3)), lambda: rng.random((1_000_000, 3)), ["kd_tree"],
                                  trees),
        "one at a time 3-D, 1M": (lambda: rng.random((1_000_000, 3)), lambda: rng.random((100_000, 3)), ["single"],
                                  ["nanoflann"]),
        "fashion 784-D, 10k x 60k": (lambda: fashion("train").astype(float), lambda: fashion("t10k").astype(float),
                                     ["brute"], ["sklearn", "faiss"]),
    }


def peer(name, points, queries, threads):
    """Seconds of build and of query, and the sum of the distances to the k-th."""
    x = np.load(points)
    q = x if queries == "-" else np.load(queries)
    k = K + 1 if queries == "-" else K
    if name == "faiss":
        import faiss
        faiss.omp_set_num_threads(threads)
        x, q = x.astype(np.float32), q.astype(np.float32)
        start = time.perf_counter()
        index = faiss.IndexFlatL2(x.shape[1])
        index.add(x)
        built = time.perf_counter()
        distances = np.sqrt(index.search(q, k)[0].astype(float))
    elif name == "pykdtree":
        from pykdtree.kdtree import KDTree
        start = time.perf_counter()
        index = KDTree(x)
        built = time.perf_counter()
        distances = index.query(q, k)[0]
    elif name == "scipy":
        from scipy.spatial import cKDTree
        start = time.perf_counter()
        index = cKDTree(x)
        built = time.perf_counter()
        distances = index.query(q, k, workers=threads)[0]
    else:
        from sklearn.neighbors import NearestNeighbors
        x, q = x.astype(np.float32), q.astype(np.float32)
        start = time.perf_counter()
        index = NearestNeighbors(n_neighbors=k, algorithm="brute").fit(x)
        built = time.perf_counter()
        distances = index.kneighbors(q)[0]
    done = time.perf_counter()
    print(built - start, done - built, distances[:, -1].sum(), 0)


def run(command, threads):
    env = dict(os.environ, OMP_NUM_THREADS=str(threads), OPENBLAS_NUM_THREADS=str(threads))
    out = subprocess.run(command, env=env, check=True, capture_output=True, text=True).stdout
    return [float(v) for v in out.split()]


def main():
    program, chosen = sys.argv[1], sys.argv[2:]
    print(f"{'work':26}{'engine':12}{'threads':>8}{'build':>9}{'query':>9}{'both':>9}{'to grove':>9}{'MB':>7}  sum")
    for name, (points, queries, ours, peers) in works().items():
        if chosen and not any(c in name for c in chosen):
            continue
        with tempfile.TemporaryDirectory() as folder:
            files = [f"{folder}/points.npy", "-" if queries is None else f"{folder}/queries.npy"]
            try:
                np.save(files[0], points())
                if queries is not None:
                    np.save(files[1], queries())
            except (ImportError, OSError) as error:
                print(f"{name:26}left out: {error}")
                continue
            for threads in ([1] if "one at a time" in name else [1, 2]):
                best = None
                for engine in [*ours, *peers]:
                    local = engine in ("kd_tree", "brute", "single", "nanoflann")
                    command = [program, engine, *files, str(K), str(threads)] if local else \
                        [sys.executable, __file__, "--peer", engine, *files, str(threads)]
                    try:
                        runs = [run(command, threads) for _ in range(3)]
                    except subprocess.CalledProcessError as error:
                        print(f"{name:26}{engine:12} left out: {error.stderr.strip().splitlines()[-1]}")
                        continue
                    build, query, total, peak = min(runs, key=lambda r: r[0] + r[1])
                    best = best or build + query
                    print(f"{name:26}{engine:12}{threads:8}{build:9.3f}{query:9.3f}{build + query:9.3f}"
                          f"{(build + query) / best:9.2f}{peak / 1e6:7.0f}  {total:.10g}", flush=True)


if __name__ == "__main__":
    if sys.argv[1] == "--peer":
        peer(sys.argv[2], sys.argv[3], sys.argv[4], int(sys.argv[5]))
    else:
        main()
