"""Training learns, can be repeated to the last bit, keeps its history, and stops when it diverges."""

import numpy as np
import pytest

from neural_net import progress
from neural_net.datasets import digits, moons, spirals, split, xor
from neural_net.descent import update
from neural_net.network import network
from neural_net.optimizers import SGD, Adam
from neural_net.trace import trace
from neural_net.training import accuracy, train
from tests.oracles import Case, assert_same
from tests.requirement import require_module

CASE = Case(m=10, n_in=3, n_out=2, seed=8)
X, TARGET = CASE.normal(10, 3), CASE.normal(10, 2, draw=1)


def regression(**options):
    return network([3, 5, 2], **options)


# --- It learns --------------------------------------------------------------------------------------


def test_xor_is_solved():
    result = train(
        network([2, 4, 1], loss="binary_cross_entropy"),
        *xor(),
        optimizer="adam",
        learning_rate=0.05,
        epochs=300,
    )
    assert result.history.loss[-1] < 0.05
    assert result.history.accuracy[-1] == 1
    assert (result.network.predict(xor().x)[:, 0] > 0.5).tolist() == [False, True, True, False]


def test_xor_is_not_solved_by_a_single_layer():
    result = train(network([2, 1], loss="binary_cross_entropy"), *xor(), epochs=300)
    assert result.history.accuracy[-1] <= 0.75


def test_digits_are_read_with_95_percent_on_unseen_ones():
    training, unseen = split(digits())
    net = network([64, 32, 10], loss="cross_entropy")
    history = train(net, *training, validation=unseen).history
    assert history.validation_accuracy[0] < 0.3
    assert history.validation_accuracy[-1] >= 0.95
    assert history.validation_loss[-1] < 0.2


@pytest.mark.parametrize(
    ("data", "sizes", "loss"),
    [
        (moons(noise=0.1), [2, 16, 1], "binary_cross_entropy_with_logits"),
        (spirals(), [2, 32, 3], "cross_entropy_with_logits"),
    ],
)
def test_curved_borders_are_learned(data, sizes, loss):
    net = network(sizes, activation="relu", loss=loss)
    history = train(net, *data, optimizer="adam", learning_rate=0.02, epochs=150).history
    assert history.accuracy[-1] > 0.95


@pytest.mark.parametrize("optimizer", ["sgd", "adam", SGD(0.05, momentum=0.9), Adam(0.003)])
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_the_loss_falls(optimizer, dtype):
    result = train(regression(dtype=dtype), X, TARGET, optimizer=optimizer, batch_size=4)
    assert result.history.loss[-1] < 0.9 * result.history.loss[0]
    assert result.network.dtype == dtype
    assert not result.diverged


# --- What it computes -------------------------------------------------------------------------------


def test_one_whole_batch_is_one_step_of_gradient_descent():
    net = regression()
    trained = train(net, X, TARGET, learning_rate=0.2, epochs=1, batch_size=10).network
    once = update(net, trace(net, X, TARGET), 0.2)
    for key, W in once.parameters.items():
        assert_same(trained.parameters[key], W, 1e-12)


def test_every_example_is_seen_once_in_an_epoch_and_the_last_batch_is_smaller():
    """A lone bias moves by the mean target of each batch: powers of ten tell who was in which."""
    net, rate = network([1, 1], init="zeros"), 1e-20
    target = 10.0 ** np.arange(10)
    trained = train(net, np.zeros((10, 1)), target, learning_rate=rate, epochs=1, batch_size=4).network
    sum_of_means = trained.parameters[1, "b"][0] / (2 * rate)
    # Eight examples count a quarter, in two batches of 4; the other two a half, in a batch of 2.
    assert sorted(str(round(4 * sum_of_means))) == ["1"] * 8 + ["2"] * 2


