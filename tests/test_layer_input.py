"""Bad input to layers of every kind: the layer is named, what it was given and what it takes."""

import numpy as np
import pytest

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
    Repeat,
    Residual,
    SelfAttention,
    TransformerBlock,
)
from neural_net.network import network
from neural_net.trace import trace
from tests.layer_examples import EXAMPLES, example_trace


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: SelfAttention(6, 4), "heads that divide the width.*4 heads for a width of 6"),
        (lambda: TransformerBlock(6, 4), "heads that divide the width"),
        (lambda: SelfAttention(6, 0), "heads: expected a whole number of at least 1, got 0"),
        (lambda: SelfAttention(2, W_z=np.ones((2, 2))), "unknown name 'W_z'"),
        (lambda: RNN(2, 3, W_xh=np.ones((3, 2))), r"RNN 2 → 3, W_xh: expected shape \(2, 3\), got \(3, 2\)"),
        (lambda: Conv2d(1, 2, 0), "kernel: expected a whole number of at least 1, got 0"),
        (lambda: Conv2d(1, 2, (2, 2, 2)), r"kernel: expected one whole number, or two \(down, across\)"),
        (lambda: Conv2d(1, 2, 3, padding=-1), "padding: expected a whole number of at least 0"),
        (lambda: Conv2d(1, 2, 3, stride=0), "stride: expected a whole number of at least 1"),
        (lambda: Conv2d(1, 2, 3, "rellu"), "Did you mean 'relu'"),
        (lambda: Conv2d(1, 2, 2, K=np.ones((2, 2))), r"K: expected shape \(2, 1, 2, 2\), got \(2, 2\)"),
        (lambda: MaxPool2d(0), "MaxPool2d, window"),
        (lambda: Dropout(1), "rate: expected a number from 0 to below 1, got 1"),
        (lambda: Dropout(-0.1), "rate: expected a number from 0 to below 1"),
        (lambda: BatchNorm(2, epsilon=0), "epsilon: expected a number above 0"),
        (lambda: BatchNorm(2, running_mean=[1]), r"running_mean: expected shape \(2,\), got \(1,\)"),
        (lambda: BatchNorm(1, running_variance=[-1]), "running_variance: expected numbers of at least 0"),
        (lambda: LayerNorm(3, gamma=[1, np.nan, 1]), "gamma: expected finite numbers, got nan"),
        (lambda: Residual(), "at least one layer"),
    ],
)
def test_options_that_cannot_be_are_refused(make, message):
    with pytest.raises(ValueError, match=message):
        make()


def test_what_is_no_layer_is_refused_in_a_residual():
    with pytest.raises(TypeError, match="Residual: expected layers, got 'relu' of type str"):
        Residual("relu")


@pytest.mark.parametrize(
    ("layer", "shape", "takes"),
    [
        (Conv2d(1, 2, 5), (1, 4, 4), r"images \(1, height, width\) of at least 5 × 5"),
        (
            Conv2d(1, 2, 7, padding=1),
            (1, 4, 4),
            "images .* of at least 7 × 7 with its padding, 1 × 1 on either side",
        ),
        (Conv2d(3, 2, 2), (1, 4, 4), r"images \(3, height, width\)"),
        (Conv2d(1, 2, 2), (16,), r"images \(1, height, width\)"),
        (MaxPool2d(3), (1, 2, 2), r"images \(channels, height, width\) of at least 3 × 3"),
        (AvgPool2d(2), (4, 4), r"images \(channels, height, width\)"),
        (BatchNorm(3), (4,), r"3 features, or images \(3, height, width\)"),
        (BatchNorm(3), (3, 4), r"3 features, or images \(3, height, width\)"),
        (LayerNorm(3), (3, 4), "3 features"),
        (Embedding(5, 3), (4, 2), r"tokens \(T,\)"),
        (PositionEmbedding(4, 3), (5, 3), r"sequences \(4, 3\)"),
        (MeanOverTime(), (4,), r"sequences \(T, n\)"),
        (RNN(2, 3), (4, 3), r"sequences \(T, 2\)"),
        (LSTM(2, 3), (2,), r"sequences \(T, 2\)"),
        (SelfAttention(4), (3, 2), r"sequences \(T, 4\)"),
        (TransformerBlock(4), (4,), r"sequences \(T, 4\)"),
        (Residual(Dense(3, 4)), (3,), r"what its block keeps in shape \(it makes \(4,\) of it\)"),
        (Repeat(Dense(3, 4), 2), (3,), r"what its layer keeps in shape \(it makes \(4,\) of it\)"),
        (Dense(3, 4), (2,), "3 inputs"),
    ],
    ids=repr,
)
def test_a_layer_says_what_it_was_given_and_what_it_takes(layer, shape, takes):
    with pytest.raises(ValueError, match=f"takes {takes}.*input_shape is") as refused:
        network(layers=[layer], input_shape=shape)
    assert f"layer 1 ({layer!r})" in str(refused.value)
    assert str(shape) in str(refused.value)


