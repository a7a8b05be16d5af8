"""Every broken network shows its symptom, behaves like a network, and a diagnosis of it is judged rightly."""

import warnings

import numpy as np
import pytest

from neural_net.bug_lab import KINDS, BrokenNetwork, broken_network, exercises, judge
from neural_net.bug_lab.kinds import kind_number
from neural_net.descent import update
from neural_net.diagram import frames
from neural_net.gradient_check import check_gradients
from neural_net.network import Network
from neural_net.trace import trace
from neural_net.training import train

NUMBERS = range(1, len(KINDS) + 1)
ASKED_FOR = {
    "dead relus",
    "saturated sigmoids",
    "exploding gradients",
    "vanishing gradients",
    "transposed weight gradient",
    "missing 1/m",
    "stale gradients",
    "shuffled target",
    "unscaled inputs",
    "too large learning rate",
    "too small learning rate",
    "symmetric initialization",
    "softmax twice",
}


def both(kind):
    """The network and its trace."""
    net = broken_network(kind)
    return net, trace(net, net.x, net.target)


def checked(kind):
    net = broken_network(kind)
    return check_gradients(net, net.x, net.target)


def trained(kind, epochs=100):
    net = broken_network(kind)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # some diverge: that is what is wrong with them
        return train(
            net, net.x, net.target, learning_rate=net.learning_rate, epochs=epochs, batch_size=len(net.x)
        )


# --- it behaves like a network -------------------------------------------------------------------


def test_there_are_all_that_were_asked_for():
    assert set(KINDS) >= ASKED_FOR
    assert {kind_number(number).name for number in NUMBERS} == set(KINDS)


@pytest.mark.parametrize("kind", KINDS)
def test_it_is_a_network_that_can_be_drawn_and_moved_and_stays_broken(kind):
    net, one = both(kind)
    assert isinstance(net, Network)
    assert len(frames(one)) == len(one.steps)
    moved = update(net, one, net.learning_rate)
    assert isinstance(moved, BrokenNetwork)
    assert moved.title == net.title
    assert [type(layer) for layer in moved.layers] == [type(layer) for layer in net.layers]
    assert moved.loss is net.loss


