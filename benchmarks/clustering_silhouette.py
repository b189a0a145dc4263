"""The exact mean silhouette beside scikit-learn's, and DBCV (which scikit-learn has not):

    python3 benchmarks/clustering_silhouette.py build/release/benchmarks/clustering_silhouette [ROWS]

Seconds are wall clock and of all threads together; memory is what is needed beyond the points."""
import json
import os
import pathlib
import subprocess
import sys
import tempfile

import numpy as np

PEER = """
import json, resource, sys, time
import numpy as np
from sklearn.metrics import silhouette_score
x, labels = np.load(sys.argv[1]), np.fromfile(sys.argv[2], np.int32)
silhouette_score(x[:200], np.arange(200) % 3)
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
wall, cpu = time.perf_counter(), time.process_time()
value = silhouette_score(x, labels)
print(json.dumps(dict(value=value, seconds=time.perf_counter() - wall,
                      cpu_seconds=time.process_time() - cpu, peak_bytes=1024 *
                      (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before))))
"""


def make(rows, clusters=10, columns=16):
    rng = np.random.default_rng(3)
    labels = rng.integers(0, clusters, rows).astype(np.int32)
    return rng.normal(0, 1.5, (clusters, columns))[labels] + rng.normal(size=(rows, columns)), labels


def run(command, threads):
    limits = dict(os.environ, OMP_NUM_THREADS=str(threads), OPENBLAS_NUM_THREADS=str(threads))
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True,
                                     env=limits).stdout)


def main():
    program, rows = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 60_000
    with tempfile.TemporaryDirectory() as folder:
        points, labels = (str(pathlib.Path(folder) / name) for name in ("points.npy", "labels"))
        x, codes = make(rows)
        np.save(points, x)
        codes.tofile(labels)
        print(f"{'':24}{'threads':>8}{'s':>9}{'cpu s':>9}{'MB':>8}  value")
        for threads in (1, 2):
            for name, command in (
                    ("silhouette grove", [program, "silhouette", points, labels, str(threads)]),
                    ("silhouette scikit-learn", [sys.executable, "-c", PEER, points, labels]),
                    ("DBCV grove", [program, "dbcv", points, labels, str(threads)])):
                r = run(command, threads)
                print(f"{name:24}{threads:8}{r['seconds']:9.2f}{r['cpu_seconds']:9.2f}"
                      f"{r['peak_bytes'] / 2**20:8.0f}  {r['value']:.15f}", flush=True)


if __name__ == "__main__":
    main()
