"""A small Transformer and a small convolutional network learn what they are meant to."""

import numpy as np

from neural_net.datasets import digits, split
from neural_net.layers import (
    RNN,
    BatchNorm,
    Conv2d,
    Dense,
    Dropout,
    Embedding,
    Flatten,
    MaxPool2d,
    PositionEmbedding,
    TransformerBlock,
)
from neural_net.network import network
from neural_net.training import train


def reversals(n_examples, length, n_tokens):
    """Random sequences of tokens, each with its reversal as the classes of its positions."""
    x = np.random.default_rng(0).integers(0, n_tokens, (n_examples, length))
    return x, x[:, ::-1]


def test_a_transformer_learns_to_reverse_sequences():
    """What stands at position t is asked for at position T + 1 − t: attention must look across."""
    layers = [
        Embedding(6, 16),
        PositionEmbedding(6, 16),
        TransformerBlock(16, 2, n_hidden=32),
        Dense(16, 6, "softmax"),
    ]
    net = network(layers=layers, input_shape=(6,), loss="cross_entropy")
    x, target = reversals(1200, 6, 6)
    options = {"optimizer": "adam", "learning_rate": 0.01, "epochs": 6, "progress": False}
    seen, unseen = slice(1000), slice(1000, None)
    result = train(net, x[seen], target[seen], validation=(x[unseen], target[unseen]), **options)
    assert result.history.validation_accuracy[0] < 0.3
    assert result.history.validation_accuracy[-1] > 0.99


def test_a_convolutional_network_learns_to_read_digits():
    (x, target), held_out = split(digits(), validation_fraction=0.25, seed=0)
    layers = [
        Conv2d(1, 8, 3, padding=1),
        BatchNorm(8),
        MaxPool2d(2),
        Conv2d(8, 16, 3, "relu"),
        Flatten(),
        Dropout(0.1),
        Dense(64, 10, "softmax"),
    ]
    net = network(layers=layers, input_shape=(1, 8, 8), loss="cross_entropy")
    options = {"optimizer": "adam", "learning_rate": 0.003, "epochs": 10, "progress": False}
    images = (-1, 1, 8, 8)
    validation = held_out.x.reshape(images), held_out.target
    result = train(net, x.reshape(images), target, validation=validation, **options)
    assert result.history.validation_accuracy[0] < 0.3
    assert result.history.validation_accuracy[-1] > 0.97


def test_a_recurrent_network_learns_to_remember():
    """The class of every position is the token two steps before."""
    x = np.random.default_rng(0).integers(0, 3, (600, 8))
    target = np.roll(x, 2, axis=1)
    target[:, :2] = 0
    layers = [Embedding(3, 8), RNN(8, 24), Dense(24, 3, "softmax")]
    net = network(layers=layers, input_shape=(8,), loss="cross_entropy")
    options = {"optimizer": "adam", "learning_rate": 0.01, "epochs": 12, "progress": False}
    result = train(net, x[:500], target[:500], validation=(x[500:], target[500:]), **options)
    assert result.history.validation_accuracy[-1] > 0.99
