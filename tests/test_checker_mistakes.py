"""Every mistake that can occur in an exercise is diagnosed by its own name, and nothing else is."""

import time
from dataclasses import replace

import numpy as np
import pytest

from neural_net.checker import mistakes
from neural_net.checker.cases import Sizes
from neural_net.checker.diagnosis import diagnose, first_wrong
from neural_net.checker.reading import Leaf
from neural_net.checker.report import RIGHT
from neural_net.checker.tasks import EXERCISES
from tests.generated_exercises import SEEDS, generated

FUNCTIONS = [name for name in EXERCISES if name != "order the lines"]
CLEARLY = 1e-3  # relative; what agrees may differ by 1e-6 (by 1e-4 in float32)


def distance(a, b):
    """How far two results are from each other, relative to their size; infinite for other shapes."""
    if (a is None) != (b is None):
        return np.inf
    if a is None:
        return 0.0
    far = 0.0
    for x, y in ((one.value, other.value) for one, other in zip(a, b, strict=True)):
        if np.squeeze(x).shape != np.squeeze(y).shape:
            return np.inf
        x, y = np.squeeze(x), np.squeeze(y)
        if not np.array_equal(np.isfinite(x), np.isfinite(y)):
            return np.inf
        x, y = x[np.isfinite(x)], y[np.isfinite(y)]
        far = max(far, np.abs(x - y).max(initial=0) / max(np.abs(x).max(initial=0), 1e-9))
    return far


def farthest(results, others):
    return max(distance(a, b) for a, b in zip(results, others, strict=True))


def test_every_mistake_is_diagnosed_by_its_name_on_generated_shapes():
    total, wrong = 0, []
    for name in FUNCTIONS:
        for seed in SEEDS:
            exercise = generated(name, seed)
            for slip in exercise.slips:
                total += 1
                report = exercise.judge(exercise.solution.wrong((slip,)), seed)
                if report.mistake != slip.id or report.passed:
                    wrong.append(f"{name}, seed {seed}: {slip.edits[0].wrong} -> {report}")
    kinds = {slip.id for name in FUNCTIONS for slip in EXERCISES[name].slips}
    n_slips = sum(len(EXERCISES[name].slips) for name in FUNCTIONS)

    print(f"{total - len(wrong)} of {total} wrong answers diagnosed by name:", end=" ")
    print(f"{n_slips} places for {len(kinds)} kinds in {len(FUNCTIONS)} exercises, {len(SEEDS)} seeds each")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_mistakes_differ_clearly_from_the_right_answer_and_from_one_another(name):
    exercise = EXERCISES[name]
    singles = exercise.singles(0)
    for i, suspect in enumerate(singles):
        assert farthest(exercise.right_leaves(0), suspect.results) > CLEARLY, suspect.slips[0].edits
        for other in singles[:i]:
            apart = max(farthest(suspect.results, other.results), farthest(other.results, suspect.results))
            assert apart > CLEARLY, (suspect.slips[0].edits, other.slips[0].edits)


def test_pairs_of_mistakes_are_diagnosed_by_both_names():
    total, cancelled, single, named, wrong = 0, 0, 0, 0, []
    for name in FUNCTIONS:
        exercise = EXERCISES[name]
        right, singles, pairs = exercise.right_leaves(0), exercise.singles(0), exercise.pairs(0)
        for pair in pairs:
            if all(result is None for result in pair.results):
                continue
            total += 1
            answers = pair.results
            if first_wrong(answers, right) is None and None not in answers:
                cancelled += 1
                continue
            found = diagnose(answers, right, singles, lambda pairs=pairs: pairs)
            if found and found[0].suspect.id == pair.id:
                named += 1
            elif found and found[0].explains_all and farthest(found[0].suspect.results, pair.results) < 1e-6:
                single += 1  # another description of the very same wrong answer
            else:
                wrong.append(f"{name}: {pair.id} -> {found[0].suspect.id if found else None}")

    print(f"{total} pairs of mistakes: {named} named by both names, {single} are the same wrong answer as")
    print(f"a simpler or earlier description, {cancelled} cancel; {len(wrong)} missed")
    assert not wrong, "\n".join(wrong)
    assert named > 0.9 * (total - cancelled)


def disturbed(rng, value, how):
    """A random change that no mistake makes."""
    value = value.copy()
    if how == "noise":
        return value + rng.normal(size=value.shape)
    if how == "element":
        flat = value.reshape(-1)
        flat[rng.integers(flat.size)] += rng.normal()
        return value
    if how == "scaled":
        return value * rng.uniform(-3, 3)
    if how == "shifted":
        return value + rng.normal()
    if how == "shuffled":
        return rng.permutation(value.reshape(-1)).reshape(value.shape)
    return rng.normal(size=value.shape)


HOW = ("noise", "element", "scaled", "shifted", "shuffled", "random")
TRIALS = 240


