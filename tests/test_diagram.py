"""The frames, and the stories of units and edges: that they show the trace's numbers, readably and alike."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from itertools import combinations
from typing import Any

import numpy as np
import pytest

from neural_net import look
from neural_net.diagram import details, focus, frames
from neural_net.diagram.reading import read
from neural_net.network import network
from neural_net.trace import Trace, trace
from tests.pictures import classes, find, parse, text_of, view_box, words

RNG = np.random.default_rng(7)
DIGIT = np.clip(RNG.normal(0.3, 0.4, (8, 8)), 0, 1)

CASES: dict[str, tuple[Trace, dict[str, Any]]] = {
    "2-4-4-1": (
        trace(network([2, 4, 4, 1], head="sigmoid", loss="binary_cross_entropy"), [[0.8, -0.5]], [[1]]),
        {},
    ),
    "3-4-4-2 batch": (
        trace(network([3, 4, 4, 2], loss="mse"), RNG.normal(size=(5, 3)), RNG.normal(size=(5, 2))),
        {"example": 2},
    ),
    "2-3-2": (
        trace(network([2, 3, 2], activation="relu", loss="mse", seed=3), [[1, -2]], [[0.5, -1]]),
        {},
    ),
    "64-32-10": (
        trace(
            network([64, 32, 10], activation="relu", head="softmax", loss="cross_entropy"),
            DIGIT.reshape(1, 64),
            [6],
        ),
        {"image_shape": (8, 8), "classes": [str(digit) for digit in range(10)]},
    ),
    "1-1": (trace(network([1, 1], head="tanh", loss="mse"), [[0.7]], [[0.2]]), {}),
    "2-16-16-2": (
        trace(network([2, 16, 16, 2], head="softmax", loss="cross_entropy"), [[0.8, -0.5]], [1]),
        {"classes": ["red & hot", "blue"]},
    ),
    "deep": (
        trace(network([2, *[4] * 9, 1], head="sigmoid", loss="binary_cross_entropy"), [[0.8, -0.5]], [[1]]),
        {},
    ),
    "softmax batch": (
        trace(
            network([2, 5, 3], activation="gelu", head="softmax", loss="cross_entropy"),
            [[0.8, -0.5], [0.1, 1.2]],
            [2, 0],
        ),
        {"example": 1},
    ),
    "8-8-8": (
        trace(network([2, 8, 8, 8, 1], head="sigmoid", loss="binary_cross_entropy"), [[0.8, -0.5]], [[0]]),
        {},
    ),
    "784": (
        trace(
            network([784, 128, 64, 10], activation="relu", head="softmax", loss="cross_entropy"),
            RNG.random((1, 784)) * (RNG.random((1, 784)) > 0.5),
            [3],
        ),
        {"image_shape": (28, 28), "classes": [f"garment {number}" for number in range(10)]},
    ),
    "logits": (
        trace(
            network([64, 32, 32, 10], activation="relu", head="identity", loss="cross_entropy_with_logits"),
            np.abs(RNG.normal(size=(4, 64))),
            [1, 2, 3, 4],
        ),
        {"example": 3},
    ),
    "binary logits": (
        trace(
            network(
                [3, 6, 2], activation="softplus", head="identity", loss="binary_cross_entropy_with_logits"
            ),
            RNG.normal(size=(2, 3)),
            [[0, 1], [1, 1]],
        ),
        {},
    ),
}


@pytest.fixture(params=CASES, scope="module")
def case(request: pytest.FixtureRequest) -> tuple[Trace, dict[str, Any], tuple[str, ...]]:
    run, options = CASES[request.param]
    return run, options, frames(run, **options)


Case = tuple[Trace, dict[str, Any], tuple[str, ...]]


def test_there_is_a_frame_for_every_step_all_of_one_size(case: Case) -> None:
    run, _, pictures = case
    assert len(pictures) == len(run.steps)
    boxes = {view_box(parse(picture)) for picture in pictures}
    assert len(boxes) == 1
    width, height = boxes.pop()
    assert width == 1000
    assert height < 900


def test_every_frame_says_in_words_what_it_shows(case: Case) -> None:
    run, _, pictures = case
    for step, picture in zip(run.steps, pictures, strict=True):
        root = parse(picture)
        assert root.get("role") == "img"
        assert step.title in root.get("aria-label", "")
        assert step.sentence in root.get("aria-label", "")
        assert step.title in text_of(root)


def test_exactly_one_layer_and_one_step_are_highlighted(case: Case) -> None:
    run, _, pictures = case
    for step, picture in zip(run.steps, pictures, strict=True):
        root = parse(picture)
        current = [e for e in root.iter() if "nn-current" in e.get("class", "").split()]
        assert [e.get("data-ref") for e in current] == [f"layer:{step.layer}"]
        assert current[0][0].get("class") == f"nn-{step.phase}-panel"
        assert find(root, "class", "nn-pick nn-current-step").get("data-step") == str(step.index)
        assert sum(e.get("data-step") is not None for e in root.iter()) == len(run.steps)


def test_references_are_unique_and_point_to_what_there_is(case: Case) -> None:
    run, _, pictures = case
    sizes = [y.shape[1] for y in run.y[:-1]]
    for picture in pictures:
        references = [e.get("data-ref") for e in parse(picture).iter() if e.get("data-ref")]
        assert len(references) == len(set(references))
        for element in parse(picture).iter():
            reference = element.get("data-ref")
            if not reference:
                continue
            assert "nn-pick" in element.get("class", "").split()
            kind, *numbers = reference.split(":")
            l, *rest = map(int, numbers)
            assert 0 <= l <= run.L + 1
            if kind == "u":
                assert 0 <= rest[0] < sizes[l]
            if kind == "w":
                i, j = rest
                assert i < sizes[l - 1]
                assert j < sizes[l]
                assert element.get("data-from") == f"u:{l - 1}:{i}"
                assert element.get("data-to") == f"u:{l}:{j}"


def test_units_show_the_values_of_the_trace_once_the_forward_pass_has_reached_them(case: Case) -> None:
    run, options, pictures = case
    row = options.get("example", 0)
    for step, picture in zip(run.steps, pictures, strict=True):
        root = parse(picture)
        for l in range(run.L + 1):
            n = run.y[l].shape[1]
            if n > 8 or (l == run.L and "classes" in options):
                continue
            shown = {
                e.get("data-ref"): text_of(e)
                for e in root.iter()
                if e.get("data-ref", "").startswith(f"u:{l}:")
            }
            reached = step.phase == "backward" or l <= step.layer
            for reference, text in shown.items():
                value = float(run.y[l][row, int(reference.split(":")[2])])
                assert text == (look.number(value) if reached else "")


def test_the_loss_appears_when_the_pass_reaches_it(case: Case) -> None:
    run, _, pictures = case
    for step, picture in zip(run.steps, pictures, strict=True):
        texts = [word.content for word in words(parse(picture))]
        reached = step.phase == "backward" or step.layer == run.L + 1
        assert ("not reached yet" in texts) == (not reached)
        assert not reached or look.number(run.loss) in texts


def test_the_current_step_shows_its_loss_gradients(case: Case) -> None:
    run, options, pictures = case
    row = options.get("example", 0)
    for step, picture in zip(run.steps, pictures, strict=True):
        texts = [word.content for word in words(parse(picture))]
        for l in {step.layer, step.layer - 1} & set(range(run.L + 1)):
            if run.y[l].shape[1] > 8 or step.phase == "forward":
                continue
            for value in run.loss_gradient[l][row]:
                assert look.signed(float(value)) in texts or look.number(float(value)) in texts


def test_the_code_and_the_equations_of_the_step_are_shown(case: Case) -> None:
    run, _, pictures = case
    for step, picture in zip(run.steps, pictures, strict=True):
        text = text_of(parse(picture)).replace("\n", "").replace(" ", "")
        for code in step.code:
            assert code.replace("\n", "").replace(" ", "") in text
        for heading in ("Insymbols", "Inshapes", "Incode", "Withnumbers"):
            assert heading in text


def test_no_text_leaves_the_picture_or_runs_into_another(case: Case) -> None:
    for picture in case[2]:
        root = parse(picture)
        width, height = view_box(root)
        placed = [word for word in words(root) if word.content.strip()]
        for word in placed:
            assert word.left >= 8, word
            assert word.right <= width - 8, word
            assert word.top >= 8, word
            assert word.bottom <= height - 8, word
        for one, other in combinations(placed, 2):
            assert not one.overlaps(other, 1.5), (one, other)


def test_text_is_large_enough_to_read(case: Case) -> None:
    for picture in case[2]:
        for element in parse(picture).iter("{http://www.w3.org/2000/svg}text"):
            assert float(element.get("font-size", 13)) >= 9.5


def test_the_theme_covers_every_class(case: Case) -> None:
    run, options, pictures = case
    known = {f"nn-{role}" for role in look.ROLES} | {"nn-pick", "nn-current", "nn-current-step"}
    for picture in pictures:
        assert classes(parse(picture)) <= known
    for stories in details(run, **options).values():
        for story in stories:
            assert classes(parse(story)) <= known


def test_a_frame_stays_small_and_needs_no_style_sheet_script_or_identifier(case: Case) -> None:
    for picture in case[2]:
        assert len(picture.encode()) < 64_000
        root = parse(picture)
        tags = {element.tag.split("}")[1] for element in root.iter()}
        assert not tags & {"style", "script", "foreignObject"}
        assert all(element.get("id") is None for element in root.iter())


def test_frames_are_the_same_in_a_fresh_process_to_the_byte() -> None:
    code = (
        "import hashlib\n"
        "from neural_net.diagram import details, frames\n"
        "from neural_net.network import network\n"
        "from neural_net.trace import trace\n"
        "net = network([2, 4, 4, 1], head='sigmoid', loss='binary_cross_entropy')\n"
        "run = trace(net, [[0.8, -0.5]], [[1]])\n"
        "text = ''.join(frames(run)) + repr(details(run))\n"
        "print(hashlib.sha256(text.encode()).hexdigest())\n"
    )
    run = CASES["2-4-4-1"][0]
    text = "".join(frames(run)) + repr(details(run))
    assert text == "".join(frames(run)) + repr(details(run))
    fresh = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env={"PYTHONHASHSEED": "5"}
    )
    assert fresh.stdout.strip() == hashlib.sha256(text.encode()).hexdigest()


def test_edges_connect_their_units() -> None:
    run, options = CASES["2-4-4-1"]
    root = parse(frames(run, **options)[1])
    for i in range(4):
        for j in range(4):
            line = find(root, "data-ref", f"w:2:{i}:{j}")
            weight = run.weights[2]["W"][i, j]
            drawn = line.find("{http://www.w3.org/2000/svg}line")
            assert ("nn-weight-pos" in drawn.get("class")) == (weight > 0)
            assert look.number(float(weight)) in "".join(line.itertext())
            start = find(root, "data-ref", f"u:1:{i}")
            assert float(drawn.get("x1")) < float(drawn.get("x2"))
            assert start is not None


def test_a_deep_network_shows_the_current_layer_and_the_one_before_it_in_full() -> None:
    run, options = CASES["deep"]
    for step, picture in zip(run.steps, frames(run, **options), strict=True):
        references = {e.get("data-ref") for e in parse(picture).iter()}
        for l in {step.layer, step.layer - 1} - {run.L + 1}:
            assert f"u:{l}:0" in references


def test_the_class_of_the_target_is_named_and_escaped() -> None:
    run, options = CASES["2-16-16-2"]
    texts = [word.content for word in words(parse(frames(run, **options)[-1]))]
    assert "red & hot" in texts
    assert "target blue" in texts


def test_probabilities_are_bars_as_long_as_they_are_large() -> None:
    run, options = CASES["64-32-10"]
    root = parse(frames(run, **options)[1])
    for j, probability in enumerate(run.y[2][0]):
        bar = find(root, "data-ref", f"u:2:{j}")
        filled = [e for e in bar.iter() if e.get("class") == "nn-forward-solid"]
        assert float(filled[0].get("width")) == pytest.approx(max(2, 70 * probability), abs=0.01)
        assert look.number(float(probability)) in text_of(bar)


def test_an_image_is_drawn_pixel_by_pixel() -> None:
    run, options = CASES["64-32-10"]
    root = parse(frames(run, **options)[0])
    top = DIGIT.max()
    for j, value in enumerate(DIGIT.ravel()):
        pixel = find(root, "data-ref", f"u:0:{j}")
        assert float(pixel.get("fill-opacity")) == pytest.approx(value / top, abs=0.006)


def test_an_example_outside_the_batch_is_refused_by_number() -> None:
    with pytest.raises(ValueError, match=r"example: expected a number from 0 to 4, got 5"):
        frames(CASES["3-4-4-2 batch"][0], example=5)


# -------------------------------------------------------------------------------------- stories


def total(story: focus.Story, first: str = "+") -> float:
    """Add the terms of a story's sum, up to its first result."""
    result = 0.0
    for term in story.terms:
        if term.sign not in ("", first):
            break
        result += term.value
    return result


