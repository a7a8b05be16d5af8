"""The filmstrip: every step in one picture, each forward beside its backward."""

from __future__ import annotations

from itertools import combinations

import pytest

from neural_net import look
from neural_net.diagram import filmstrip
from tests.pictures import classes, parse, text_of, view_box, words
from tests.test_diagram import CASES


@pytest.mark.parametrize("name", CASES)
def test_no_text_leaves_the_picture_or_runs_into_another(name: str) -> None:
    run, options = CASES[name]
    root = parse(filmstrip(run, **options))
    width, height = view_box(root)
    placed = [word for word in words(root) if word.content.strip()]
    for word in placed:
        assert word.left >= 8, word
        assert word.right <= width - 8, word
        assert word.top >= 8, word
        assert word.bottom <= height - 8, word
    for one, other in combinations(placed, 2):
        assert not one.overlaps(other, 1.5), (one, other)


@pytest.mark.parametrize("name", CASES)
def test_every_step_has_its_place_forward_at_the_left_and_backward_at_the_right(name: str) -> None:
    run, options = CASES[name]
    root = parse(filmstrip(run, **options))
    placed = words(root)
    numbered = {
        int(word.content): word
        for word in placed
        if word.content.isdigit() and (abs(word.left - 45) < 8 or abs(word.left - 536) < 8)
    }
    count = len(run.steps)
    for step in range(1, count + 1):
        assert step in numbered
        assert (numbered[step].left < 500) == (step <= count // 2)
    for step in range(1, count // 2 + 1):
        assert numbered[step].top == numbered[count + 1 - step].top


@pytest.mark.parametrize("name", ["2-4-4-1", "64-32-10"])
def test_the_two_lessons_fit_on_a_page_and_in_a_notebook(name: str) -> None:
    run, options = CASES[name]
    picture = filmstrip(run, **options)
    width, height = view_box(parse(picture))
    assert width == 1000
    assert height <= 1400
    assert len(picture.encode()) < 150_000


def test_the_numbers_are_those_of_the_trace() -> None:
    run, options = CASES["2-4-4-1"]
    texts = [word.content for word in words(parse(filmstrip(run, **options)))]
    for l in range(1, run.L + 1):
        arrays = (
            run.y[l],
            run.loss_gradient[l],
            run.weights[l]["W"],
            run.weights[l]["b"],
            run.weight_gradient[l]["W"],
            run.records[l].values["z"],
            run.records[l].gradients["z"],
        )
        for value in (float(value) for array in arrays for value in array.ravel()):
            assert look.number(value) in texts
    assert look.number(run.loss) in texts


def test_it_is_labelled_themed_and_the_same_every_time() -> None:
    run, options = CASES["64-32-10"]
    picture = filmstrip(run, **options)
    root = parse(picture)
    assert picture == filmstrip(run, **options)
    assert root.get("role") == "img"
    assert look.number(run.loss) in root.get("aria-label", "")
    known = {f"nn-{role}" for role in look.ROLES} | {"nn-pick"}
    assert classes(root) <= known
    assert "Forward pass" in text_of(root)
    assert "Backward pass" in text_of(root)
