"""The bound run is the recorded run to the last few bits: for every kind of layer, loss and dtype."""

import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from neural_net.activations import ACTIVATIONS, Elementwise
from neural_net.bound import BoundNetwork, Examples
from neural_net.flat import flat_gradient
from neural_net.layers import BatchNorm, Dense, Dropout, Layer, Residual
from neural_net.losses import LOSSES
from neural_net.network import network
from neural_net.operations import Affine
from neural_net.optimizers import SGD
from neural_net.program import Line
from neural_net.trace import record
from neural_net.training import train
from tests.oracles import HEADS, Case
from tests.requirement import require_module
from tests.test_network import networks

BITS = {"float64": 1e-13, "float32": 2e-5}
batch_sizes = st.integers(1, 5)
dtypes = st.sampled_from(["float64", "float32"])


def assert_same_numbers(actual, expected, dtype):
    """Apart by a few units of the last digit of the largest number."""
    scale = max(1, np.abs(expected).max(initial=0))
    assert np.abs(actual - expected).max(initial=0) <= BITS[dtype] * scale


def assert_runs_agree(net, x, target):
    """Run both, the bound one twice: what a run leaves in the buffers must not matter."""
    x, target = net.standard_input(x, target)
    recorded = record(net, x, target)
    bound = BoundNetwork(net)
    step = bound.step(len(x))
    step.x.value[...], step.target[...] = x, target
    for _ in range(2):
        step.run()
        assert_same_numbers(step.loss, float(recorded[net.L + 1].values["y"]), net.dtype.name)
        assert_same_numbers(bound.gradient, flat_gradient(net, recorded), net.dtype.name)
    assert np.array_equal(bound.w, BoundNetwork(net).w)


@given(data=dtypes.flatmap(lambda dtype: networks(dtype=dtype)))
def test_dense_networks(data):
    assert_runs_agree(*data)


@pytest.mark.parametrize("dtype", BITS)
@pytest.mark.parametrize("name", ACTIVATIONS)
@pytest.mark.parametrize("widths", [[70, 3, 65, 2], [3, 64, 64, 63], [1, 1, 2]])
def test_rows_short_and_long(name, dtype, widths):
    case = Case(9, 1, 1, 4)
    net = network(widths, activation=name, loss="cross_entropy_with_logits", dtype=dtype)
    assert_runs_agree(net, case.normal(9, widths[0]), case.target("cross_entropy", 9, widths[-1]))


@settings(max_examples=80, deadline=None)
@given(data=st.data(), dtype=dtypes, m=batch_sizes, seed=st.integers(0, 2**32 - 1))
def test_networks_of_any_kinds(data, dtype, m, seed):
    require_module("torch")
    from tests.layer_kinds import chains

    kinds, rng = data.draw(chains()), np.random.default_rng(seed)
    layers = [kind.drawn(rng, dtype) for kind in kinds]
    if m == 1:
        layers = [layer.inference() for layer in layers]  # of one example no variance can be measured
    net = network(layers=layers, input_shape=kinds[0].shape, dtype=dtype)
    assert_runs_agree(net, kinds[0].x(rng, m, dtype), rng.normal(size=(m, *net.shapes[-1])))


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("dtype", BITS)
@pytest.mark.parametrize("m", [1, 4])
def test_losses_at_every_position_of_a_sequence(loss, dtype, m):
    case = Case(m, 3, 4, 5)
    layers = [Dense(3, 5, "relu"), Dense(5, 4, HEADS.get(loss, "identity"))]
    net = network(layers=layers, loss=loss, input_shape=(6, 3), dtype=dtype)
    target = case.target(loss, 6 * m, 4).reshape(m, 6, 4)
    assert_runs_agree(net, case.normal(m, 6, 3), target)


@pytest.mark.parametrize("loss", ["cross_entropy", "binary_cross_entropy"])
@pytest.mark.parametrize("dtype", BITS)
def test_far_logits(loss, dtype):
    net = network([3, 3], loss=loss, dtype=dtype).with_parameters({(1, "b"): [200, -300, 0]})
    case = Case(4, 3, 3, 1)
    x, target = net.standard_input(case.normal(4, 3), case.target(loss, 4, 3))
    bound = BoundNetwork(net)
    step = bound.step(4)
    step.x.value[...], step.target[...] = x, target
    with np.errstate(over="ignore"):
        step.run()
    assert np.isfinite(step.loss)
    assert_same_numbers(bound.gradient, flat_gradient(net, record(net, x, target)), dtype)


class Branching(Layer):
    """Names used twice, by lines that write over their input and by lines that do not."""

    kind = "Branching"

    @property
    def input_shape(self):
        return (3,)

    def output_shape(self, input_shape):
        return (3,)

    @property
    def parameter_shapes(self):
        return {"c": (3,), "W": (3, 3)}

    def draw(self, rng):
        return {name: rng.normal(size=shape) for name, shape in self.parameter_shapes.items()}

    def program_for(self, input_shape):
        affine, tanh, softmax = Affine(), ACTIVATIONS["tanh"], ACTIVATIONS["softmax"]
        return (
            Line("z", affine, ("y_prev", "W", "c")),
            Line("h", tanh, ("z",)),
            Line("g", tanh, ("z",)),
            Line("u", affine, ("h", "W", "c")),
            Line("i", ACTIVATIONS["identity"], ("u",)),
            Line("s", softmax, ("i",)),
            Line("p", Plus(), ("s", "g")),
            Line("q", Plus(), ("p", "p")),
            Line("y", affine, ("q", "W", "c")),
        )


