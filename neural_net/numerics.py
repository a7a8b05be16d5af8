"""Functions of logits that stay finite, and accurate, however large the logit."""

from __future__ import annotations

import math

import numpy as np

from neural_net.operations import Array


def sigmoid(z: Array) -> Array:
    """1 / (1 + e^(−z)), from e^(−|z|), which cannot overflow."""
    e = np.exp(-np.abs(z))
    return np.asarray(np.where(z >= 0, 1, e) / (1 + e))


def softplus(z: Array) -> Array:
    """log(1 + e^z) = max(z, 0) + log(1 + e^(−|z|))."""
    return np.asarray(np.maximum(z, 0) + np.log1p(np.exp(-np.abs(z))))


def softmax(z: Array) -> Array:
    """e^z_k / Σ_j e^z_j along the last axis; the largest logit is subtracted first, which changes nothing
    else.
    """
    e = np.exp(z - z.max(axis=-1, keepdims=True))
    return np.asarray(e / e.sum(axis=-1, keepdims=True))


def log_softmax(z: Array) -> Array:
    """z − log Σ_j e^z_j along the last axis (log-sum-exp)."""
    shifted = z - z.max(axis=-1, keepdims=True)
    return np.asarray(shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True)))


def normal_cdf(z: Array) -> Array:
    """Φ(z) = (1 + erf(z/√2)) / 2, the probability that a standard normal variable is below z."""
    return np.asarray(0.5 * (1 + erf(np.asarray(z, dtype=np.float64) / math.sqrt(2)))).astype(z.dtype)


def normal_pdf(z: Array) -> Array:
    """φ(z) = e^(−z²/2) / √(2π)."""
    return np.asarray(np.exp(-0.5 * z * z) / math.sqrt(2 * math.pi))


def erf(x: Array) -> Array:
    """The error function (2/√π) ∫₀ˣ e^(−t²) dt, in float64, right to the last digits.

    By the rational approximations of W. J. Cody, "Rational Chebyshev approximations for the error function",
    Mathematics of Computation 23 (1969): one near 0, one up to 4, and one beyond, where 1 − erf is small.
    """
    x = np.asarray(x, dtype=np.float64)
    size, y = np.abs(x), np.empty_like(x)
    near, far = size <= 0.46875, size > 4
    y[near] = x[near] * _ratio(size[near] ** 2, *_NEAR)
    between = size[~near & ~far]
    y[~near & ~far] = 1 - np.exp(-(between**2)) * _ratio(between, *_BETWEEN)
    beyond = np.minimum(size[far], 7)  # from 6 on, 1 − erf is below the last digit of 1
    inverse_square = beyond**-2
    tail = (1 / math.sqrt(math.pi) - inverse_square * _ratio(inverse_square, *_BEYOND)) / beyond
    y[far] = 1 - np.exp(-(beyond**2)) * tail
    return np.where(near, y, np.copysign(y, x))


def _ratio(x: Array, above: Coefficients, below: Coefficients) -> Array:
    """A ratio of two polynomials, by Horner's rule; the coefficients stand from the highest power down."""
    return np.asarray(np.polyval(above, x) / np.polyval(below, x))


Coefficients = tuple[float, ...]
_NEAR = (
    (1.85777706184603153e-1, 3.16112374387056560e0, 1.13864154151050156e2, 3.77485237685302021e2,
     3.20937758913846947e3),
    (1.0, 2.36012909523441209e1, 2.44024637934444173e2, 1.28261652607737228e3, 2.84423683343917062e3),
)  # fmt: skip
_BETWEEN = (
    (2.15311535474403846e-8, 5.64188496988670089e-1, 8.88314979438837594e0, 6.61191906371416295e1,
     2.98635138197400131e2, 8.81952221241769090e2, 1.71204761263407058e3, 2.05107837782607147e3,
     1.23033935479799725e3),
    (1.0, 1.57449261107098347e1, 1.17693950891312499e2, 5.37181101862009858e2, 1.62138957456669019e3,
     3.29079923573345963e3, 4.36261909014324716e3, 3.43936767414372164e3, 1.23033935480374942e3),
)  # fmt: skip
_BEYOND = (
    (1.63153871373020978e-2, 3.05326634961232344e-1, 3.60344899949804439e-1, 1.25781726111229246e-1,
     1.60837851487422766e-2, 6.58749161529837803e-4),
    (1.0, 2.56852019228982242e0, 1.87295284992346725e0, 5.27905102951428412e-1, 6.05183413124413191e-2,
     2.33520497626869185e-3),
)  # fmt: skip


def open_unit_interval(p: Array) -> Array:
    """Keep probabilities inside (0, 1): at least the smallest normal number, at most the last one before 1.

    A probability that rounding has made exactly 0 or 1 would give an infinite loss and then 0 · ∞ in the
    backward pass. This shift is below the rounding error of p and keeps the gradient with respect to the
    logits right, because p · (1/p) is 1 again.
    """
    limits = np.finfo(p.dtype)
    return np.asarray(np.clip(p, limits.tiny, 1 - limits.epsneg))
