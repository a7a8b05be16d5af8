"""One network around each kind of layer, small enough to look at every number."""

from __future__ import annotations

import numpy as np

from neural_net.layers import (
    LSTM,
    RNN,
    Activate,
    AvgPool2d,
    BatchNorm,
    Conv2d,
    Dense,
    Dropout,
    Embedding,
    Flatten,
    LayerNorm,
    MaxPool2d,
    MeanOverTime,
    PositionEmbedding,
    PostNormTransformerBlock,
    Repeat,
    Residual,
    SelfAttention,
    TransformerBlock,
)
from neural_net.network import network
from neural_net.trace import trace

N_TOKENS = 5
EXAMPLES = {
    "dense rows": ([Dense(3, 2, "tanh")], (3,)),
    "dense sequence": ([Dense(3, 2, "sigmoid")], (4, 3)),
    "softmax": ([Activate("softmax")], (4, 3)),
    "gelu": ([Activate("gelu")], (3,)),
    "convolution": ([Conv2d(2, 3, 2, "tanh")], (2, 4, 3)),
    "convolution, stride and padding": ([Conv2d(2, 2, (3, 2), stride=(2, 1), padding=(1, 2))], (2, 4, 3)),
    "max pooling": ([MaxPool2d(2)], (2, 4, 5)),
    "max pooling, overlapping": ([MaxPool2d(2, stride=1)], (1, 3, 4)),
    "average pooling": ([AvgPool2d((2, 1), stride=(1, 2))], (2, 4, 3)),
    "flatten": ([Flatten()], (2, 3, 2)),
    "batch norm, rows": ([BatchNorm(3)], (3,)),
    "batch norm, images": ([BatchNorm(2)], (2, 3, 2)),
    "batch norm, inference": ([BatchNorm(3, running_mean=[1, 2, 3]).inference()], (3,)),
    "batch norm, inference, images": ([BatchNorm(2, running_variance=[2, 3]).inference()], (2, 3, 2)),
    "layer norm, rows": ([LayerNorm(4)], (4,)),
    "layer norm, sequence": ([LayerNorm(3)], (2, 3)),
    "dropout": ([Dropout(0.4, seed=3)], (5,)),
    "embedding": ([Embedding(N_TOKENS, 3), PositionEmbedding(4, 3)], (4,)),
    "mean over time": ([MeanOverTime()], (4, 3)),
    "rnn": ([RNN(2, 3)], (4, 2)),
    "lstm": ([LSTM(2, 3)], (3, 2)),
    "attention": ([SelfAttention(3)], (4, 3)),
    "attention, heads, causal": ([SelfAttention(4, 2, causal=True)], (3, 4)),
    "residual": ([Residual(Dense(3, 5, "tanh"), BatchNorm(5), Dense(5, 3))], (3,)),
    "residual in a residual": ([Residual(LayerNorm(4), Residual(SelfAttention(4, 2)))], (3, 4)),
    "repeat": ([Repeat(Dense(3, 3, "tanh"), 3)], (3,)),
    "repeat of a block": ([Repeat(Residual(BatchNorm(3), Dense(3, 3, "tanh")), 2)], (3,)),
    "transformer, post-norm": ([PostNormTransformerBlock(4, n_hidden=3)], (3, 4)),
    "transformer": ([TransformerBlock(4, 2, n_hidden=3, causal=True)], (3, 4)),
}


def example_trace(name, m=3, **options):
    """The trace of a network that is the layer alone, with all its parameters random."""
    layers, shape = EXAMPLES[name]
    rng = np.random.default_rng(7)
    net = network(layers=layers, input_shape=shape, **options)
    random = {key: array + 0.3 * rng.normal(size=array.shape) for key, array in net.parameters.items()}
    net = net.with_parameters(random)
    tokens = isinstance(layers[0], Embedding)
    x = rng.integers(0, N_TOKENS, (m, *shape)) if tokens else rng.normal(size=(m, *shape))
    return trace(net, x, rng.normal(size=(m, *net.shapes[-1])))