class Plus(Elementwise):
    """An operation that nobody has bound."""

    name = "plus"
    inputs = ("a", "b")

    def forward(self, a, b):
        return a + b

    def derivative(self, z, y):
        return np.ones_like(z)

    def backward(self, dL_dy, y, a, b):
        return dL_dy, dL_dy


@pytest.mark.parametrize("depth", [1, 3])
def test_names_used_more_than_once_or_never(depth):
    case = Case(5, 3, 3, 2)
    net = network(layers=[Branching() for _ in range(depth)])
    assert_runs_agree(net, case.normal(5, 3), case.normal(5, 3, draw=1))


def test_a_network_with_nothing_to_learn_has_a_loss():
    net = network(layers=[Dropout(0.5, seed=1)], input_shape=(3,))
    assert_runs_agree(net, np.ones((4, 3)), np.zeros((4, 3)))


# --- From step to step --------------------------------------------------------------------------------


def trained_as_recorded(net, x, target, rate, epochs, batch_size, seed):
    """Gradient descent by recorded passes, written out."""
    x, target = net.standard_input(x, target)
    rng = np.random.default_rng(seed)
    for _ in range(epochs):
        order = rng.permutation(len(x))
        for start in range(0, len(x), batch_size):
            chosen = order[start : start + batch_size]
            records = record(net, x[chosen], target[chosen])
            moved = {
                (l, name): W - rate * records[l].gradients[name] for (l, name), W in net.parameters.items()
            }
            net = net.with_parameters(moved).advanced([records[l].values for l in range(1, net.L + 1)])
    return net


@pytest.mark.parametrize("dtype", BITS)
def test_training_goes_on_as_the_recorded_run_does(dtype):
    """Masks change and running statistics move; the last batch of 10 examples in fours has 2."""
    case = Case(10, 3, 2, 6)
    layers = [
        Dense(3, 6),
        BatchNorm(6, momentum=0.3),
        Dropout(0.4, seed=3),
        Residual(Dense(6, 6, "tanh"), BatchNorm(6)),
        Dense(6, 2, "softmax"),
    ]
    net = network(layers=layers, loss="cross_entropy", dtype=dtype)
    data = case.normal(10, 3), case.target("cross_entropy", 10, 2)
    options = {"epochs": 3, "batch_size": 4, "seed": 7}
    bound = train(net, *data, learning_rate=0.1, **options).network
    recorded = trained_as_recorded(net, *data, 0.1, **options)
    for key, W in recorded.parameters.items():
        assert_same_numbers(bound.parameters[key], W, dtype)
    for mine, theirs in zip(bound.layers, recorded.layers, strict=True):
        for name, array in theirs.state.items():
            assert_same_numbers(mine.state[name], array, dtype)
    assert_same_numbers(bound.predict(data[0]), recorded.predict(data[0]), dtype)
    assert bound.layers[2].training_step == 9


def test_predictions_are_those_of_the_inference_form_of_now():
    case = Case(7, 3, 2, 6)
    net = network(layers=[Dense(3, 4, "sigmoid"), BatchNorm(4), Dropout(0.5, seed=1), Dense(4, 2)])
    x, target = net.standard_input(case.normal(7, 3), case.normal(7, 2, draw=1))
    bound, examples = BoundNetwork(net), Examples(x, target)
    for _ in range(3):
        assert_same_numbers(bound.predict(examples, 3), bound.network.predict(x), "float64")
        step = bound.step(7)
        examples.bring(step, np.arange(7))
        step.run()
        bound.w -= bound.gradient
        bound.advance(step)


# --- What it costs ------------------------------------------------------------------------------------


def test_a_step_allocates_only_what_numpy_does_inside():
    """Where arrays broadcast, numpy has a buffer of 8192 numbers; an activation has 100,000 here."""
    net = network([64, 100, 10], activation="relu", loss="cross_entropy")
    step = BoundNetwork(net).step(1000)
    step.x.value[...], step.target[...] = 0.5, 0.1
    step.run()
    tracemalloc.start()
    step.run()
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 8 * 8192 + 2000


@pytest.mark.parametrize(
    ("widths", "m"), [([1000, 1000, 1000, 10], 20), ([50] * 20, 2000)], ids=["parameters", "activations"]
)
def test_training_takes_little_more_than_parameters_gradients_and_activations(widths, m):
    net = network(widths, activation="tanh", loss="cross_entropy", dtype="float32")
    case = Case(m, 1, 1, 1)
    x, target = net.standard_input(case.normal(m, widths[0]), case.target("cross_entropy", m, widths[-1]))
    tracemalloc.start()
    bound = BoundNetwork(net)
    step, move = bound.step(m), SGD().start(bound.w)
    step.x.value[...], step.target[...] = x, target
    step.run()
    move(bound.gradient)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    activations = 4 * m * sum(widths)
    assert peak <= 1.3 * (2 * bound.w.nbytes + activations)
