"""The bug lab through `check`: every diagnosis gets its verdict, and no report gives the fault away."""

import pytest

from neural_net import bug_lab
from neural_net.checker import check, exercises
from neural_net.checker.report import NOT_ATTEMPTED, RIGHT, WRONG_DIAGNOSIS, WRONG_KIND, WRONG_LAYER

NUMBERS = range(1, len(bug_lab.KINDS) + 1)
KINDS = list(bug_lab.KINDS.values())


@pytest.mark.parametrize("number", NUMBERS)
def test_the_right_diagnosis_passes_and_every_other_fails_without_naming_the_fault(number):
    right = next(name for name in bug_lab.KINDS if bug_lab.judge(number, name).is_right)
    assert check(f"bug lab {number}", right).verdict == RIGHT
    for name in bug_lab.KINDS:
        if name != right:
            report = check(f"bug lab {number}", name)
            assert report.verdict == WRONG_DIAGNOSIS
            assert right not in report.text
            assert report.hint()


def test_a_wrong_layer_is_told_apart():
    number = next(n for n, kind in zip(NUMBERS, KINDS, strict=True) if kind.layers)
    name = next(name for name in bug_lab.KINDS if bug_lab.judge(number, name).is_right)
    elsewhere = bug_lab.KINDS[name].layers[-1] + 1
    assert check(f"bug lab {number}", (name, elsewhere)).verdict == WRONG_LAYER


def test_no_answer_and_no_diagnosis_are_answered():
    assert check("bug lab 1").verdict == NOT_ATTEMPTED
    assert check("bug lab 1", 12).verdict == WRONG_KIND


def test_the_lab_is_listed_among_the_exercises():
    listed = [task.name for task in exercises() if task.group == "Bug lab"]
    assert listed == [f"bug lab {number}" for number in NUMBERS]


def test_an_exercise_of_the_lab_shows_what_is_asked_and_the_faults_to_choose_from():
    shown = repr(exercises()["bug lab 3"])
    assert "nnh.broken_network(3)" in shown
    assert all(name in shown for name in bug_lab.KINDS)