def test_random_wrong_answers_are_never_given_a_name():
    rng = np.random.default_rng(0)
    total, named = 0, []
    for name in FUNCTIONS:
        exercise = EXERCISES[name]
        right, singles, pairs = exercise.right_leaves(0), exercise.singles(0), exercise.pairs(0)
        for trial in range(TRIALS):
            how = HOW[trial % len(HOW)]
            place = int(rng.integers(len(right[0])))  # a random quantity is wrong, or all of them
            everything = trial % 2
            answers = [
                tuple(
                    Leaf("", disturbed(rng, leaf.value, how)) if everything or at == place else leaf
                    for at, leaf in enumerate(wanted)
                )
                for wanted in right
            ]
            if first_wrong(answers, right) is None:
                continue
            total += 1
            if found := diagnose(answers, right, singles, lambda pairs=pairs: pairs):
                named.append(f"{name}, {how}: {found[0].suspect.id}")

    print(f"{len(named)} of {total} random wrong answers were given a name")
    assert total > 6000
    assert len(named) <= total / 1000, "\n".join(named)


def test_a_near_miss_of_a_mistake_is_not_blamed_on_it():
    exercise = EXERCISES["mse gradient"]
    report = exercise.judge(lambda y_hat, target: 1.99 * (target - y_hat) / y_hat.size)

    assert report.mistake is None
    assert not report.passed


def test_a_mistake_that_one_shape_hides_is_found_on_another():
    exercise = EXERCISES["dense backward batch"]
    averaged = next(
        slip for slip in exercise.slips if slip.id == "averaged-again" and slip.quantity == "dL_dW"
    )
    wrong = exercise.solution.wrong((averaged,))
    one = next(case for case in exercise.cases(0) if case.sizes.m == 1)

    np.testing.assert_allclose(wrong(**one.given)[1], exercise.solution.right(**one.given)[1])
    assert exercise.judge(wrong).mistake == "averaged-again"


def test_two_mistakes_that_agree_on_an_example_are_told_apart_by_the_function():
    one_example = replace(EXERCISES["mse gradient"], sizes=(Sizes(1, 3, 2),))
    y_hat, target = one_example.given["y_hat"], one_example.given["target"]

    def not_averaged(y_hat, target):
        return 2 * (y_hat - target)

    report = one_example.judge(not_averaged(y_hat, target))
    assert report.mistake is None
    assert "could be not-averaged or averaged-over-examples-only; these inputs do not tell" in report.text
    assert EXERCISES["mse gradient"].judge(not_averaged).mistake == "not-averaged"


def test_the_first_wrong_quantity_is_named_where_the_rest_is_wrong_in_an_unknown_way():
    def answer(dL_dy, y_prev, W, z, y):
        dL_dz = dL_dy * (1 - y**2)
        return dL_dz, -(y_prev.T @ dL_dz), dL_dz.sum(axis=0) + 0.123, dL_dz @ W.T * 1.7

    report = EXERCISES["dense backward batch"].judge(answer)

    assert report.mistake == "sign-lost"
    assert "Something else is wrong further on" in report.text


def test_each_of_the_known_misunderstandings_can_be_diagnosed():
    ids = {slip.id for exercise in EXERCISES.values() for slip in exercise.slips}

    assert ids >= {
        "updated-first",
        *("transposed", "transpose-misplaced", "inverse"),
        *("not-summed", "times-input"),
        *("averaged-again", "not-averaged"),
        *("softmax-diagonal", "softmax-twice"),
        "logits-for-probabilities",
        *("derivative-left-out", "derivative-twice"),
        *("mask-from-upstream", "mask-from-input"),
        *("wrong-point", "z-for-y"),
        *("overwritten", "gradient-left-in"),
        "row-against-column",
        *("gradient-for-update", "update-for-gradient", "gradient-dropped"),
        "error-moved-backward",
        "leak-added",
        "first-example-only",
        "jacobian-returned",
        *("sign-lost", "factor-two"),
    }


def test_every_mistake_of_the_bank_can_occur():
    ids = {slip.id for exercise in EXERCISES.values() for slip in exercise.slips}
    by_order_or_effect = {"changed-input", "used-before-made", "line-left-out", "line-repeated"}

    assert set(mistakes.BANK) == ids | by_order_or_effect


@pytest.mark.parametrize("mistake", mistakes.BANK.values(), ids=list(mistakes.BANK))
def test_a_mistake_is_explained_in_a_sentence_or_two(mistake):
    assert 1 <= mistake.explanation.count(". ") + 1 <= 3
    assert len(mistake.explanation) < 260
    assert mistake.first_hint != mistake.second_hint
    for text in (mistake.explanation, mistake.first_hint, mistake.second_hint):
        assert text[-1] in ".?!"
        assert "{it}" not in text.replace("{it}", "", 2)


def test_a_check_takes_under_a_second():
    slowest = 0.0
    for name in FUNCTIONS:
        exercise = generated(name, 77)  # nothing of it has been computed before
        right = exercise.solution.right

        def unknown(*given, right=right):
            value = right(*given)
            return (
                value * 1.2345 if isinstance(value, np.ndarray) else [np.asarray(v) * 1.2345 for v in value]
            )

        if name in ("network backward", "own layer"):
            unknown = exercise.solution.wrong(exercise.slips[-1:])
        start = time.process_time()
        assert exercise.judge(unknown, 77).verdict != RIGHT
        slowest = max(slowest, time.process_time() - start)

    print(f"the slowest check, of a wrong answer that no mistake explains: {slowest * 1000:.0f} ms")
    assert slowest < 1
