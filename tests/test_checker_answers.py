"""Whatever an answer does (raise, loop for ever, print, write into its inputs), the checker says so."""

import threading
import time

import numpy as np
import pytest

from neural_net.checker import check
from neural_net.checker import report as verdicts
from neural_net.checker.cases import Sizes
from neural_net.checker.shapes import what_happened
from neural_net.checker.tasks import EXERCISES

BATCH = EXERCISES["dense backward batch"].solution.right


# Not attempted


def test_an_answer_that_is_missing_or_an_untouched_template_is_not_attempted():
    def dots(W, dL_dW, learning_rate): ...

    def documented(W, dL_dW, learning_rate):
        """Return the new W."""

    def passes(W, dL_dW, learning_rate):
        pass

    def raises(W, dL_dW, learning_rate):
        raise NotImplementedError

    def raises_with_words(W, dL_dW, learning_rate):
        raise NotImplementedError("your turn")

    def returns_dots(W, dL_dW, learning_rate):
        W_new = ...
        return W_new  # noqa: RET504  as a template has it

    for answer in (
        None,
        ...,
        NotImplemented,
        dots,
        documented,
        passes,
        raises,
        raises_with_words,
        returns_dots,
    ):
        report = check("update", answer)
        assert report.verdict == verdicts.NOT_ATTEMPTED, answer
        assert not report.passed
        assert report.mistake is None
    assert check("update").verdict == verdicts.NOT_ATTEMPTED
    assert "def update(W, dL_dW, learning_rate):" in check("update").text


@pytest.mark.parametrize("name", [name for name in EXERCISES if name != "order the lines"])
def test_every_template_runs_and_is_not_attempted(name):
    exercise = EXERCISES[name]
    namespace = {}
    exec(exercise.template, namespace)

    assert check(name, namespace[exercise.solution.name]).verdict == verdicts.NOT_ATTEMPTED


def test_what_is_still_missing_is_told_and_what_is_there_is_checked():
    def halfway(dL_dy, y_prev, W, z, y):
        dL_dz = dL_dy * (1 - y**2)
        return dL_dz, y_prev.T @ dL_dz, dL_dz, ...

    report = check("dense backward batch", halfway)

    assert report.verdict == verdicts.NOT_ATTEMPTED
    assert report.says == (
        "Right so far: dL_dz, dL_dW.",
        "Not right yet: dL_db.",
        "Still missing: dL_dy_prev.",
    )


def test_a_function_that_returns_none_is_asked_for_a_return():
    def forgets(W, dL_dW, learning_rate):
        W - learning_rate * dL_dW

    report = check("update", forgets)

    assert report.verdict == verdicts.WRONG_KIND
    assert "returned None" in report.text


# Raised


def test_an_exception_is_shown_from_the_learners_own_line_on():
    def inner(a, b):
        return a @ b  # the line

    def answer(dL_dy, y_prev, W, z, y):
        return inner(dL_dy, W)

    report = check("dense backward batch", answer)

    assert report.verdict == verdicts.RAISED
    assert "return inner(dL_dy, W)" in report.code
    assert "return a @ b  # the line" in report.code
    assert "ValueError: matmul" in report.code
    assert "calling.py" not in report.text
    assert "/" not in report.code.split("ValueError")[0]


def test_a_mistake_is_named_although_it_raises_on_most_shapes():
    def answer(dL_dy, y_prev, W, z, y):
        dL_dz = dL_dy * (1 - y**2)
        return dL_dz, y_prev.T @ dL_dz, dL_dz.sum(axis=0), dL_dz @ W

    report = check("dense backward batch", answer)

    assert report.verdict == verdicts.RAISED
    assert report.mistake == "transpose-misplaced"
    assert "raised on 4 of 6 inputs" in report.text


def test_a_wrong_number_of_arguments_is_told():
    report = check("update", lambda W, dL_dW: W - dL_dW)

    assert report.verdict == verdicts.RAISED
    assert "called as (W, dL_dW, learning_rate): too many positional arguments" in report.text


@pytest.mark.parametrize("error", [SystemExit, KeyboardInterrupt, RecursionError, GeneratorExit])
def test_even_what_ends_programs_is_only_reported(error):
    def answer(W, dL_dW, learning_rate):
        raise error("no")

    assert check("update", answer).verdict == verdicts.RAISED


def test_endless_recursion_is_reported():
    def answer(W, dL_dW, learning_rate):
        return answer(W, dL_dW, learning_rate)

    report = check("update", answer)

    assert report.verdict == verdicts.RAISED
    assert "RecursionError" in report.code
    assert len(report.code) < 2000


# Endless loops


def loops(W, dL_dW, learning_rate):
    while True:
        pass


def loops_and_catches(W, dL_dW, learning_rate):
    while True:
        try:
            W = W + 0
        except BaseException:  # as a bare except does
            W = W - 0


