"""What a report shows: text that never changes, hints one by one, a heat map; and the list of exercises."""

import re
from dataclasses import FrozenInstanceError

import numpy as np
import pytest

import neural_net_helper
from neural_net import gradient_check, network, trace
from neural_net.checker import check, exercises, own_layer, session
from neural_net.checker.tasks import EXERCISES
from neural_net.checker.tasks.bug_lab import DIAGNOSES
from neural_net.layers import Dense
from neural_net.training import train
from tests import pictures
from tests.right_answers import ScaleShiftByEinsum, ScaleShiftByLoops


@pytest.fixture(autouse=True)
def new_session():
    session.forget()
    yield
    session.forget()


def lost_sign(y_hat, target):
    return 2 * (target - y_hat) / y_hat.size


def test_the_text_is_the_same_every_time():
    assert check("mse gradient", lost_sign).text == check("mse gradient", lost_sign).text
    assert repr(check("mse gradient", lost_sign)) == (
        "mse gradient: wrong value, sign-lost\n"
        "dL_dy_hat has the opposite sign.\n"
        "First difference at dL_dy_hat[0, 0]: yours − right = -1.6926; 8 of 8 numbers differ.\n"
        "report.hint() gives a hint."
    )


def test_a_right_answer_says_little():
    report = check("mse gradient", lambda y_hat, target: 2 * (y_hat - target) / y_hat.size)

    assert report.text == "mse gradient: right\nTried on 6 inputs of different shapes."
    assert report.mistake is None
    assert report.hint() == "Nothing to hint at: the answer is right."


def test_each_hint_says_more_and_the_last_one_is_the_line():
    report = check("mse gradient", lost_sign)
    hints = [report.hint() for _ in range(4)]

    assert hints[0] != hints[1] != hints[2]
    assert "dL_dy_hat = 2 * (y_hat - target) / y_hat.size" not in hints[0] + hints[1]
    assert hints[2] == hints[3] == "In the solution stands: dL_dy_hat = 2 * (y_hat - target) / y_hat.size"
    assert repr(hints[2]) == hints[2]
    assert check("mse gradient", lost_sign).hint() == hints[0]


def test_an_unknown_mistake_has_hints_as_well():
    report = check("mse gradient", lambda y_hat, target: 1.23 * (y_hat - target))
    hints = [report.hint() for _ in range(3)]

    assert report.mistake is None
    assert "none of the mistakes that I know" in report.text
    assert "dL_dy_hat" in hints[0]
    assert "2 (ŷ − t) / (m n)" in hints[1]
    assert "def mse_gradient" in hints[2]


def test_a_report_never_changes():
    report = check("mse gradient", lost_sign)

    with pytest.raises(FrozenInstanceError):
        report.verdict = "right"


def test_the_page_shows_the_heat_map_and_the_text_says_the_same():
    report = check("mse gradient", lost_sign)
    shown = report._repr_mimebundle_()

    assert shown["text/plain"] == report.text
    svg = re.search("<svg.*</svg>", shown["text/html"])[0]
    picture = pictures.parse(svg)
    assert "yours − right, 4 rows and 2 columns" in picture.get("aria-label")
    numbers = [words.content for words in pictures.words(picture)]
    assert len(numbers) == 1 + 4 * 2
    assert numbers[0] == "dL_dy_hat: yours − right"
    assert numbers[1] == "−1.69"
    assert "nn-neg" in pictures.classes(picture)


def test_a_large_difference_is_cut_to_a_readable_piece():
    from neural_net.checker.heat_map import heat_map

    picture = pictures.parse(heat_map(np.arange(400.0).reshape(20, 20), "dL_dW", (0, 1)))

    assert len(pictures.words(picture)) == 1 + 12 * 12
    assert "its first 12 × 12" in picture.get("aria-label")


@pytest.mark.parametrize("shape", [(), (1,), (5,), (2, 3, 4)])
def test_a_heat_map_has_a_cell_for_every_number(shape):
    from neural_net.checker.heat_map import heat_map

    picture = heat_map(np.full(shape, -2.5), "z", (0,) * len(shape))

    assert len(pictures.words(pictures.parse(picture))) == 1 + int(np.prod(shape))


