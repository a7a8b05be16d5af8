"""The right choice of every question is right against the trace; the wrong ones are wrong, and told apart."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from neural_net.network import network
from neural_net.questions import questions, tally
from neural_net.questions.asking import possible
from neural_net.questions.dense import DENSE
from neural_net.questions.loss import LOSS
from neural_net.questions.place import Place
from neural_net.questions.slips import SLIPS
from neural_net.trace import trace

LOSSES_AND_HEADS = [
    ("mse", "identity"),
    ("mse", "sigmoid"),
    ("binary_cross_entropy", "sigmoid"),
    ("binary_cross_entropy_with_logits", "identity"),
    ("cross_entropy", "softmax"),
    ("cross_entropy_with_logits", "identity"),
]
ACTIVATIONS = ["identity", "relu", "leaky_relu", "sigmoid", "tanh", "gelu", "softplus"]


@st.composite
def traces(draw):
    """Traces of small networks, of every activation and loss, on one to four examples."""
    loss, head = draw(st.sampled_from(LOSSES_AND_HEADS))
    has_classes = loss.startswith("cross")
    widths = draw(st.lists(st.integers(1, 5), min_size=1, max_size=3))
    sizes = [*widths, draw(st.integers(2 if has_classes else 1, 4))]
    m, seed = draw(st.integers(1, 4)), draw(st.integers(0, 1000))
    rng = np.random.default_rng(seed)
    net = network(sizes, activation=draw(st.sampled_from(ACTIVATIONS)), head=head, loss=loss, seed=seed)
    x = rng.standard_normal((m, sizes[0]))
    if has_classes:
        return trace(net, x, rng.integers(sizes[-1], size=m))
    target = rng.integers(2, size=(m, sizes[-1])) if "binary" in loss else rng.standard_normal((m, sizes[-1]))
    return trace(net, x, target.astype(float))


def places(one):
    return [Place(one, l, example) for l in range(1, one.L + 2) for example in range(one.batch_size)]


def matters(one, seed=0):
    """Every place of a trace with everything that can be asked there."""
    rng = np.random.default_rng(seed)
    return [(place, m) for place in places(one) for m in possible(place, rng)]


# --- what is right and what is wrong --------------------------------------------------------------


@given(traces())
def test_there_is_one_question_per_backward_step_and_always_a_choice(one):
    asked = questions(one)
    assert [(q.step, q.layer) for q in asked] == [
        (step.index, step.layer) for step in one.steps if step.phase == "backward"
    ]
    for question in asked:
        assert 2 <= len(question.choices) <= 4
        assert len([choice for choice in question.choices if not choice.mistake]) == 1


@given(traces(), st.integers(0, 50))
def test_choices_are_distinct_and_wrong_ones_name_a_slip(one, seed):
    for _, matter in matters(one, seed):
        right, *wrong = matter.choices
        texts = [choice.text for choice in matter.choices]
        assert len(set(texts)) == len(texts), matter
        assert not right.mistake
        assert right.explanation
        for choice in wrong:
            assert choice.explanation == SLIPS[choice.mistake]


@given(traces(), st.integers(0, 50))
def test_the_right_number_is_in_the_trace_and_wrong_ones_are_clearly_apart(one, seed):
    for place, matter in matters(one, seed):
        if matter.subject != "value":
            continue
        right, *wrong = matter.choices
        record = one.records[place.l]
        found = np.concatenate([np.ravel(gradient) for gradient in record.gradients.values()])
        assert np.isclose(found, right.value, rtol=1e-6, atol=1e-12).any(), matter
        for choice in wrong:
            gap = abs(choice.value - right.value)
            assert gap > 0.1 * max(abs(choice.value), abs(right.value)), matter


@given(traces(), st.integers(0, 50))
def test_the_right_sign_is_what_the_loss_does(one, seed):
    for _, matter in matters(one, seed):
        if matter.subject == "sign":
            above = "The loss gradient is above 0." in matter.choices[0].explanation
            assert (matter.choices[0].text == "rise") == above


def test_the_right_sign_is_measured_by_moving_the_number():
    net = network([2, 3, 1], loss="binary_cross_entropy", seed=4)
    one = trace(net, [0.5, -0.3], 1)
    asked = [m for _, m in matters(one) if m.subject == "sign" and m.prompt.startswith("Input")]
    assert asked
    for matter in asked:
        i = int(matter.prompt.split()[1]) - 1
        moved = one.x.copy()
        moved[0, i] += 1e-6
        rises = trace(net, moved, 1).loss > one.loss
        assert matter.choices[0].text == ("rise" if rises else "fall")


@given(traces())
def test_the_right_shape_is_that_of_the_gradient(one):
    for place, matter in matters(one):
        if matter.subject != "shape":
            continue
        shapes = {
            f"({' × '.join(map(str, g.shape)) or 'scalar'})" for g in one.records[place.l].gradients.values()
        }
        assert matter.choices[0].text in shapes


@given(traces())
def test_an_axis_is_asked_only_where_there_is_something_to_sum(one):
    subjects = {matter.subject for _, matter in matters(one)}
    assert ("axis" in subjects) == (one.batch_size > 1)


def test_a_factor_that_makes_no_difference_is_no_wrong_choice():
    """Where W is symmetric its transpose is W itself, where relu is not off its slope is 1."""
    net = network([2, 2, 1], activation="relu", loss="mse", seed=0)
    W = np.array([[1.0, 0.5], [0.5, 2.0]])
    one = trace(net.with_parameters({(1, "W"): W, (1, "b"): [5.0, 5.0]}), [0.3, 0.2], 1)
    for place, matter in matters(one):
        if place.l == 1 and matter.subject == "factor":
            wrong = {choice.mistake for choice in matter.choices[1:]}
            assert not wrong & {"transpose-misplaced", "derivative-left-out", "derivative-twice"}


# --- the numbers in words --------------------------------------------------------------------------


def test_a_value_question_can_be_computed_from_its_own_numbers():
    net = network([2, 3, 1], activation="tanh", loss="mse", seed=1)
    one = trace(net.with_parameters({(1, "b"): [0.8, -0.9, 1.2]}), [0.5, -0.3], 1)
    asked = next(
        m for place, m in matters(one) if place.l == 1 and m.subject == "value" and "arrives" in m.prompt
    )
    assert "tanh(z)" in asked.prompt
    assert {choice.mistake for choice in asked.choices} >= {"", "derivative-left-out"}


def test_classes_count_from_0_and_units_from_1():
    net = network([2, 3, 3], loss="cross_entropy", seed=1)
    one = trace(net, [[0.5, -0.3], [1.0, 1.0]], [0, 2])
    prompts = [m.prompt for place, m in matters(one) if place.l == 3 and m.subject == "value"]
    assert prompts[0].startswith("Output 0 in example 1 of 2")
    assert prompts[1].startswith("Output 2 in example 2 of 2")
    assert all("unit 0" not in m.prompt.lower() for _, m in matters(one))


# --- which are asked -------------------------------------------------------------------------------


def test_the_same_seed_asks_the_same_and_another_one_something_else():
    one = trace(network([3, 4, 4, 2], loss="cross_entropy", seed=0), [[0.5, -1, 0.2], [1, 0, 1]], [1, 0])
    assert questions(one, seed=3) == questions(one, seed=3)
    assert len({tuple(q.prompt for q in questions(one, seed=seed)) for seed in range(8)}) > 4


def test_subjects_change_from_step_to_step():
    one = trace(network([3, 4, 4, 4, 2], loss="cross_entropy", seed=0), [[0.5, -1, 0.2], [1, 0, 1]], [1, 0])
    for seed in range(10):
        subjects = [q.subject for q in questions(one, seed=seed)]
        assert len(set(subjects)) >= 4


def test_the_right_choice_stands_everywhere():
    one = trace(network([3, 4, 4, 2], loss="cross_entropy", seed=0), [[0.5, -1, 0.2], [1, 0, 1]], [1, 0])
    assert {q.right for seed in range(20) for q in questions(one, seed=seed)} == {0, 1, 2, 3}


def test_everything_that_can_be_asked_is_asked_somewhere():
    rng = np.random.default_rng(0)
    one = trace(network([3, 3, 3, 2], loss="cross_entropy", seed=0), rng.standard_normal((3, 3)), [0, 1, 1])
    for ask in DENSE:
        assert any(ask(Place(one, l, 0), rng) for l in (1, 2, 3)), ask.__name__
    for ask in LOSS:
        assert ask(Place(one, 4, 0), rng), ask.__name__


@pytest.fixture(scope="module")
def many_traces():
    """Traces of all activations and losses, on one example and on several, square in the middle or not."""
    rng = np.random.default_rng(7)
    made = []
    for activation in ACTIVATIONS:
        for loss, head in LOSSES_AND_HEADS:
            for m, widths in ((1, [3, 3, 2]), (3, [2, 4, 4, 2]), (2, [3, 4, 3, 3])):
                net = network(widths, activation=activation, head=head, loss=loss, seed=m)
                x = 2 * rng.standard_normal((m, widths[0]))
                shape = (m, widths[-1])
                target = (
                    rng.integers(widths[-1], size=m) if "binary" not in loss and "cross" in loss else None
                )
                made.append(trace(net, x, rng.integers(2, size=shape) if target is None else target))
    return made


def test_every_slip_leads_to_a_wrong_choice_somewhere(many_traces):
    met = {choice.mistake for one in many_traces for _, m in matters(one) for choice in m.choices}
    assert met - {""} == set(SLIPS)


def test_what_does_not_fit_is_refused():
    one = trace(network([2, 1]), [1, 2], 3)
    with pytest.raises(ValueError, match="example"):
        questions(one, example=1)
    with pytest.raises(TypeError, match="seed"):
        questions(one, seed="a")


# --- the tally -------------------------------------------------------------------------------------


def test_the_tally_counts_what_was_answered_and_keeps_what_was_missed():
    one = trace(network([2, 4, 1], loss="binary_cross_entropy", seed=0), [[0.8, -0.5], [1, 1]], [1, 0])
    first, second, third = questions(one)
    wrong = (second.right + 1) % len(second.choices)
    counted = tally(
        (first, second, third), {first.step: first.right, second.step: wrong, 99: 0, third.step: 7}
    )
    assert (counted.right, len(counted.answered)) == (1, 2)
    assert counted.missed == (second,)
    assert counted.mistakes == (second.choices[wrong].mistake,)
    assert repr(counted).splitlines()[0] == "1 of 2 right, 3 questions in all"
    assert second.answer.text in repr(counted)
