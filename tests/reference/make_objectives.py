"""Losses, gradients and hessians by scikit-learn's own loss functions: writes objectives.json."""
import json
import numpy as np
import sklearn
from sklearn._loss.loss import (AbsoluteError, HalfBinomialLoss, HalfGammaLoss, HalfMultinomialLoss, HalfPoissonLoss,
                                HalfTweedieLoss, PinballLoss)

rng = np.random.RandomState(3)
n = 25
scores = 1.5 * rng.randn(n)
values = 2 * rng.randn(n)
counts = rng.poisson(1.3, n).astype(float)
positive = rng.gamma(2.0, 1.0, n)
weights = rng.randint(1, 4, n).astype(float)
binary = rng.randint(0, 2, n).astype(float)
classes = rng.randint(0, 4, n).astype(float)
many = 1.5 * rng.randn(n, 4)


def case(name, loss, target, raw, **options):
    gradient, hessian = loss.gradient_hessian(target, raw)
    return dict(loss=name, options=options, target=target.tolist(), scores=np.atleast_2d(raw.T).tolist(),
                mean=float(np.average(loss.loss(target, raw), weights=weights)),
                gradients=np.atleast_2d(gradient.T).tolist(),
                hessians=np.atleast_2d(np.broadcast_to(hessian, gradient.shape).T).tolist(),
                start=np.atleast_1d(loss.fit_intercept_only(target, weights)).tolist())


cases = [case("absolute_error", AbsoluteError(), values, scores),
         case("poisson", HalfPoissonLoss(), counts, scores),
         case("gamma", HalfGammaLoss(), positive, scores),
         case("log_loss", HalfBinomialLoss(), binary, scores),
         case("log_loss", HalfMultinomialLoss(n_classes=4), classes, many)]
for quantile in (0.1, 0.75):
    cases.append(case("quantile", PinballLoss(quantile=quantile), values, scores, quantile=quantile))
for power in (1.2, 1.5, 1.9):
    cases.append(case("tweedie", HalfTweedieLoss(power=power), counts, scores, tweedie_power=power))
json.dump(dict(made_with=dict(numpy=np.__version__, sklearn=sklearn.__version__), weights=weights.tolist(), cases=cases), open("objectives.json", "w"))
