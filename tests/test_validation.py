"""Bad input is refused before anything is computed, and the words say what was given, expected, and where."""

import numpy as np
import pytest

from neural_net import validation
from neural_net.gradient_check import check_gradients
from neural_net.layers import Dense
from neural_net.network import network
from neural_net.trace import trace
from neural_net.training import train

REGRESSION = network([2, 3])
CLASSES = network([2, 3], loss="cross_entropy")
BINARY = network([2, 1], loss="binary_cross_entropy")
X = np.ones((4, 2))


def refused(call, error, message):
    with pytest.raises(error) as caught:
        call()
    assert message in str(caught.value)


# --- x and target, for everything that takes them ---------------------------------------------------

DATA = [
    # Shapes
    (REGRESSION, np.ones((4, 3)), np.ones((4, 3)), ValueError,
     "x: expected shape (m, 2), one example per row, because layer 1 takes 2 inputs; got shape (4, 3)"),
    (REGRESSION, [1, 2, 3], [1, 2, 3], ValueError, "got shape (3,)"),
    (REGRESSION, np.ones((4, 2, 1)), np.ones((4, 3)), ValueError, "got shape (4, 2, 1)"),
    (REGRESSION, 1.0, 1.0, ValueError, "got shape ()"),
    (REGRESSION, [[1, 2], [3]], np.ones((2, 3)), ValueError,
     "x: expected an array of numbers, got rows of different"),
    (REGRESSION, X, np.ones((4, 1)), ValueError,
     "target of mse: expected shape (4, 3), the shape of the prediction; got (4, 1)"),
    (REGRESSION, X, np.ones(4), ValueError, "got (4,)"),
    (REGRESSION, X, np.ones((3, 4)), ValueError, "got (3, 4)"),
    (BINARY, X, np.ones((1, 4)), ValueError,
     "expected shape (4, 1) or (4,), the shape of the prediction; got (1, 4)"),
    # Empty
    (REGRESSION, np.ones((0, 2)), np.ones((0, 3)), ValueError,
     "x: expected at least one example, got an empty batch of shape (0, 2)"),
    (REGRESSION, [], [], ValueError, "x: expected shape (m, 2)"),
    # Not finite
    (REGRESSION, [[1, 2], [3, np.nan]], np.ones((2, 3)), ValueError,
     "x: expected finite numbers, got nan at index [1, 1]"),
    (REGRESSION, [np.inf, 2], [1, 2, 3], ValueError, "x: expected finite numbers, got inf at index [0]"),
    (REGRESSION, [1, 2], [1, -np.inf, 3], ValueError,
     "target of mse: expected finite numbers, got -inf at index [1]"),
    (CLASSES, [1, 2], np.nan, ValueError, "target of cross_entropy: expected finite numbers, got nan"),
    # Not numbers
    (REGRESSION, [["a", "b"]], [1, 2, 3], TypeError, "x: expected real numbers, got dtype 'str"),
    (REGRESSION, [[1, None]], [1, 2, 3], TypeError, "x: expected real numbers, got dtype 'object'"),
    (REGRESSION, X + 1j, np.ones((4, 3)), TypeError, "x: expected real numbers, got dtype 'complex128'"),
    (REGRESSION, None, [1, 2, 3], TypeError, "x: expected real numbers, got dtype 'object'"),
    (REGRESSION, np.array(["2020-01-01"] * 2, "M8[D]"), [1, 2, 3], TypeError,
     "x: expected real numbers, got dtype 'datetime64"),
    (CLASSES, X, ["cat"] * 4, TypeError, "target of cross_entropy: expected real numbers, got dtype 'str"),
    # Classes and probabilities
    (CLASSES, X, [0, 1, 3, 2], ValueError,
     "target of cross_entropy: expected class numbers from 0 to 2, because the head has 3 outputs; got 3"),
    (CLASSES, X, [0, 1, -1, 2], ValueError, "because the head has 3 outputs; got -1"),
    (CLASSES, X, [0, 1, 1.5, 2], ValueError, "expected whole class numbers from 0 to 2, got 1.5"),
    (CLASSES, X, [0, 1], ValueError,
     "expected 4 class numbers of shape (4,), or one-hot rows of shape (4, 3); got shape (2,)"),
    (CLASSES, X, [[0], [1], [1], [2]], ValueError, "got shape (4, 1)"),
    (CLASSES, X, np.ones((4, 3)), ValueError,
     "expected each row to hold probabilities that sum to 1; row 0 sums to 3"),
    (CLASSES, X, [[1, 0, 0]] * 3 + [[2, -1, 0]], ValueError, "row 3 sums to 1 and its smallest entry is -1"),
    (BINARY, X, [0, 1, 2, 0], ValueError,
     "target of binary_cross_entropy: expected numbers from 0 to 1, got 0 to 2"),
    (BINARY, X, [0, 1, -0.5, 0], ValueError, "expected numbers from 0 to 1, got -0.5 to 1"),
]  # fmt: skip


