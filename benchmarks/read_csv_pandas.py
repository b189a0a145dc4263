"""Times read_csv beside pandas on the same files, and prints the ratios.

Run: python3 read_csv_pandas.py PROGRAM     PROGRAM is the built read_csv_pandas
pandas reads on one thread; its default parser of numbers is not exact, `round_trip` is. Memory is the peak while
reading over the bytes of the values held (8 each).
"""
import gzip
import pathlib
import subprocess
import sys
import tempfile
import time

import numpy as np
import pandas as pd

ROOT = pathlib.Path(__file__).resolve().parents[1]


def write_files(folder):
    """Full-precision reals, short reals with gaps, small integers, and names mixed with numbers."""
    rng = np.random.default_rng(1)
    pd.DataFrame(rng.normal(size=(200_000, 20))).to_csv(folder / "reals.csv", index=False)
    short = np.round(rng.normal(size=(400_000, 20)) * 100, 2)
    short[rng.random(short.shape) < 0.05] = np.nan
    pd.DataFrame(short).to_csv(folder / "short.csv", index=False)
    letters = pd.read_csv(ROOT / "datasets" / "letter_recognition.csv")
    pd.concat([letters] * 25).to_csv(folder / "letters.csv", index=False)
    with gzip.open(ROOT / "datasets" / "adult.csv.gz", "rt") as file:
        header, *lines = file.read().splitlines()
    (folder / "adult.csv").write_text("\n".join([header] + lines * 10) + "\n")
    return [folder / name for name in ("reals.csv", "short.csv", "letters.csv", "adult.csv")]


def grove(program, path, threads):
    out = subprocess.run([program, path, str(threads)], check=True, capture_output=True, text=True)
    return [float(v) for v in out.stdout.split()]


def pandas(path, **options):
    best = float("inf")
    for _ in range(3):
        start = time.perf_counter()
        pd.read_csv(path, **options)
        best = min(best, time.perf_counter() - start)
    return best


def main():
    program = sys.argv[1]
    print(f"pandas {pd.__version__}; best times in ms; ratio = pandas over grove")
    print(f"{'file':14}{'MB':>7}{'grove 1':>9}{'grove 2':>9}{'pandas':>9}{'exact':>9}{'1 thread':>10}{'2 threads':>10}"
          f"{'memory':>8}")
    with tempfile.TemporaryDirectory() as folder:
        for path in write_files(pathlib.Path(folder)):
            one, peak, held = grove(program, path, 1)
            two = grove(program, path, 2)[0]
            plain, exact = pandas(path), pandas(path, float_precision="round_trip")
            print(f"{path.name:14}{path.stat().st_size / 1e6:7.1f}{one * 1e3:9.0f}{two * 1e3:9.0f}{plain * 1e3:9.0f}"
                  f"{exact * 1e3:9.0f}{plain / one:10.2f}{plain / two:10.2f}{peak / held:8.2f}", flush=True)


if __name__ == "__main__":
    main()
