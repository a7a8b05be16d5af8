"""Right answers pass, in whatever style they are written, and whatever precision and container they have."""

from itertools import permutations

import numpy as np
import pytest

from neural_net.checker import check
from neural_net.checker.tasks import EXERCISES
from tests.generated_exercises import SEEDS, generated
from tests.right_answers import RIGHT_ANSWERS

STYLES = ("loops", "einsum", "products")


def test_every_exercise_has_right_answers_in_three_styles():
    assert list(RIGHT_ANSWERS) == sorted(EXERCISES, key=list(RIGHT_ANSWERS).index)
    assert all(tuple(answers) == STYLES for answers in RIGHT_ANSWERS.values())


def test_right_answers_in_three_styles_pass():
    passed = {
        (name, style, seed): generated(name, seed).judge(answer, seed)
        for name, answers in RIGHT_ANSWERS.items()
        for style, answer in answers.items()
        for seed in SEEDS
    }
    wrong = [f"{key}: {report}" for key, report in passed.items() if not report.passed]

    print(f"{len(passed) - len(wrong)} of {len(passed)} right answers pass")
    assert not wrong, "\n".join(wrong)
    assert all(report.mistake is None for report in passed.values())


@pytest.mark.parametrize("name", EXERCISES)
def test_the_solution_passes(name):
    answer = "DHCEAG" if name == "order the lines" else EXERCISES[name].solution.right

    assert check(name, answer).passed


def function_exercises():
    return [name for name in EXERCISES if name not in ("own layer", "order the lines")]


@pytest.mark.parametrize("name", function_exercises())
@pytest.mark.parametrize("dtype", [np.float32, np.longdouble])
def test_answers_of_another_precision_pass(name, dtype):
    solution = EXERCISES[name].solution.right

    def converted(value):
        if isinstance(value, list | tuple):
            return [converted(item) for item in value]
        return value.astype(dtype)

    assert check(name, lambda *given: converted(solution(*given))).passed


@pytest.mark.parametrize("name", [name for name in function_exercises() if name != "numerical gradient"])
def test_computing_in_float32_passes(name):
    solution = EXERCISES[name].solution.right

    def narrowed(value):
        if isinstance(value, list):
            return [narrowed(item) for item in value]
        return value.astype(np.float32) if isinstance(value, np.ndarray) else value

    assert check(name, lambda *given: solution(*map(narrowed, given))).passed


@pytest.mark.parametrize("name", function_exercises())
def test_lists_extra_axes_and_read_only_results_pass(name):
    solution = EXERCISES[name].solution.right

    def changed(value, change):
        return [changed(v, change) for v in value] if isinstance(value, list | tuple) else change(value)

    def read_only(array):
        array = array.copy()
        array.setflags(write=False)
        return array

    for change in (np.ndarray.tolist, lambda array: array[np.newaxis, ..., np.newaxis], read_only):
        assert check(name, lambda *given, change=change: changed(solution(*given), change)).passed


def test_the_result_itself_passes_as_an_array_and_as_nested_lists():
    for name in function_exercises():
        exercise = EXERCISES[name]
        result = exercise.solution.right(**exercise.given)

        assert check(name, result).passed, name
    assert check("mse gradient", EXERCISES["mse gradient"].right(0)[0].tolist()).passed


def test_exactly_the_orders_that_compute_the_result_are_right():
    right = {"".join(order) for order in permutations("DHCEAG") if check("order the lines", order).passed}

    def comes_before(order, *letters):
        return list(letters) == sorted(letters, key=order.index)

    expected = {
        "".join(order)
        for order in permutations("DHCEAG")
        if order[0] == "D"
        and comes_before(order, "H", "A")
        and comes_before(order, "E", "A")
        and comes_before(order, "C", "G")
    }
    print(f"{len(right)} of 720 orders are right")
    assert right == expected