def torch_trained(net, optimizer, epochs, batch_size, seed):
    """The same training written with PyTorch's own layers, loss and optimizer."""
    import torch

    model = torch.nn.Sequential(torch.nn.Linear(3, 5), torch.nn.Tanh(), torch.nn.Linear(5, 2)).double()
    for layer, (l, _) in zip((model[0], model[2]), ((1, 0), (2, 0)), strict=True):
        layer.weight.data = torch.tensor(net.parameters[l, "W"].T)
        layer.bias.data = torch.tensor(np.array(net.parameters[l, "b"]))
    rule = optimizer(model.parameters())
    x, target = torch.tensor(X), torch.tensor(TARGET)
    rng = np.random.default_rng(seed)
    for _ in range(epochs):
        order = rng.permutation(len(X))
        for start in range(0, len(X), batch_size):
            chosen = order[start : start + batch_size]
            rule.zero_grad()
            torch.nn.functional.mse_loss(model(x[chosen]), target[chosen]).backward()
            rule.step()
    return model


@pytest.mark.parametrize("name", ["sgd", "adam"])
def test_whole_trainings_are_those_of_pytorch(name):
    require_module("torch")
    import torch

    ours, theirs = {
        "sgd": (SGD(0.1, momentum=0.9), lambda p: torch.optim.SGD(p, lr=0.1, momentum=0.9)),
        "adam": (Adam(0.01), lambda p: torch.optim.Adam(p, lr=0.01)),
    }[name]
    net = regression()
    trained = train(net, X, TARGET, optimizer=ours, epochs=7, batch_size=4, seed=3).network
    model = torch_trained(net, theirs, epochs=7, batch_size=4, seed=3)
    for layer, l in ((model[0], 1), (model[2], 2)):
        assert_same(trained.parameters[l, "W"], layer.weight.detach().numpy().T, 1e-9)
        assert_same(trained.parameters[l, "b"], layer.bias.detach().numpy(), 1e-9)


@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
def test_the_seed_decides_to_the_last_bit(optimizer):
    runs = [train(regression(), X, TARGET, optimizer=optimizer, batch_size=4, seed=s) for s in (1, 1, 2)]
    for key in runs[0].network.parameters:
        first, again, other = (run.network.parameters[key] for run in runs)
        assert first.tobytes() == again.tobytes()
        assert first.tobytes() != other.tobytes()
    assert runs[0].history.loss.tobytes() == runs[1].history.loss.tobytes()


def test_the_given_network_and_data_stay():
    net, x, target = regression(), X.copy(), TARGET.copy()
    before = {key: W.copy() for key, W in net.parameters.items()}
    trained = train(net, x, target, epochs=3).network
    for key, W in net.parameters.items():
        assert np.array_equal(W, before[key])
        assert not np.shares_memory(W, trained.parameters[key])
        assert not trained.parameters[key].flags.writeable
    assert np.array_equal(x, X)
    assert np.array_equal(target, TARGET)


# --- History ----------------------------------------------------------------------------------------


def test_history_starts_before_training_and_is_over_all_examples():
    net = regression()
    result = train(net, X, TARGET, epochs=4, batch_size=3, validation=(X[:3], TARGET[:3]))
    history = result.history
    assert history.epoch.tolist() == [0, 1, 2, 3, 4]
    assert len(history) == 5
    for data, losses in (((X, TARGET), history.loss), ((X[:3], TARGET[:3]), history.validation_loss)):
        assert losses[0] == pytest.approx(trace(net, *data).loss)
        assert losses[-1] == pytest.approx(trace(result.network, *data).loss)
    assert history.accuracy is history.validation_accuracy is None


def test_without_validation_data_there_is_no_validation_history():
    history = train(regression(), X, TARGET, epochs=2).history
    assert history.validation_loss is history.validation_accuracy is None
    assert repr(history).startswith("History of 2 epochs: loss ")


def test_validation_data_are_never_learned_from():
    validated = train(regression(), X, TARGET, validation=(X + 1, TARGET), epochs=3).network
    alone = train(regression(), X, TARGET, epochs=3).network
    assert validated.parameters[1, "W"].tobytes() == alone.parameters[1, "W"].tobytes()


