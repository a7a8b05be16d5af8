"""A training step as a textbook writes it: layer objects in plain numpy that remember what they need.

The yardstick for traces, so it shares no line with neural_net.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]


class Dense:
    """y = relu(x W + b), or x W + b in the head."""

    def __init__(self, W: Array, b: Array, is_head: bool) -> None:
        self.W, self.b, self.is_head = W.copy(), b.copy(), is_head

    def forward(self, x: Array) -> Array:
        """Return y, and remember x and z."""
        self.x = x
        self.z = x @ self.W + self.b
        return self.z if self.is_head else np.maximum(self.z, 0)

    def backward(self, dy: Array) -> Array:
        """Keep the gradients of W and b, and return that of x."""
        dz = dy if self.is_head else dy * (self.z > 0)
        self.dW = self.x.T @ dz
        self.db = dz.sum(axis=0)
        return dz @ self.W.T

    def update(self, learning_rate: float) -> None:
        """Go a step down the gradient."""
        self.W -= learning_rate * self.dW
        self.b -= learning_rate * self.db


class SoftmaxCrossEntropy:
    """The mean of −log p of the true class."""

    def forward(self, z: Array, target: npt.NDArray[np.int64]) -> float:
        """Return the loss, and remember the probabilities and the target."""
        e = np.exp(z - z.max(axis=1, keepdims=True))
        self.p = e / e.sum(axis=1, keepdims=True)
        self.target = target
        return float(-np.log(self.p[np.arange(len(z)), target]).mean())

    def backward(self) -> Array:
        """Return the gradient of z, (p − t) / m."""
        dz: Array = self.p.copy()
        dz[np.arange(len(dz)), self.target] -= 1
        dz /= len(dz)
        return dz


def train_step(
    layers: list[Dense],
    loss: SoftmaxCrossEntropy,
    x: Array,
    target: npt.NDArray[np.int64],
    learning_rate: float = 0.01,
) -> float:
    """Run forward, loss, backward and the update; return the loss."""
    for layer in layers:
        x = layer.forward(x)
    value = loss.forward(x, target)
    gradient = loss.backward()
    for layer in reversed(layers):
        gradient = layer.backward(gradient)
    for layer in layers:
        layer.update(learning_rate)
    return value