@pytest.mark.parametrize("kind", KINDS)
def test_training_makes_the_same_step_as_its_trace(kind):
    net, one = both(kind)
    stepped, result = update(net, one, net.learning_rate), trained(kind, epochs=1)
    for key, value in stepped.parameters.items():
        np.testing.assert_allclose(result.network.parameters[key], value, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("kind", KINDS)
def test_it_is_the_same_every_time_and_cannot_be_changed(kind):
    one, other = broken_network(kind), broken_network(kind)
    assert one.x.tobytes() == other.x.tobytes()
    for key, value in one.parameters.items():
        assert value.tobytes() == other.parameters[key].tobytes()
    with pytest.raises(ValueError, match="read-only"):
        one.x[0] = 0


@pytest.mark.parametrize("number", NUMBERS)
def test_a_number_hides_the_name(number):
    net, named = broken_network(number), broken_network(kind_number(number).name)
    told = repr(net).lower() + repr(trace(net, net.x, net.target)).lower()
    assert f"bug lab {number}" in told
    words = {word for name in KINDS for word in name.split()} - {"softmax"}
    assert not words & set(told.replace(":", " ").split())
    for key, value in net.parameters.items():
        assert value.tobytes() == named.parameters[key].tobytes()


def test_a_name_may_be_written_as_one_likes_and_an_unknown_one_is_refused():
    assert broken_network("Dead_ReLUs").title == broken_network("dead relus").title == "Dead relus"
    with pytest.raises(ValueError, match="Did you mean 'dead relus'"):
        broken_network("dead relu")
    with pytest.raises(ValueError, match="from 1 to 17, got 18"):
        broken_network(18)


# --- it shows its symptom ------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_the_gradient_check_passes_unless_the_backward_pass_is_wrong(kind):
    assert checked(kind).passed != KINDS[kind].fails_gradient_check


@pytest.mark.parametrize(
    ("kind", "wrong"),
    [
        ("transposed weight gradient", {(2, "W")}),
        ("stale gradients", {(1, "W")}),
        ("missing activation derivative", {(0, "x"), (1, "W"), (1, "b"), (2, "W"), (2, "b")}),
        ("derivative at the wrong value", {(0, "x"), (1, "W"), (1, "b")}),
        ("updated too early", {(0, "x"), (1, "W"), (1, "b"), (2, "W"), (2, "b")}),
    ],
)
def test_the_gradient_check_leads_to_the_layer(kind, wrong):
    assert {(row.layer, row.name) for row in checked(kind).rows if not row.passed} == wrong


@pytest.mark.parametrize(("kind", "factor"), [("missing 1/m", 60), ("sign lost", -1)])
def test_all_gradients_are_off_by_one_factor(kind, factor):
    for row in checked(kind).rows:
        assert not row.passed
        np.testing.assert_allclose(row.gradient, factor * row.measured, rtol=1e-4, atol=1e-8)


def test_missing_the_mean_does_not_show_with_one_example():
    net = broken_network("missing 1/m")
    assert check_gradients(net, net.x[:1], net.target[:1]).passed


def test_dead_relus_stay_as_they_are():
    net, one = both("dead relus")
    assert not one.y[2].any()
    assert one.y[3].any(axis=0).sum() > 4
    assert not one.weight_gradient[1]["W"].any()
    result = trained("dead relus").network
    np.testing.assert_array_equal(result.parameters[2, "W"], net.parameters[2, "W"])


def test_symmetric_units_stay_alike():
    columns = trained("symmetric initialization").network.parameters[1, "W"]
    np.testing.assert_allclose(columns, np.repeat(columns[:, :1], 6, axis=1), rtol=1e-9)


def test_stale_gradients_are_what_an_earlier_batch_left():
    net, one = both("stale gradients")
    left_over = one.weight_gradient[1]["W"] - one.x.T @ one.records[1].gradients["z"]
    other = trace(net, net.x[:7], net.target[:7])
    again = other.weight_gradient[1]["W"] - other.x.T @ other.records[1].gradients["z"]
    assert np.abs(left_over).max() > 0.1
    np.testing.assert_allclose(left_over, again)


def test_softmax_twice_leaves_a_loss_even_where_the_prediction_is_perfect():
    net = broken_network("softmax twice")
    perfect = np.eye(3)
    assert net.loss.function.forward(perfect, perfect) == pytest.approx(np.log(1 + 2 / np.e))


@pytest.mark.parametrize(
    ("kind", "fails"),
    [
        ("dead relus", lambda loss: loss[-1] > 0.69),
        ("vanishing gradients", lambda loss: loss[-1] > 0.68),
        ("exploding gradients", lambda loss: loss[-1] > 1e6),
        ("unscaled inputs", lambda loss: loss[-1] > 0.6),
        ("too large learning rate", lambda loss: loss[-1] > loss[0]),
        ("too small learning rate", lambda loss: loss[0] - loss[-1] < 1e-4),
        ("sign lost", lambda loss: loss[-1] > 2 * loss[0]),
        ("missing 1/m", lambda loss: loss[-1] > loss[0]),
        ("shuffled target", lambda loss: loss[-1] > 0.65),
        ("symmetric initialization", lambda loss: loss[-1] > 0.5),
        ("softmax twice", lambda loss: loss[-1] > 0.56),
    ],
)
def test_it_does_not_learn(kind, fails):
    assert fails(trained(kind).history.loss)


# --- a diagnosis is judged -----------------------------------------------------------------------


@pytest.mark.parametrize("number", NUMBERS)
def test_every_right_diagnosis_is_right(number):
    kind = kind_number(number)
    for diagnosis in (kind.name, kind.name.upper().replace(" ", "_"), (kind.name, None)):
        judgement = judge(number, diagnosis)
        assert judgement.is_right, judgement
        assert kind.explanation in judgement.message
    for layer in kind.layers:
        assert judge(number, (kind.name, layer)).is_right
        assert judge(number, [kind.name, f"layer {layer}"]).is_right


@pytest.mark.parametrize("number", NUMBERS)
def test_the_right_fault_in_the_wrong_layer_is_told_where_to_look(number):
    kind = kind_number(number)
    L = broken_network(number).L
    for layer in set(range(L + 2)) - set(kind.layers):
        judgement = judge(number, (kind.name, layer))
        assert judgement.verdict == "wrong layer"
        if kind.layers:
            way = "nearer to the input" if layer > max(kind.layers) else "nearer to the loss"
            assert way in judgement.message
        else:
            assert "in no layer" in judgement.message


@pytest.mark.parametrize("number", NUMBERS)
def test_a_wrong_diagnosis_is_answered_by_a_hint_and_not_by_the_answer(number):
    right = kind_number(number)
    for name in set(KINDS) - {right.name}:
        judgement = judge(number, (name, 1))
        assert judgement.verdict == "wrong"
        assert judgement.hints == right.hints
        assert right.hints[0] in repr(judgement)
        assert right.name not in repr(judgement).lower()
        assert right.explanation not in judgement.message


@pytest.mark.parametrize("number", NUMBERS)
def test_hints_do_not_name_the_fault(number):
    kind = kind_number(number)
    assert len(set(kind.hints)) == 3
    assert not any(kind.name in hint.lower() for hint in kind.hints)


def test_an_unknown_name_is_answered_with_the_nearest():
    judgement = judge(1, "dead relu units")
    assert judgement.verdict == "not understood"
    assert "Did you mean" in judgement.message
    assert "vanishing gradients" in judgement.message


@pytest.mark.parametrize(
    ("diagnosis", "message"),
    [
        (3, "expected the name of a fault"),
        (None, "expected the name of a fault"),
        (("dead relus", 2, 3), "expected the name of a fault"),
        (("dead relus", "somewhere"), "a word such as"),
        (("dead relus", 1.5), "expected a whole number"),
    ],
)
def test_what_is_no_diagnosis_is_not_understood(diagnosis, message):
    judgement = judge(1, diagnosis)
    assert judgement.verdict == "not understood"
    assert message in judgement.message


def test_a_layer_may_be_called_by_its_name():
    assert judge(5, ("unscaled inputs", "input")).is_right
    assert judge(9, ("sign lost", "loss")).is_right


def test_the_exercises_are_there_for_a_checker():
    names = [exercise.name for exercise in exercises()]
    assert names == [f"bug lab {number}" for number in NUMBERS]
    for exercise in exercises():
        answer = kind_number(exercise.number).name
        assert exercise.judge(answer).is_right
        assert f"nnh.broken_network({exercise.number})" in exercise.statement
        assert set(exercise.faults) == set(KINDS)
        assert not any(fault in exercise.statement for fault in KINDS)