def test_every_unit_and_every_drawn_edge_has_a_story(case: Case) -> None:
    run, options, pictures = case
    stories = details(run, **options)
    for picture in pictures:
        for element in parse(picture).iter():
            reference = element.get("data-ref", "")
            assert reference == "" or reference.startswith("layer:") or reference in stories


def test_the_terms_of_a_unit_add_up_to_its_score(case: Case) -> None:
    run, options, _ = case
    reading = read(run, options.get("example", 0))
    for l in range(1, run.L + 1):
        z = run.records[l].values["z"][reading.example]
        y = run.y[l][reading.example]
        for j in range(len(z)):
            story = focus.unit_forward(reading, l, j)
            assert total(story) == pytest.approx(z[j], abs=1e-12)
            assert [term.value for term in story.terms[-2:]] == [z[j], y[j]]


def test_the_terms_of_a_units_gradient_add_up_and_meet_the_local_gradient(case: Case) -> None:
    run, options, _ = case
    reading = read(run, options.get("example", 0))
    for l in range(run.L + 1):
        upstream = run.loss_gradient[l][reading.example]
        for j in range(len(upstream)):
            story = focus.unit_backward(reading, l, j)
            is_softmax = reading.is_probability(l)
            if not is_softmax:
                assert total(story) == pytest.approx(upstream[j], abs=1e-12)
            if l > 0:
                dz = run.records[l].gradients["z"][reading.example, j]
                assert story.terms[-1].value == dz
                if is_softmax:
                    assert total(story) == pytest.approx(dz, abs=1e-12)
                else:
                    assert upstream[j] * story.terms[-2].value == pytest.approx(dz, abs=1e-12)


