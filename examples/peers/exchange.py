"""The files that `grove cv DATA -m 'external(COMMAND)'` exchanges with a command."""
import csv
import json
import os

import numpy
import pandas


def read():
    """The task, the training table, its target (codes of classes, or values) and the test table."""
    with open(os.environ["GROVE_TASK"], encoding="utf-8") as file:
        task = json.load(file)
    kinds = {column["name"]: float if column["kind"] == "numeric"
             else pandas.CategoricalDtype(column["categories"]) for column in task["columns"]}
    classes = task["task"] == "classification"
    target = {task["target"]: str if classes else float}

    def table(path, more):
        # The default precision of pandas does not read back the same bits; a class may be "NA".
        return pandas.read_csv(path, dtype={**kinds, **more}, keep_default_na=False,
                               na_values={name: [""] for name in kinds},
                               float_precision="round_trip")

    train = table(os.environ["GROVE_TRAIN"], target)
    test = table(os.environ["GROVE_TEST"], {})
    y = train[task["target"]]
    y = y.map({name: code for code, name in enumerate(task["classes"])}) if classes else y
    return task, train[list(kinds)], y.to_numpy(), test[list(kinds)]


def as_numbers(table):
    """A matrix with a 0/1 column per category."""
    return pandas.get_dummies(table).to_numpy(dtype=float)


def write(task, predictions, proba=None, proba_codes=(), fit_seconds=0.0, predict_seconds=0.0):
    """Codes of classes or values; proba has a column for each of proba_codes."""
    header, columns = ["prediction"], [predictions]
    if task["task"] == "classification":
        columns = [numpy.array(task["classes"], dtype=object)[predictions]]
    if proba is not None:
        header += ["proba_" + task["classes"][code] for code in proba_codes]
        columns += list(proba.T)
    with open(os.environ["GROVE_PREDICTIONS"], "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        writer.writerows(zip(*columns))
    with open(os.environ["GROVE_TIMING"], "w", encoding="utf-8") as file:
        json.dump({"fit_seconds": fit_seconds, "predict_seconds": predict_seconds}, file)