@pytest.mark.parametrize("take", [trace, train, check_gradients], ids=lambda f: f.__name__)
@pytest.mark.parametrize(("net", "x", "target", "error", "message"), DATA)
def test_data_are_refused_by_all_who_take_them_and_nothing_changes(take, net, x, target, error, message):
    before = {key: W.copy() for key, W in net.parameters.items()}
    refused(lambda: take(net, x, target), error, message)
    for key, W in net.parameters.items():
        assert np.array_equal(W, before[key])


@pytest.mark.parametrize("x", [d[1] for d in DATA if d[4].startswith("x:")])
def test_predict_refuses_the_same_x(x):
    with pytest.raises((ValueError, TypeError), match=r"^x: expected"):
        REGRESSION.predict(x)


def test_numbers_too_large_for_float32_are_refused_as_infinite():
    net = network([2, 3], dtype="float32")
    refused(lambda: net.predict([1e300, 0]), ValueError, "x: expected finite numbers, got inf at index [0]")


# --- Building ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sizes", "options", "error", "message"),
    [
        ([2, 1], {"activation": "rellu"}, ValueError,
         "activation: unknown name 'rellu'. Did you mean 'relu'?"),
        ([2, 1], {"activation": "Leaky-ReLU"}, ValueError, "Did you mean 'leaky_relu'?"),
        ([2, 1], {"head": "sigmod"}, ValueError, "head: unknown name 'sigmod'. Did you mean 'sigmoid'?"),
        ([2, 1], {"loss": "crossentropy"}, ValueError,
         "loss: unknown name 'crossentropy'. Did you mean 'cross_entropy'?"),
        ([2, 1], {"loss": None}, TypeError, "loss: expected one of mse, binary_cross_entropy"),
        ([2, 1], {"init": "he"}, ValueError, "init: unknown name 'he'"),
        ([2, 1], {"activation": "qqq"}, ValueError, "unknown name 'qqq'. Known names: identity, relu"),
        ([2, 3], {"loss": "cross_entropy", "head": "sigmoid"}, ValueError,
         "loss cross_entropy: expected a head with softmax, got layer 1 (Dense 2 → 3 sigmoid)"),
        ([2, 1], {"loss": "binary_cross_entropy", "head": "tanh"}, ValueError,
         "loss binary_cross_entropy: expected a head with sigmoid, got layer 1 (Dense 2 → 1 tanh)"),
        ([2, 3], {"loss": "cross_entropy_with_logits", "head": "softmax"}, ValueError,
         "loss cross_entropy_with_logits: expected a head with identity, got layer 1 (Dense 2 → 3 softmax)"),
        ([2, 1], {"loss": "cross_entropy"}, ValueError,
         "expected a head with at least 2 outputs, one per class"),
        ([2, 1], {"dtype": "int64"}, TypeError, "dtype: expected 'float64' or 'float32', got 'int64'"),
        ([2, 1], {"dtype": "float46"}, TypeError, "dtype: expected 'float64' or 'float32', got 'float46'"),
        ([2, 1], {"seed": -1}, ValueError, "seed: expected a whole number of at least 0, got -1"),
        ([2, 1], {"seed": "one"}, TypeError, "seed: expected a whole number, got 'one' of type str"),
        ([2, 0, 1], {}, ValueError, "sizes[1]: expected a whole number of at least 1, got 0"),
        ([2, 2.5, 1], {}, TypeError, "sizes[1]: expected a whole number, got 2.5 of type float"),
        ([2, True], {}, TypeError, "sizes[1]: expected a whole number, got True"),
        ([2], {}, ValueError, "sizes: expected at least two widths, input and head, got [2]"),
        (3, {}, TypeError, "sizes: expected a list of widths, such as [2, 4, 4, 1], got 3 of type int"),
        (None, {}, TypeError, "expected either sizes, such as [2, 4, 4, 1], or layers=[…]"),
        ([2, 1], {"layers": [Dense(2, 1)]}, TypeError, "got both or neither"),
        (None, {"layers": []}, ValueError, "layers: expected at least one layer, got none"),
        (None, {"layers": 3}, TypeError, "layers: expected a list of layers"),
        (None, {"layers": ["Dense"]}, TypeError,
         "layer 1: expected a layer such as Dense(2, 4), got 'Dense' of type str"),
        (None, {"layers": [Dense(2, 3), Dense(4, 1)]}, ValueError,
         "layer 2 (Dense 4 → 1 identity): takes 4 inputs, but layer 1 (Dense 2 → 3 identity) gives 3"),
        (None, {"layers": [Dense(2, 3)], "head": "tanh"}, TypeError, "head and init go with sizes"),
    ],
)  # fmt: skip
def test_a_network_that_cannot_be_is_refused(sizes, options, error, message):
    refused(lambda: network(sizes, **options), error, message)


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: Dense(0, 3), ValueError, "Dense, n_in: expected a whole number of at least 1, got 0"),
        (lambda: Dense(2, "3"), TypeError, "Dense, n_out: expected a whole number, got '3' of type str"),
        (lambda: Dense(2, 3, "tanhh"), ValueError,
         "Dense, activation: unknown name 'tanhh'. Did you mean 'tanh'?"),
        (lambda: Dense(2, 3, W=np.ones((3, 2))), ValueError,
         "Dense 2 → 3 identity, W: expected shape (2, 3), got (3, 2)"),
        (lambda: Dense(2, 3, b=[0, np.nan, 0]), ValueError,
         "b: expected finite numbers, got nan at index [1]"),
        (lambda: Dense(2, 3, b="zeros"), TypeError, "b: expected real numbers, got dtype 'str"),
        (lambda: REGRESSION.with_parameters({(1, "V"): 0}), ValueError,
         "parameter: unknown name 'V'. Known names: W, b"),
        (lambda: REGRESSION.with_parameters({(2, "W"): 0}), ValueError,
         "expected a layer from 1 to 1, got 2"),
        (lambda: REGRESSION.with_parameters({(0, "W"): 0}), ValueError, "at least 1, got 0"),
        (lambda: REGRESSION.with_parameters({"W": 0}), TypeError,
         "expected keys (layer, name) such as (1, \"W\"), got 'W'"),
    ],
)  # fmt: skip
def test_a_layer_that_cannot_be_is_refused(make, error, message):
    refused(make, error, message)