def test_what_a_learner_wrote_cannot_break_the_page():
    def answer(W, dL_dW, learning_rate):
        print("<script>alert(1)</script>")
        raise ValueError("<b>&</b>")

    page = check("update", answer)._repr_mimebundle_()["text/html"]

    assert "<script>" not in page
    assert "<b>&</b>" not in page
    pictures.parse(page)


# The list


def test_unknown_names_suggest_the_nearest():
    with pytest.raises(ValueError, match="Did you mean 'tanh derivative'"):
        check("tanh derivatve", None)
    with pytest.raises(ValueError, match="Did you mean 'fan-out node'"):
        exercises()["fan out node"]
    with pytest.raises(TypeError, match="exercise: expected one of"):
        check(3, None)


def test_the_list_remembers_what_was_checked():
    assert set(exercises().statuses.values()) == {"not attempted yet"}
    check("mse gradient", lost_sign)
    check("update", lambda W, dL_dW, learning_rate: W - learning_rate * dL_dW)
    check("momentum", ...)
    before = exercises()
    check("mse gradient", lambda y_hat, target: 2 * (y_hat - target) / y_hat.size)

    assert before.statuses["mse gradient"] == "wrong"
    assert before.statuses["update"] == "right"
    assert before.statuses["momentum"] == "not attempted yet"
    assert exercises().statuses["mse gradient"] == "right"
    assert f"1 of {len(before)} exercises right" in repr(before)
    assert "✗ mse gradient (wrong)" in repr(before)
    check("mse gradient", None)
    assert exercises().statuses["mse gradient"] == "right"


def test_the_list_shows_statement_and_signature_of_every_exercise():
    listed = exercises()
    text, page = repr(listed), listed._repr_html_()

    assert len(EXERCISES) == 31
    assert len(listed) == 31 + len(DIAGNOSES)
    for exercise in listed:
        assert exercise.name in text
        assert exercise.signature in text
        assert exercise.name in page
    assert max(map(len, text.splitlines())) <= 110
    pictures.parse(f"<div>{page}</div>")


def test_names_that_the_course_relies_on_are_there():
    activations = "identity relu leaky_relu sigmoid tanh gelu softplus".split()

    assert set(EXERCISES) >= {
        "dense forward",
        *(f"{name} derivative" for name in activations),
        "mse gradient",
        "binary cross-entropy gradient to probabilities",
        "binary cross-entropy gradient to logits",
        "softmax cross-entropy gradient to probabilities",
        "softmax cross-entropy gradient to logits",
        *("softmax vjp", "dense backward one example", "dense backward batch", "network backward"),
        *("update", "momentum", "numerical gradient", "fan-out node", "residual block"),
        *("batch-norm backward", "own layer", "order the lines"),
    }


CLAIM = re.compile(r"(?<![\w.])[−\d.(][\d.\s()·+−/]* = −?[\d.]*\d")


def evaluated(arithmetic):
    return eval(arithmetic.replace("·", "*").replace("−", "-"))


def test_the_arithmetic_of_every_worked_example_is_true():
    claims = [
        (name, claim) for name, exercise in EXERCISES.items() for claim in CLAIM.findall(exercise.because)
    ]
    for name, claim in claims:
        left, _, right = claim.rpartition(" = ")
        assert evaluated(left) == pytest.approx(evaluated(right), abs=1e-12), (name, claim)

    print(f"{len(claims)} claims of arithmetic in the worked examples are true")
    assert len(claims) > 25


@pytest.mark.parametrize("name", EXERCISES)
def test_every_exercise_shows_a_worked_example_but_not_its_solution(name):
    exercise = EXERCISES[name]
    text, page = repr(exercise), exercise._repr_html_()

    assert exercise.because in exercise.worked_example
    assert exercise.statement in text
    pictures.parse(f"<div>{page}</div>")
    if name != "order the lines":
        for line in exercise.solution.lines[1:]:
            if not line.strip().startswith(("def", "return")) and line.strip():
                assert line.strip() not in text.replace(exercise.template, "")


