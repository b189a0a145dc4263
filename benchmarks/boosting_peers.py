"""Training of boosted trees beside XGBoost and scikit-learn: seconds, memory and scores on rows held out.

Run: python3 boosting_peers.py PROGRAM FOLDER [WORK ...]     PROGRAM is the built boosting_train
Needs Debian's python3-xgboost and python3-sklearn. FOLDER takes the data (some 400 MB, made once); with no WORK all of them run.
All get 100 rounds (diamonds 300) of 31 leaves grown leaf by leaf, rate 0.1, 255 bins, L2 penalty 1, and no early stopping; a leaf needs
a hessian of 1 (XGBoost) or 20 rows (the others). Every fit runs in a process of its own, binning included and loading not;
engines take turns on each number of THREADS (environment, default 1,2), and the best of RUNS (default 3) counts. Ratio = the
peer's seconds / grove's; on a machine that does other work too, compare the processor's seconds on one thread. Memory is
the rise of the resident set during the fit.
"flights" needs the files that flights_3m.mjs writes into FOLDER.
"""
import json
import os
import pathlib
import subprocess
import sys
import time

import numpy as np

ROOT = pathlib.Path(__file__).resolve().parents[1]
RUNS = int(os.environ.get("RUNS", "3"))
THREADS = [int(t) for t in os.environ.get("THREADS", "1,2").split(",")]


# ------------------------------------------------------------------------------------------------- data