# --- Asking a trace ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("ask", "error", "message"),
    [
        (lambda t: t.local_gradient(0), ValueError, "layer: expected a whole number of at least 1, got 0"),
        (lambda t: t.local_gradient(3), ValueError, "layer: expected a number from 1 to 2 (the loss), got 3"),
        (lambda t: t.local_gradient(1.0), TypeError, "layer: expected a whole number, got 1.0"),
        (lambda t: t.local_gradient(1, example=4), ValueError,
         "example: expected a number from 0 to 3, got 4"),
        (lambda t: t.local_gradient(1, example=-1), ValueError,
         "example: expected a whole number of at least 0"),
        (lambda t: t.local_weight_gradient(1, "V"), ValueError,
         "layer 1: expected a parameter of ['W', 'b'], got 'V'"),
        (lambda t: t.local_weight_gradient(2), ValueError, "layer 2: expected a parameter of [], got 'W'"),
    ],
)  # fmt: skip
def test_what_a_trace_does_not_have_is_refused(ask, error, message):
    made = trace(REGRESSION, X, np.ones((4, 3)))
    refused(lambda: ask(made), error, message)


def test_a_trace_of_no_network_is_refused():
    refused(lambda: trace("net", X, X), TypeError, "trace: expected a network, got 'net' of type str")


# --- The checks themselves --------------------------------------------------------------------------


def test_numbers_are_copied_and_brought_to_the_dtype():
    given = np.arange(3)
    checked = validation.numbers(given, "here", "float32")
    assert checked.dtype == np.float32
    assert not np.shares_memory(checked, given)


def test_whole_numbers_of_numpy_are_whole_numbers():
    assert validation.whole_number(np.int64(3), "here") == 3
    assert type(validation.whole_number(np.int64(3), "here")) is int
    refused(lambda: validation.whole_number(np.True_, "here"), TypeError, "here: expected a whole number")


@pytest.mark.parametrize("value", [0.5, np.float32(0.5), np.array(0.5), 1])
def test_a_scalar_is_one_number_of_any_kind(value):
    assert type(validation.scalar(value, "here")) is float
    assert validation.scalar(value, "here") == value