def loops_and_prints(W, dL_dW, learning_rate):
    while True:
        print("still here")


@pytest.mark.parametrize("answer", [loops, loops_and_catches, loops_and_prints])
def test_an_endless_loop_is_stopped(answer, capsys):
    before = threading.active_count()
    start = time.monotonic()
    report = check("update", answer)

    assert report.verdict == verdicts.STOPPED
    assert "stopped after 2 seconds" in report.text
    assert time.monotonic() - start < 10
    assert threading.active_count() == before
    assert len(report.text) < 1000
    assert capsys.readouterr().out == ""


def test_a_loop_that_ends_only_on_some_shapes_is_stopped():
    def answer(y_prev, W, b):
        while len(y_prev) == 1:
            pass
        return y_prev @ W + b, np.tanh(y_prev @ W + b)

    report = check("dense forward", answer)

    assert report.verdict == verdicts.STOPPED
    assert "y_prev (1, 3)" in report.text


def test_checking_works_outside_the_main_thread():
    reports = []
    thread = threading.Thread(target=lambda: reports.append(check("update", loops)))
    thread.start()
    thread.join()

    assert reports[0].verdict == verdicts.STOPPED


# Prints


def test_what_is_printed_is_kept_short_and_only_from_the_first_call(capsys):
    def answer(W, dL_dW, learning_rate):
        for i in range(10_000):
            print("line", i)
        return W

    report = check("update", answer)

    assert "In its first call it printed: line 0\nline 1\n" in report.text
    assert report.text.count("line 0\n") == 1
    assert len(report.text) < 1200
    assert capsys.readouterr().out == ""


# Inputs


def test_writing_into_an_input_is_reported_although_the_result_is_right():
    def answer(W, dL_dW, learning_rate):
        W -= learning_rate * dL_dW
        return W

    report = check("update", answer)

    assert report.verdict == verdicts.CHANGED_INPUT
    assert report.mistake == "changed-input"
    assert not report.passed
    assert "its own input W" in report.text


def test_writing_into_an_input_is_reported_besides_a_mistake():
    def answer(W, dL_dW, learning_rate):
        W += learning_rate * dL_dW
        return W

    report = check("update", answer)

    assert report.mistake == "uphill"
    assert "its own input W" in report.text


def test_a_changed_list_of_arrays_is_noticed():
    right = EXERCISES["network backward"].solution.right

    def answer(y, W, target):
        gradients = right(y, W, target)
        y[1] *= 2
        return gradients

    assert "its own input y" in check("network backward", answer).text


def test_one_check_does_not_disturb_the_next():
    def spoils(dL_dy, y_prev, W, z, y):
        dL_dy[:] = W[:] = z[:] = 0
        return 0, 0, 0, 0

    assert not check("dense backward batch", spoils).passed
    assert check("dense backward batch", BATCH).passed


def test_an_input_moved_and_put_back_is_not_blamed():
    def answer(f, x, h):
        gradient = np.zeros_like(x)
        for i in np.ndindex(x.shape):
            x[i] += h
            above = f(x)
            x[i] -= 2 * h
            gradient[i] = (above - f(x)) / (2 * h)
            x[i] += h
        return gradient

    assert check("numerical gradient", answer).passed


# Kinds of answers


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (lambda W, g, a: "W", "W_new should be an array of numbers, but is of type str"),
        (lambda W, g, a: W + 1j, "complex128"),
        (lambda W, g, a: [[1], [2, 3]], "cannot be read as an array of numbers"),
        (lambda W, g, a: (x for x in W), "generator"),
        (lambda W, g, a: print, "builtin_function"),
        (dict, "got a class"),
        ("W - dL_dW", "should be an array of numbers"),
    ],
)
def test_what_is_no_answer_is_refused_by_what_it_is(answer, told):
    report = check("update", answer)

    assert report.verdict == verdicts.WRONG_KIND
    assert told in report.text


def test_a_wrong_number_of_results_is_told():
    report = check("dense backward batch", lambda *given: BATCH(*given)[:3])

    assert report.verdict == verdicts.WRONG_KIND
    assert report.says == ("Expected 4 values (dL_dz, dL_dW, dL_db, dL_dy_prev), got 3.",)


def test_not_a_number_is_a_wrong_value():
    report = check("update", lambda W, g, a: W * np.nan)

    assert report.verdict == verdicts.WRONG_VALUE
    assert report.mistake is None
    assert "nan" in report.text


def test_a_callable_object_and_a_partial_are_functions():
    from functools import partial

    class Step:
        def __call__(self, W, dL_dW, learning_rate):
            return W - learning_rate * dL_dW

    assert check("update", Step()).passed
    assert check("update", partial(lambda sign, W, g, a: W + sign * a * g, -1)).passed


# Values