def test_the_share_of_an_edge_and_its_gradient_are_products() -> None:
    for name in ("2-4-4-1", "3-4-4-2 batch"):
        run, options = CASES[name]
        reading = read(run, options.get("example", 0))
        row = reading.example
        for l in range(1, run.L + 1):
            for i in range(run.y[l - 1].shape[1]):
                for j in range(run.y[l].shape[1]):
                    y, w = run.y[l - 1][row, i], run.weights[l]["W"][i, j]
                    dz = run.records[l].gradients["z"][row, j]
                    forward = focus.edge_forward(reading, l, i, j)
                    assert forward.terms[2].value == pytest.approx(y * w)
                    backward = focus.edge_backward(reading, l, i, j)
                    assert backward.terms[2].value == pytest.approx(y * dz)
                    gradient = run.weight_gradient[l]["W"][i, j]
                    assert backward.terms[-1].value == pytest.approx(gradient, abs=1e-12)
                    assert look.number(float(w - 0.1 * gradient)) in backward.note


def test_a_long_sum_shows_its_largest_terms_and_the_rest_as_one() -> None:
    run, _ = CASES["64-32-10"]
    reading = read(run)
    story = focus.unit_forward(reading, 1, 0)
    assert len(story.terms) == 6 + 1 + 3
    sizes = [abs(term.value) for term in story.terms[:6]]
    assert sizes == sorted(sizes, reverse=True)
    assert story.terms[6].symbol == "58 more"
    assert "58 more" in text_of(parse(focus.picture(story)))


def test_stories_stay_inside_their_picture_and_apart(case: Case) -> None:
    run, options, _ = case
    for stories in list(details(run, **options).values())[:40]:
        for story in stories:
            root = parse(story)
            width, height = view_box(root)
            placed = [word for word in words(root) if word.content.strip()]
            assert all(word.left > 0 and word.right < width and word.bottom < height for word in placed)
            for one, other in combinations(placed, 2):
                assert not one.overlaps(other, 1.5), (one, other)
