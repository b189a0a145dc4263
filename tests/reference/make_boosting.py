"""Scores of scikit-learn's HistGradientBoosting for tests/boosting: run with Debian's python3-sklearn."""

import json
import pathlib
import sys

import numpy as np
import sklearn

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "benchmarks"))
from boosting_sklearn import peer

SETS = ["iris", "wine", "vehicle", "glass", "pima_diabetes", "house_votes84", "penguins", "credit_data", "diabetes",
        "ozone", "concrete", "abalone"]


def main():
    index = json.loads((ROOT / "datasets" / "index.json").read_text())["datasets"]
    sets = [{"name": info["name"], "scores": [float(v) for v in peer(info)]} for info in index if info["name"] in SETS]
    out = {"made_with": {"python": sys.version.split()[0], "numpy": np.__version__, "sklearn": sklearn.__version__},
           "folds": "row i is tested in fold i mod 5; log loss or RMSE, defaults without early stopping", "sets": sets}
    pathlib.Path(__file__).with_name("boosting.json").write_text(json.dumps(out))


main()