def higgs(n, d=28, seed=20261127):
    """Two classes of `n` rows: smooth and stepped effects, products of pairs, heavy tails, noise; the true odds have AUC 0.828."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n, d))
    x[:, 7:14] = np.exp(0.6 * x[:, 7:14])
    x[:, 14:18] = np.round(2 * x[:, 14:18])
    x[:, 21:28] = 0.6 * x[:, :7] * x[:, 18:25] + 0.8 * x[:, 21:28]
    logit = (x[:, 0] * x[:, 1] + np.sin(2 * x[:, 2]) + np.abs(x[:, 3]) - 0.8 + 0.7 * np.log(x[:, 7] * x[:, 8])
             + 0.5 * (x[:, 14] > 1) * x[:, 4] - 0.4 * x[:, 9] * (x[:, 5] > 0) + 0.6 * x[:, 21] - 0.3 * x[:, 22] ** 2)
    y = rng.random(n) < 1 / (1 + np.exp(-logit))
    return np.column_stack([x, y]).astype(np.float32)


def bundled(name):
    """Codes for words, the target last; and which columns hold codes."""
    import pandas as pd
    info = next(d for d in json.loads((ROOT / "datasets/index.json").read_text())["datasets"] if d["name"] == name)
    table = pd.read_csv(ROOT / "datasets" / info["file"])
    y = table.pop(info["target"])
    if info["task"] == "classification":
        y = y.astype("category").cat.codes
    words = [c for c in table if table[c].dtype == object]
    for c in words:
        table[c] = table[c].astype("category").cat.codes.astype(float).replace(-1, np.nan)
    return np.column_stack([table.to_numpy(np.float32), y]).astype(np.float32)


def prepare(folder, name, make):
    """Writes NAME_train.npy and NAME_test.npy: every fifth row is held out (of higgs, one in six)."""
    files = [folder / f"{name}_train.npy", folder / f"{name}_test.npy"]
    if not all(f.exists() for f in files):
        if make is None:
            sys.exit(f"{files[0]} is missing: see flights_3m.mjs")
        table, every = make(), 6 if name == "higgs" else 5
        out = np.arange(len(table)) % every == 0
        np.save(files[0], table[~out])
        np.save(files[1], table[out])
    return files


def part_of(folder, rows, features):
    """The first rows and features of higgs."""
    paths = [folder / f"higgs_{rows}x{features}_{part}.npy" for part in ("train", "test")]
    if not all(p.exists() for p in paths):
        for path, whole in zip(paths, prepare(folder, "higgs", lambda: higgs(600_000))):
            table = np.load(whole)[:rows]
            np.save(path, np.column_stack([table[:, :features], table[:, -1]]))
    return paths


# ------------------------------------------------------------------------------------------------- peers

def status(name):
    return next(int(line.split()[1]) * 1024 for line in open("/proc/self/status") if line.startswith(name))


def peer(spec):
    """One fit of a peer in this process; prints what boosting_train prints."""
    from sklearn.metrics import accuracy_score, log_loss, mean_squared_error, roc_auc_score
    train, test = (np.load(f) for f in spec["files"])
    classes = spec["task"] == "classification"
    x, y = np.ascontiguousarray(train[:, :-1]), train[:, -1].astype(int if classes else np.float32)
    qx, qy = np.ascontiguousarray(test[:, :-1]), test[:, -1].astype(int if classes else float)
    n_classes = y.max() + 1 if classes else 0
    categorical = [int(c[1:]) for c in spec["categorical"]]
    del train, test
    if spec["engine"] == "sklearn":
        from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
        model = (HistGradientBoostingClassifier if classes else HistGradientBoostingRegressor)(
            max_iter=spec["rounds"], early_stopping=False, l2_regularization=1,
            categorical_features=categorical or None)
        x, qx = x.astype(float), qx.astype(float)
        fit = lambda: model.fit(x, y)
        predict = lambda: model.predict_proba(qx) if classes else model.predict(qx)
    else:
        import xgboost as xgb
        params = dict(eta=0.1, nthread=spec["threads"], tree_method="hist", max_bin=255, max_leaves=31, max_depth=0,
                      grow_policy="lossguide", verbosity=0,
                      objective="reg:squarederror" if not classes else "binary:logistic" if n_classes == 2 else "multi:softprob")
        if n_classes > 2:
            params["num_class"] = int(n_classes)
        params.update(spec["xgboost"])
        kinds = ["c" if j in categorical else "float" for j in range(x.shape[1])]
        matrix = lambda v, **more: xgb.DMatrix(v, nthread=spec["threads"], feature_types=kinds if categorical else None,
                                               enable_categorical=bool(categorical), **more)
        kept = []
        fit = lambda: kept.append(xgb.train(params, matrix(x, label=y), spec["rounds"]))
        predict = lambda: kept[0].predict(matrix(qx))
    pathlib.Path("/proc/self/clear_refs").write_text("5")
    before, cpu, start = status("VmRSS"), time.process_time(), time.perf_counter()
    fit()
    out = dict(fit_seconds=time.perf_counter() - start, cpu_seconds=time.process_time() - cpu,
               peak_bytes=status("VmHWM") - before)
    start = time.perf_counter()
    found = predict()
    out["predict_seconds"] = time.perf_counter() - start
    if not classes:
        out["scores"] = dict(rmse=mean_squared_error(qy, found, squared=False))
    else:
        found = found.astype(float)
        proba = found if found.ndim == 2 else np.column_stack([1 - found, found])
        out["scores"] = dict(log_loss=log_loss(qy, proba, labels=range(n_classes)), accuracy=accuracy_score(qy, proba.argmax(1)))
        if n_classes == 2:
            out["scores"]["roc_auc"] = roc_auc_score(qy, proba[:, 1])
    print(json.dumps(out))


def run(program, spec, engine, threads):
    environment = dict(os.environ, OMP_NUM_THREADS=str(threads))
    if engine == "grove":
        command = [program, *map(str, spec["files"]), spec["grove"], str(threads), ",".join(spec["categorical"])]
    else:
        command = [sys.executable, __file__, "--peer", json.dumps({**spec, "files": list(map(str, spec["files"])),
                                                                   "engine": engine, "threads": threads})]
    done = subprocess.run(command, capture_output=True, text=True, env=environment)
    if done.returncode != 0:
        return dict(error=(done.stderr.strip().splitlines() or ["failed"])[-1])
    return json.loads(done.stdout)


# ------------------------------------------------------------------------------------------------- works

def spec_of(files, task, categorical=(), rounds=100, xgboost=None, grove="", engines=("xgboost", "sklearn")):
    name = "GradientBoosting" + ("Classifier" if task == "classification" else "Regressor")
    return dict(files=files, task=task, categorical=list(categorical), rounds=rounds, xgboost=xgboost or {}, engines=list(engines),
                grove=f"{name}(n_estimators={rounds}, l2_regularization=1{grove})")


def works(folder):
    classes, values = "classification", "regression"
    sets = {
        "higgs": (lambda: higgs(600_000), classes, ()),
        "letter_recognition": (lambda: bundled("letter_recognition"), classes, ()),
        "diamonds": (lambda: bundled("diamonds"), values, ()),
        "adult": (lambda: bundled("adult"), classes, ["c1", "c3", "c5", "c6", "c7", "c8", "c9", "c13"]),
        "breast_cancer": (lambda: bundled("breast_cancer"), classes, ()),
        "flights": (None, classes, ()),
    }
    sets["flights, airports as categories"] = (None, classes, ["c4", "c5"])
    table = {name: lambda n=name, m=make, t=task, c=columns: spec_of(prepare(folder, n.split(",")[0], m), t, c)
             for name, (make, task, columns) in sets.items()}
    table["diamonds"] = lambda: spec_of(prepare(folder, "diamonds", sets["diamonds"][0]), values, rounds=300)
    exact = dict(tree_method="exact", max_depth=6, max_leaves=0, grow_policy="depthwise")
    table["diamonds, exact"] = lambda: spec_of(
        prepare(folder, "diamonds", sets["diamonds"][0]), values, xgboost=exact, engines=["xgboost"],
        grove=", tree_method=exact, max_depth=6, max_leaf_nodes=64, grow_policy=depth_wise, min_samples_leaf=1")
    grown = lambda rows=250_000, features=28, rounds=100: spec_of(part_of(folder, rows, features), classes, rounds=rounds,
                                                                  engines=["xgboost"])
    for rows in (62_500, 125_000, 250_000, 500_000):
        table[f"growth: {rows} rows"] = lambda r=rows: grown(rows=r)
    for features in (4, 8, 16, 28):
        table[f"growth: {features} features"] = lambda f=features: grown(features=f)
    for rounds in (25, 50, 100, 200):
        table[f"growth: {rounds} rounds"] = lambda r=rounds: grown(rounds=r)
    return table


def best_of(results):
    """The least seconds of the runs that did not fail; else the failure."""
    good = [r for r in results if "error" not in r]
    if not good:
        return results[0]
    return {**good[0], **{k: min(r[k] for r in good) for k in good[0] if k.endswith("_seconds")}}


def measure(program, name, spec):
    """Every engine once on each number of threads, RUNS times round."""
    found = {}
    for _ in range(RUNS):
        for threads in THREADS:
            for engine in ("grove", *spec["engines"]):
                found.setdefault((engine, threads), []).append(run(program, spec, engine, threads))
    hashes = {r.get("model_sha256") for key, results in found.items() if key[0] == "grove" for r in results}
    for threads in THREADS:
        ours = best_of(found["grove", threads])
        for engine in ("grove", *spec["engines"]):
            r = best_of(found[engine, threads])
            if "error" in r:
                print(f"{name:32}{threads:3} {engine:9} {r['error']}", flush=True)
                continue
            ratios = [r[k] / ours[k] if "error" not in ours else float("nan") for k in ("fit_seconds", "cpu_seconds")]
            scores = "  ".join(f"{metric} {value:.5f}" for metric, value in r["scores"].items())
            print(f"{name:32}{threads:3} {engine:9}{r['fit_seconds']:9.3f}{ratios[0]:7.2f}{r['cpu_seconds']:9.3f}{ratios[1]:7.2f}"
                  f"{r['peak_bytes'] / 2**20:9.1f}{r['predict_seconds']:9.3f}  {scores}", flush=True)
    if len(hashes) > 1:
        print(f"{name}: grove's models differ: {hashes}", flush=True)


def main():
    if sys.argv[1] == "--peer":
        return peer(json.loads(sys.argv[2]))
    program, folder, chosen = sys.argv[1], pathlib.Path(sys.argv[2]), sys.argv[3:]
    folder.mkdir(parents=True, exist_ok=True)
    import sklearn
    import xgboost
    print(f"xgboost {xgboost.__version__}, scikit-learn {sklearn.__version__}, best of {RUNS}")
    print(f"{'work':32}{'thr':>3} {'engine':9}{'fit s':>9}{'ratio':>7}{'cpu s':>9}{'ratio':>7}{'MB':>9}{'pred. s':>9}  scores")
    for name, make in works(folder).items():
        if not chosen or any(name == c or (c == "growth" and name.startswith(c)) for c in chosen):
            measure(program, name, make())


if __name__ == "__main__":
    main()
