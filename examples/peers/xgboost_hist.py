#!/usr/bin/python3
"""XGBoost on histograms: grove cv iris -m 'external(examples/peers/xgboost_hist.py --rounds 50)'."""
import argparse
import time

import numpy
from xgboost import XGBClassifier, XGBRegressor

import exchange

parser = argparse.ArgumentParser()
parser.add_argument("--rounds", type=int, default=100)
parser.add_argument("--eta", type=float, default=0.1)
parser.add_argument("--depth", type=int, default=6)
options = parser.parse_args()

task, train, y, test = exchange.read()
x, x_test = exchange.as_numbers(train), exchange.as_numbers(test)
classes = task["task"] == "classification"
model = (XGBClassifier if classes else XGBRegressor)(
    n_estimators=options.rounds, learning_rate=options.eta, max_depth=options.depth,
    tree_method="hist", n_jobs=task["threads"], random_state=task["seed"])
# XGBoost wants the codes of the classes that are there without gaps.
codes, labels = numpy.unique(y, return_inverse=True) if classes else ((), y)
start = time.perf_counter()
model.fit(x, labels)
fitted = time.perf_counter()
if classes:
    proba = model.predict_proba(x_test)
    predictions = codes[proba.argmax(axis=1)]
else:
    predictions, proba = model.predict(x_test), None
done = time.perf_counter()
exchange.write(task, predictions, proba, codes, fitted - start, done - fitted)