def test_a_layer_that_does_not_follow_is_named_with_the_one_before():
    with pytest.raises(
        ValueError, match=r"layer 3 \(Dense 10 → 2 identity\): takes 10 inputs, but layer 2 .* gives 8"
    ):
        network(layers=[Conv2d(1, 2, 3), Flatten(), Dense(10, 2)], input_shape=(1, 4, 4))
    with pytest.raises(ValueError, match=r"layer 2 \(Conv2d .*takes images .* but layer 1 .* gives 4"):
        network(layers=[Dense(3, 4), Conv2d(1, 1, 1)])
    with pytest.raises(
        ValueError, match=r"layer 2 \(Embedding 5 → 3\): takes tokens, and so can only be layer 1"
    ):
        network(layers=[Dense(3, 4), Embedding(5, 3)])


def test_a_block_names_the_layer_in_it_that_does_not_fit():
    with pytest.raises(
        ValueError, match=r"block_2 \(Dense 5 → 3 identity\) takes 5 inputs and gets shape \(4,\)"
    ):
        network(layers=[Residual(Dense(3, 4), Dense(5, 3))])


def test_an_open_shape_must_be_given():
    with pytest.raises(
        ValueError, match=r"layer 1 \(Conv2d .*leaves the shape of an example open; give input_shape"
    ):
        network(layers=[Conv2d(1, 2, 3), Flatten()])
    with pytest.raises(ValueError, match=r"input_shape\[0\]: expected a whole number of at least 1, got 0"):
        network(layers=[MeanOverTime()], input_shape=(0, 3))
    with pytest.raises(TypeError, match="input_shape: expected a list"):
        network(layers=[Activate("relu")], input_shape=4)
    with pytest.raises(TypeError, match="input_shape goes with layers"):
        network([2, 1], input_shape=(2,))


@pytest.mark.parametrize(
    ("tokens", "message"),
    [
        ([[0, 1, 5]], r"expected tokens, whole numbers from 0 to 4, because layer 1 knows 5 of them; got 5"),
        ([[0, -1, 2]], "got -1"),
        ([[0, 1.5, 2]], "got 1.5"),
        ([[0, 1, 2, 3]], r"expected shape \(m, 3\).*got shape \(1, 4\)"),
        ([], r"expected shape \(m, 3\)"),
        (np.zeros((0, 3)), "expected at least one example"),
    ],
)
def test_tokens_that_are_none_are_refused(tokens, message):
    net = network(layers=[Embedding(5, 2), MeanOverTime()], input_shape=(3,))
    with pytest.raises(ValueError, match=message):
        trace(net, tokens, [[0, 0]])


def test_images_of_another_shape_are_refused():
    net = network(layers=[Conv2d(1, 2, 3), Flatten()], input_shape=(1, 4, 4))
    with pytest.raises(ValueError, match=r"x: expected shape \(m, 1, 4, 4\).*got shape \(2, 16\)"):
        net.predict(np.zeros((2, 16)))
    assert net.predict(np.zeros((1, 4, 4))).shape == (1, 8)


def test_batch_norm_refuses_to_learn_from_one_number():
    net = network(layers=[Dense(2, 3), Residual(BatchNorm(3))])
    with pytest.raises(
        ValueError, match=r"layer 2: BatchNorm 3: takes batches of at least 2 examples.*got 1"
    ):
        trace(net, [1, 2], [0, 0, 0])
    assert trace(net.inference(), [1, 2], [0, 0, 0]).batch_size == 1
    assert net.predict([1, 2]).shape == (1, 3)


def test_nothing_changes_when_a_trace_is_refused():
    net = network(layers=[Embedding(5, 2), MeanOverTime()], input_shape=(3,))
    before = net.layers[0].parameters["W"].copy()
    with pytest.raises(ValueError, match="tokens"):
        trace(net, [[9, 9, 9]], [[0, 0]])
    assert np.array_equal(net.layers[0].parameters["W"], before)


@pytest.mark.parametrize("name", EXAMPLES)
def test_everything_recorded_is_read_only(name):
    recorded = example_trace(name)
    for record in recorded.records.values():
        arrays = [
            *record.values.values(),
            *record.gradients.values(),
            *(c.value for c in record.contributions),
        ]
        assert not any(array.flags.writeable for array in arrays)