@pytest.mark.parametrize(
    ("loss", "prediction", "target", "expected"),
    [
        ("mse", [[1, 0]], [[1, 0]], None),
        ("cross_entropy", [[0.2, 0.5, 0.3], [0.6, 0.3, 0.1]], [[0, 1, 0], [0, 1, 0]], 0.5),
        ("cross_entropy_with_logits", [[-5, -2], [-5, -2], [3, 1], [3, 4]], [[0, 1]] * 4, 0.75),
        ("binary_cross_entropy", [[0.4], [0.6], [0.9]], [[0], [0], [1]], 2 / 3),
        ("binary_cross_entropy_with_logits", [[0.4, -0.1], [-3, 2]], [[1, 1], [0, 1]], 0.75),
    ],
)
def test_accuracy_is_the_share_of_right_answers(loss, prediction, target, expected):
    function = network([2, 2], loss=loss).loss.function
    assert accuracy(function, np.array(prediction), np.array(target)) == expected


# --- Divergence -------------------------------------------------------------------------------------


@pytest.mark.parametrize("activation", ["identity", "relu", "tanh"])
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_too_large_a_learning_rate_ends_training_with_one_warning(activation, dtype):
    """All warnings are errors here, so numpy's own about overflow would fail this test."""
    net = network([3, 5, 2], activation=activation, dtype=dtype)
    with pytest.warns(RuntimeWarning, match=r"the loss left the finite numbers in epoch \d+") as caught:
        result = train(net, X, TARGET, learning_rate=1e5, epochs=200)
    assert len(caught) == 1
    assert result.diverged
    assert 0 <= result.history.epoch[-1] < 200
    assert f"in epoch {len(result.history)};" in str(caught[0].message)
    assert np.isfinite(result.history.loss).all()
    assert all(np.isfinite(W).all() for W in result.network.parameters.values())
    assert repr(result).startswith("Training by SGD(learning_rate=100000.0, momentum=0.0), diverged.")
    with np.errstate(over="ignore"):
        assert trace(result.network, X, TARGET).loss == pytest.approx(result.history.loss[-1])


def test_training_on_after_divergence_starts_from_a_sound_network():
    with pytest.warns(RuntimeWarning, match="the loss left"):
        result = train(regression(activation="relu"), X, TARGET, learning_rate=1e200, epochs=3)
    assert not train(result.network, X, TARGET, epochs=2).diverged


# --- Progress ---------------------------------------------------------------------------------------


@pytest.fixture
def written(capsys, monkeypatch):
    """What training writes to a terminal."""
    monkeypatch.delenv("TQDM_DISABLE", raising=False)

    def write(show):
        train(regression(), X, TARGET, epochs=3, progress=show)
        return capsys.readouterr().err

    return write


@pytest.mark.parametrize(
    ("show", "patience", "shown"), [(True, 2, True), (False, 0, False), (None, 0, True), (None, 60, False)]
)
def test_the_bar_comes_when_asked_for_or_when_work_is_long(written, monkeypatch, show, patience, shown):
    monkeypatch.setattr(progress, "PATIENCE", patience)
    assert ("step/s" in written(show)) == shown


def test_the_bar_stays_away_where_the_environment_says_so(written, monkeypatch):
    monkeypatch.setenv("TQDM_DISABLE", "1")
    assert written(show=True) == ""


# --- Bad input --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"epochs": 0}, ValueError, "epochs: expected a whole number of at least 1, got 0"),
        ({"epochs": 2.5}, TypeError, "epochs: expected a whole number, got 2.5"),
        ({"batch_size": 0}, ValueError, "batch_size: expected a whole number of at least 1, got 0"),
        ({"seed": None}, TypeError, "seed: expected a whole number, got None"),
        ({"learning_rate": 0}, ValueError, "SGD, learning_rate: expected a number above 0, got 0"),
        ({"optimizer": "sdg"}, ValueError, "optimizer: unknown name 'sdg'. Did you mean 'sgd'?"),
        ({"validation": X}, TypeError, "validation: expected a pair (x, target), got ndarray"),
        ({"validation": (X[:, :2], TARGET)}, ValueError, "validation, x: expected shape (m, 3)"),
        ({"validation": (X, TARGET[:4])}, ValueError, "validation, target of mse: expected shape (10, 2)"),
    ],
)
def test_bad_options_are_named(options, error, message):
    with pytest.raises(error) as caught:
        train(regression(), X, TARGET, **options)
    assert message in str(caught.value)


def test_what_is_no_network_is_refused():
    with pytest.raises(TypeError, match="train: expected a network, got 3 of type int"):
        train(3, X, TARGET)
