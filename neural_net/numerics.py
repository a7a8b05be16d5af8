"""Functions of logits that stay finite, and accurate, however large the logit."""

from __future__ import annotations

import math

import numpy as np

from neural_net.operations import Array

_erf = np.vectorize(math.erf, otypes=[np.float64])


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
    return np.asarray(0.5 * (1 + _erf(np.asarray(z, dtype=np.float64) / math.sqrt(2)))).astype(z.dtype)


def normal_pdf(z: Array) -> Array:
    """φ(z) = e^(−z²/2) / √(2π)."""
    return np.asarray(np.exp(-0.5 * z * z) / math.sqrt(2 * math.pi))


def open_unit_interval(p: Array) -> Array:
    """Keep probabilities inside (0, 1): at least the smallest normal number, at most the last one before 1.

    A probability that rounding has made exactly 0 or 1 would give an infinite loss and then 0 · ∞ in the
    backward pass. This shift is below the rounding error of p and keeps the gradient with respect to the
    logits right, because p · (1/p) is 1 again.
    """
    limits = np.finfo(p.dtype)
    return np.asarray(np.clip(p, limits.tiny, 1 - limits.epsneg))
