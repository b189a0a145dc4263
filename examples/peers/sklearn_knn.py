#!/usr/bin/python3
"""scikit-learn's nearest neighbours: grove cv iris -m 'external(examples/peers/sklearn_knn.py --k 7)'."""
import argparse
import time

from sklearn.neighbors import KNeighborsClassifier, KNeighborsRegressor

import exchange

parser = argparse.ArgumentParser()
parser.add_argument("--k", type=int, default=5)
parser.add_argument("--weights", default="uniform")
parser.add_argument("--algorithm", default="auto")
options = parser.parse_args()

task, train, y, test = exchange.read()
x, x_test = exchange.as_numbers(train), exchange.as_numbers(test)
Model = KNeighborsClassifier if task["task"] == "classification" else KNeighborsRegressor
model = Model(n_neighbors=options.k, weights=options.weights, algorithm=options.algorithm,
              n_jobs=task["threads"])
start = time.perf_counter()
model.fit(x, y)
fitted = time.perf_counter()
if task["proba"]:
    proba = model.predict_proba(x_test)
    predictions, codes = model.classes_[proba.argmax(axis=1)], model.classes_
else:
    predictions, proba, codes = model.predict(x_test), None, ()
done = time.perf_counter()
exchange.write(task, predictions, proba, codes, fitted - start, done - fitted)