@pytest.mark.parametrize(
    ("name", "place", "value"),
    [
        ("dense forward", "z[0, 0]", 1),
        ("softmax forward", "y[0, 0]", 0.25),
        ("softmax vjp", "dL_dz[0, 0]", 0.75),
        ("dense backward one example", "dL_dW[2, 1]", 2.56),
        ("dense backward batch", "dL_dW[2, 0]", 2.64),
        ("dense backward relu", "dL_dW[1, 1]", -1),
        ("batch-norm backward", "dL_dgamma[0]", 0.5),
        ("own layer", "dL_dg[0]", 4),
        ("residual block", "dL_dy_prev[0, 0]", 2),
        ("backward then update", "dL_dy_prev[0, 0]", 2),
        ("numerical gradient", "gradient[0]", 4),
    ],
)
def test_a_worked_example_computes_what_its_words_say(name, place, value):
    exercise = EXERCISES[name]
    result = exercise.function(exercise.solution.right)(**exercise.example)
    values = result if isinstance(result, tuple) else (result,)
    quantities = dict(zip(exercise.outputs, values, strict=True))

    assert eval(place, quantities) == pytest.approx(value)


# A layer of one's own


@pytest.fixture
def net():
    layer = own_layer(ScaleShiftByLoops, g=[1.0, 2.0, 0.5, -1.0], c=np.zeros(4))
    return network.network(layers=[Dense(3, 4, "tanh"), layer, Dense(4, 2)], seed=1)


def test_a_layer_of_ones_own_is_traced_stepped_checked_and_trained(net):
    x, target = np.random.default_rng(0).normal(size=(2, 20, 3))
    target = target[:, :2]
    told = trace.trace(net, x, target)
    checked = gradient_check.check_gradients(net, x, target)
    trained = train(net, x, target, epochs=30, learning_rate=0.1, seed=0).network

    assert checked.passed
    assert len(told.steps) == 8
    assert told.weight_gradient[2]["g"].shape == (4,)
    assert "y = layer.forward(y_prev, g, c)" in told.steps[1].receipt()
    assert "dL_dg = layer.backward(dL_dy, y, y_prev, g, c)[1]" in told.steps[-2].receipt()
    np.testing.assert_allclose(told.local_gradient(2), np.diag([1.0, 2.0, 0.5, -1.0]))
    assert trace.trace(trained, x, target).loss < told.loss
    assert not np.array_equal(trained.parameters[2, "g"], net.parameters[2, "g"])


def test_a_wrong_backward_fails_the_gradient_check(net):
    class Wrong(ScaleShiftByLoops):
        def backward(self, dL_dy, y, y_prev, g, c):
            dL_dy_prev, dL_dg, dL_dc = super().backward(dL_dy, y, y_prev, g, c)
            return dL_dy_prev, 2 * dL_dg, dL_dc

    layer = own_layer(Wrong, g=np.ones(4), c=np.zeros(4))
    wrong = network.network(layers=[Dense(3, 4, "tanh"), layer, Dense(4, 2)])

    assert not gradient_check.check_gradients(wrong, [1, 2, 3], [0, 1]).passed


def test_a_layer_of_ones_own_says_what_it_needs():
    with pytest.raises(TypeError, match="forward takes the parameters g, c; got g"):
        own_layer(ScaleShiftByLoops, g=np.ones(4))
    with pytest.raises(TypeError, match="without forward"):
        own_layer(object())
    layer = own_layer(ScaleShiftByEinsum, g=np.ones(4), c=np.zeros(4))
    with pytest.raises(ValueError, match=r"layer 2.*takes inputs that its forward can take"):
        network.network(layers=[Dense(3, 5), layer])


def test_the_facade_has_them():
    nnh = neural_net_helper.NN_Helper()

    assert nnh.check is check
    assert nnh.exercises is exercises
    assert nnh.own_layer is own_layer