def test_a_value_is_compared_on_the_inputs_given():
    exercise = EXERCISES["mse gradient"]
    y_hat, target = exercise.given["y_hat"], exercise.given["target"]

    assert check("mse gradient", 2 * (y_hat - target) / y_hat.size).passed
    assert check("mse gradient", 2 * (target - y_hat) / y_hat.size).mistake == "sign-lost"
    assert check("mse gradient", (2 * (y_hat - target) / len(y_hat)).tolist()).mistake == (
        "averaged-over-examples-only"
    )
    number = check("mse gradient", 0.5)
    assert number.verdict == verdicts.WRONG_SHAPE
    assert "has shape () (a single number), expected (4, 2)" in number.text


# Shapes


@pytest.mark.parametrize(
    ("given", "expected", "told"),
    [
        ((2, 3), (3, 2), "Rows and columns are exchanged."),
        ((4, 2), (2,), "Axis 0 (the 4 examples) is one too many: it was not summed"),
        ((2,), (4, 2), "Axis 0 (the 4 examples) was lost: it was summed"),
        ((3,), (3, 2), "Axis 1 (the 2 outputs) was lost"),
        ((), (3, 2), "All axes were summed"),
        ((4, 4), (4, 1), "Axis 1 should have length 1: it came about by broadcasting"),
        ((1, 2), (4, 2), "Axis 0 (the 4 examples) was lost"),
        ((4, 2, 2), (4, 2), "Axis 1 (the 2 outputs) is one too many"),
        ((4, 3), (4, 2), "Axis 1 has a wrong length: it counts the 3 inputs."),
        ((7, 9), (4, 2), ""),
    ],
)
def test_what_happened_to_a_shape(given, expected, told):
    assert what_happened(given, expected, Sizes(4, 3, 2)).startswith(told)
    assert bool(what_happened(given, expected, Sizes(4, 3, 2))) == bool(told)


def test_a_wrong_shape_says_what_was_given_what_was_expected_and_why():
    def answer(dL_dy, y_prev, W, z, y):
        dL_dz, dL_dW, _, dL_dy_prev = BATCH(dL_dy, y_prev, W, z, y)
        return dL_dz, dL_dW, dL_dz, dL_dy_prev

    report = check("dense backward batch", answer)

    assert report.verdict == verdicts.WRONG_SHAPE
    assert report.mistake == "not-summed"
    assert "dL_db has shape (4, 2), expected (2,). Axis 0 (the 4 examples) is one too many" in report.text


# Classes


def test_a_class_without_the_methods_is_refused():
    class Half:
        def forward(self, y_prev, g, c):
            return y_prev

    report = check("own layer", Half)

    assert report.verdict == verdicts.WRONG_KIND
    assert "forward and backward" in report.text


def test_an_exception_in_a_method_is_shown_from_the_learners_line():
    class Raises:
        def forward(self, y_prev, g, c):
            return y_prev * g + c

        def backward(self, dL_dy, y, y_prev, g, c):
            return dL_dy @ undefined  # noqa: F821

    report = check("own layer", Raises)

    assert report.verdict == verdicts.RAISED
    assert "return dL_dy @ undefined" in report.code
    assert "NameError" in report.code


def test_a_gradient_left_in_from_an_earlier_call_is_found():
    class Accumulates:
        def __init__(self):
            self.dL_dg = 0

        def forward(self, y_prev, g, c):
            return y_prev * g + c

        def backward(self, dL_dy, y, y_prev, g, c):
            self.dL_dg = self.dL_dg + (dL_dy * y_prev).sum(axis=0)
            return dL_dy * g, self.dL_dg, dL_dy.sum(axis=0)

    assert check("own layer", Accumulates).mistake == "gradient-left-in"
    assert check("own layer", Accumulates()).mistake == "gradient-left-in"


# Orders


@pytest.mark.parametrize(
    ("order", "mistake"),
    [
        ("HDCEAG", "used-before-made"),
        ("DHACEG", "updated-first"),
        ("DBCEAG", "transposed"),
        ("FHCEAG", "z-for-y"),
        ("DHCEA", "line-left-out"),
        ("DHHCEAG", "line-repeated"),
        ("DHBCEAG", "line-repeated"),
    ],
)
def test_an_order_is_diagnosed(order, mistake):
    report = check("order the lines", order)

    assert report.mistake == mistake
    assert not report.passed


def test_every_order_of_the_right_lines_is_right_or_diagnosed():
    from itertools import permutations

    ids = [check("order the lines", "".join(order)).mistake for order in permutations("DHCEAG")]

    assert {*ids} == {None, "used-before-made", "updated-first"}
    print({of: ids.count(of) for of in {*ids}})


def test_lines_may_be_given_in_full():
    lines = EXERCISES["order the lines"].solution.lines[1:-1]

    assert check("order the lines", [line.strip() for line in lines]).passed
    with pytest.raises(ValueError, match="expected letters from A, B"):
        check("order the lines", "XYZ")
    assert check("order the lines", "").verdict == verdicts.NOT_ATTEMPTED
