"""`nnh.check("bug lab 3", diagnosis)` judges a diagnosis, and hints before it tells."""

import pytest

from neural_net.bug_lab import KINDS
from neural_net.bug_lab.kinds import kind_number
from neural_net.checker import check, exercises

NUMBERS = range(1, len(KINDS) + 1)


@pytest.mark.parametrize("number", NUMBERS)
def test_a_right_diagnosis_passes(number):
    kind = kind_number(number)
    report = check(f"bug lab {number}", (kind.name, kind.layers[0] if kind.layers else None))
    assert report.passed
    assert report.mistake is None
    assert kind.explanation in repr(report)


@pytest.mark.parametrize("number", NUMBERS)
def test_a_wrong_diagnosis_is_hinted_at(number):
    kind = kind_number(number)
    other = next(name for name in KINDS if name != kind.name)
    report = check(f"bug lab {number}", other)
    assert report.verdict == "wrong fault"
    assert [str(report.hint()).removesuffix("  (hint() again says more)") for _ in range(3)] == list(
        kind.hints
    )
    assert kind.name not in repr(report)


def test_the_right_fault_in_the_wrong_layer_is_said_so():
    assert check("bug lab 1", ("dead relus", 3)).verdict == "right fault, wrong layer"


def test_no_answer_and_no_diagnosis_are_told_what_is_wanted():
    assert check("bug lab 1").verdict == "not attempted yet"
    assert "expected the name of a fault" in repr(check("bug lab 1", 5))


def test_the_lab_is_listed_and_shows_its_faults():
    listed = exercises()
    assert [task.name for task in listed if task.group == "Bug lab"] == [f"bug lab {n}" for n in NUMBERS]
    assert all(name in repr(listed["bug lab 3"]) for name in KINDS)
    assert "broken_network(3)" in listed["bug lab 3"]._repr_html_()
