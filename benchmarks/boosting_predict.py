"""Times the scores of 100 boosted trees of 31 leaves, 28 columns, on one thread, beside XGBoost's in-place prediction.

Run: python3 boosting_predict.py PROGRAM     PROGRAM is the built boosting_predict
Needs xgboost. Both train on the same rows (XGBoost by histograms, leaf-wise) and predict the same 20 000; the two take
turns three times and the best of each counts, in seconds of the processor. XGBoost's single row goes through its C API without NumPy in the way.
"""
import ctypes
import json
import subprocess
import sys
import tempfile
import time

import numpy as np
import xgboost

N_TRAIN, N_TEST, D = 100_000, 20_000, 28


def make(n, rng):
    x = rng.normal(size=(n, D)).astype(np.float32)
    x[:, :7] = np.exp(x[:, :7])
    signal = x[:, 7] * x[:, 8] + np.sin(2 * x[:, 9]) + x[:, 0] - 0.5 * x[:, 1] * (x[:, 10] > 0) + x[:, 11] ** 2
    signal += 0.3 * (x[:, 12:] @ np.linspace(-1, 1, D - 12).astype(np.float32))
    return x, (signal + rng.normal(size=n) > 1.5).astype(int)


def best(runs, f):
    times = []
    for _ in range(runs):
        start = time.thread_time()
        f()
        times.append(time.thread_time() - start)
    return min(times)


def one_row(booster, x):
    """Microseconds of XGBoosterPredictFromDense on a single row."""
    lib, handle = xgboost.core._LIB, booster.handle
    config = json.dumps({"type": 1, "training": False, "iteration_begin": 0, "iteration_end": 0,
                         "missing": float("nan"), "strict_shape": False, "cache_id": 0}).encode()
    arrays = [json.dumps({"data": [x[i:].ctypes.data, True], "shape": [1, D], "typestr": "<f4", "version": 3}).encode()
              for i in range(2000)]
    shape, dim = ctypes.POINTER(ctypes.c_uint64)(), ctypes.c_uint64()
    result = ctypes.POINTER(ctypes.c_float)()

    def run():
        for array in arrays:
            if lib.XGBoosterPredictFromDense(handle, array, config, None, ctypes.byref(shape), ctypes.byref(dim),
                                             ctypes.byref(result)) != 0:
                raise RuntimeError(lib.XGBGetLastError())

    return best(5, run) / len(arrays) * 1e6


def main(program):
    rng = np.random.default_rng(1)
    (x, y), (test, _) = make(N_TRAIN, rng), make(N_TEST, rng)
    booster = xgboost.train(
        {"objective": "binary:logistic", "tree_method": "hist", "grow_policy": "lossguide", "max_leaves": 31,
         "max_depth": 0, "max_bin": 255, "eta": 0.1, "nthread": 1}, xgboost.DMatrix(x, y), 100)
    booster.set_param({"nthread": 1})
    grove, rates, rows = {}, [], []
    with tempfile.TemporaryDirectory() as folder:
        np.save(f"{folder}/train.npy", np.column_stack([x, y]))
        np.save(f"{folder}/test.npy", test)
        for _ in range(3):
            rates.append(N_TEST / best(3, lambda: booster.inplace_predict(test, predict_type="margin")))
            rows.append(one_row(booster, test))
            output = subprocess.run([program, f"{folder}/train.npy", f"{folder}/test.npy"], check=True, text=True,
                                    stdout=subprocess.PIPE).stdout
            for line in output.splitlines():
                name, value, *unit = line.split()
                better = max if unit == ["rows/s"] else min
                grove[name] = better(grove.get(name, float(value)), float(value))
    print(f"xgboost {xgboost.__version__}: {max(rates) / 1e3:.0f} k rows/s, one row {min(rows):.2f} us")
    print(f"grove: compile {grove['compile']} ms")
    for name in ("walk", "baseline", "avx2", "avx512"):
        if name in grove:
            print(f"grove {name}: {grove[name] / 1e3:.0f} k rows/s, {grove[name] / max(rates):.1f} x")
    print(f"grove one row: {grove['one_row']} us, {min(rows) / grove['one_row']:.1f} x")


if __name__ == "__main__":
    main(sys.argv[1])
