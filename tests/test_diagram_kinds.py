"""The diagram of layers of every kind: that frames show the trace's numbers, readably, small and alike."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import numpy as np
import pytest

from neural_net import look
from neural_net.datasets import digits
from neural_net.diagram import details, filmstrip, focus, frames
from neural_net.diagram.reading import KindReading, read
from neural_net.layers import (
    LSTM,
    RNN,
    Activate,
    BatchNorm,
    Conv2d,
    Dense,
    Dropout,
    Embedding,
    Flatten,
    LayerNorm,
    MaxPool2d,
    MeanOverTime,
    PositionEmbedding,
    Residual,
    SelfAttention,
    TransformerBlock,
)
from neural_net.network import network
from neural_net.trace import Trace, trace
from tests.layer_examples import EXAMPLES, example_trace
from tests.pictures import classes, find, parse, text_of, view_box, words

RNG = np.random.default_rng(3)


def _convolutional() -> Trace:
    x, target = digits()
    layers = [Conv2d(1, 4, 3, "relu"), MaxPool2d(2), Flatten(), Dense(36, 10, "softmax")]
    net = network(layers=layers, input_shape=(1, 8, 8), loss="cross_entropy")
    return trace(net, x[:3].reshape(3, 1, 8, 8), target[:3])


def _photographs() -> Trace:
    layers = [
        Conv2d(3, 16, 5, "relu", stride=2, padding=2),
        BatchNorm(16),
        MaxPool2d(2),
        Conv2d(16, 32, 3),
        Flatten(),
        Dense(800, 4, "softmax"),
    ]
    net = network(layers=layers, input_shape=(3, 28, 28), loss="cross_entropy")
    return trace(net, RNG.normal(size=(2, 3, 28, 28)), [1, 3])


def _transformer() -> Trace:
    layers = [
        Embedding(7, 4),
        PositionEmbedding(5, 4),
        TransformerBlock(4, 2, n_hidden=6, causal=True),
        MeanOverTime(),
        Dense(4, 3, "softmax"),
    ]
    net = network(layers=layers, input_shape=(5,), loss="cross_entropy")
    return trace(net, [[3, 1, 4, 1, 5], [2, 6, 5, 3, 5]], [1, 2])


def _long_sequence() -> Trace:
    layers = [Embedding(200, 16), TransformerBlock(16, 4), SelfAttention(16), MeanOverTime(), Dense(16, 2)]
    net = network(layers=layers, input_shape=(24,))
    return trace(net, RNG.integers(0, 200, (2, 24)), RNG.normal(size=(2, 2)))


def _lstm() -> Trace:
    net = network(layers=[LSTM(3, 4), MeanOverTime(), Dense(4, 1, "sigmoid")], input_shape=(6, 3))
    return trace(net, RNG.normal(size=(2, 6, 3)), [[1], [0]])


def _long_memory() -> Trace:
    net = network(layers=[LSTM(5, 12), RNN(12, 6), MeanOverTime()], input_shape=(15, 5))
    return trace(net, RNG.normal(size=(2, 15, 5)), RNG.normal(size=(2, 6)))


def _residual() -> Trace:
    layers = [Dense(3, 4, "tanh"), Residual(Dense(4, 5, "tanh"), Dense(5, 4)), Dense(4, 2)]
    return trace(network(layers=layers), RNG.normal(size=(1, 3)), [[1, 0.2]])


def _normalized() -> Trace:
    layers = [Dense(3, 5), BatchNorm(5), Activate("relu"), Dropout(0.3), LayerNorm(5), Dense(5, 2)]
    return trace(network(layers=layers), RNG.normal(size=(6, 3)), np.zeros((6, 2)))


def _every_position() -> Trace:
    net = network(layers=[RNN(2, 3), Dense(3, 4, "softmax")], input_shape=(3, 2), loss="cross_entropy")
    return trace(net, RNG.normal(size=(2, 3, 2)), np.array([[0, 1, 3], [2, 2, 1]]))


MIXED = {
    "convolutional": _convolutional,
    "photographs": _photographs,
    "transformer": _transformer,
    "long sequence": _long_sequence,
    "lstm": _lstm,
    "long memory": _long_memory,
    "residual": _residual,
    "normalized": _normalized,
    "every position": _every_position,
}
CASES = {**{name: lambda name=name: example_trace(name) for name in EXAMPLES}, **MIXED}
Case = tuple[Trace, tuple[str, ...]]


@pytest.fixture(params=CASES, scope="module")
def case(request: pytest.FixtureRequest) -> Case:
    run = CASES[request.param]()
    return run, frames(run)


def placed_words(picture: str) -> list[Any]:
    return [word for word in words(parse(picture)) if word.content.strip()]


def check_words(picture: str) -> None:
    """No text leaves the picture or runs into another."""
    width, height = view_box(parse(picture))
    placed = placed_words(picture)
    for word in placed:
        assert word.left >= 8, word
        assert word.right <= width - 8, word
        assert word.top >= 8, word
        assert word.bottom <= height - 8, word
    for one, other in combinations(placed, 2):
        assert not one.overlaps(other, 1.5), (one, other)


def test_there_is_a_frame_for_every_step_all_of_one_size(case: Case) -> None:
    run, pictures = case
    assert len(pictures) == len(run.steps)
    sizes = {view_box(parse(picture)) for picture in pictures}
    assert len(sizes) == 1
    width, height = sizes.pop()
    assert width == 1000
    assert height <= 1000


def test_exactly_one_layer_and_one_step_are_highlighted(case: Case) -> None:
    run, pictures = case
    for step, picture in zip(run.steps, pictures, strict=True):
        root = parse(picture)
        current = [e for e in root.iter() if "nn-current" in e.get("class", "").split()]
        assert [e.get("data-ref") for e in current] == [f"layer:{step.layer}"]
        assert current[0][0].get("class") == f"nn-{step.phase}-panel"
        assert find(root, "class", "nn-pick nn-current-step").get("data-step") == str(step.index)
        assert step.title in root.get("aria-label", "")
        assert step.title in text_of(root)


def test_no_text_leaves_the_picture_or_runs_into_another(case: Case) -> None:
    for picture in case[1]:
        check_words(picture)


def test_text_is_large_enough_to_read(case: Case) -> None:
    for picture in case[1]:
        for element in parse(picture).iter("{http://www.w3.org/2000/svg}text"):
            assert float(element.get("font-size", 13)) >= 9.5


def test_a_frame_stays_small_and_its_colors_are_of_the_theme(case: Case) -> None:
    known = {f"nn-{role}" for role in look.ROLES} | {"nn-pick", "nn-current", "nn-current-step"}
    for picture in case[1]:
        assert len(picture.encode()) <= 64_000
        root = parse(picture)
        assert classes(root) <= known
        assert not {element.tag.split("}")[1] for element in root.iter()} & {"style", "script"}
        assert all(element.get("id") is None for element in root.iter())


def test_frames_are_the_same_every_time(case: Case) -> None:
    run, pictures = case
    assert frames(run) == pictures


def test_references_are_unique_and_each_has_its_stories(case: Case) -> None:
    run, pictures = case
    stories = details(run)
    for picture in pictures:
        references = [e.get("data-ref") for e in parse(picture).iter() if e.get("data-ref")]
        assert len(references) == len(set(references))
        assert {r for r in references if not r.startswith("layer:")} <= stories.keys()


def test_the_values_drawn_with_numbers_are_those_of_the_trace(case: Case) -> None:
    run, pictures = case
    for step, picture in zip(run.steps, pictures, strict=True):
        root = parse(picture)
        for element in root.iter():
            reference = element.get("data-ref", "")
            if not reference.startswith("u:") or not text_of(element):
                continue
            l, j = map(int, reference.split(":")[1:])
            flat = (run.y[l][0].ravel(), run.loss_gradient[l][0].ravel())
            numbers = {look.number(float(values[j])) for values in flat}
            reached = step.phase == "backward" or l <= step.layer
            if reached and run.y[l].ndim > 2:
                assert text_of(element) in numbers, reference


def test_the_filmstrip_shows_every_step(case: Case) -> None:
    run, _ = case
    picture = filmstrip(run)
    check_words(picture)
    assert picture == filmstrip(run)
    texts = [word.content for word in placed_words(picture)]
    assert {str(step.index + 1) for step in run.steps} <= set(texts)
    assert len(picture.encode()) < 400_000


def test_the_panel_names_every_quantity_or_says_how_many_it_leaves_out(case: Case) -> None:
    run, pictures = case
    reading = read(run)
    for step, picture in zip(run.steps, pictures, strict=True):
        layer = reading.layers[step.layer - 1] if step.layer <= run.L else None
        if not isinstance(layer, KindReading) or "h_0" in layer.values:
            continue
        text = text_of(parse(picture))
        names = [line.output.rpartition(".")[2] for line in layer.record.program]
        shown = [name.replace("_", " ") in text.replace("_", " ") or name == "y" for name in names]
        assert all(shown) or " more" in text


def test_the_first_and_the_last_operation_stand_in_code(case: Case) -> None:
    run, pictures = case
    reading = read(run)
    for step, picture in zip(run.steps, pictures, strict=True):
        if step.layer > run.L or not isinstance(reading.layer(step.layer), KindReading):
            continue
        told = [operation for operation in step.operations if operation.code]
        text = text_of(parse(picture)).replace(" ", "")
        for operation in (told[0], told[-1]):
            first = operation.code[0].splitlines()[0].replace(" ", "")
            assert first[:16] in text
        hidden = len(told) > 8
        assert not hidden or "moreoperation" in text


# ---------------------------------------------------------------------------------------- stories


def sum_of(story: focus.Story) -> float:
    """Add the terms before the first result."""
    total = 0.0
    for term in story.terms:
        if term.sign not in ("", "+"):
            break
        total += term.value
    return total


def test_the_terms_of_every_element_add_up(case: Case) -> None:
    run, _ = case
    reading = read(run)
    for l, n in enumerate(reading.sizes):
        for j in range(n if n <= 100 else 0):
            if l and isinstance(reading.layer(l), KindReading):
                story = focus.element_forward(reading, l, j)
                assert sum_of(story) == pytest.approx(reading.y[l][j], abs=1e-9)
                assert story.terms[-1].value == reading.y[l][j]
            if (
                l < run.L
                and isinstance(reading.layer(l + 1), KindReading)
                and not (l == 0 and reading.has_tokens)
            ):
                story = focus.unit_backward(reading, l, j)
                told = [term for term in story.terms if "loss gradient" in term.factors]
                assert told[0].value == reading.gradient[l][j]
                if told[0].sign:
                    assert sum_of(story) == pytest.approx(reading.gradient[l][j], abs=1e-9)


def test_stories_stay_inside_their_picture_and_apart(case: Case) -> None:
    run, _ = case
    for stories in list(details(run).values())[::7]:
        for story in stories:
            width, height = view_box(parse(story))
            placed = placed_words(story)
            assert all(word.left > 0 and word.right < width and word.bottom < height for word in placed)
            for one, other in combinations(placed, 2):
                assert not one.overlaps(other, 1.5), (one, other)


# ------------------------------------------------------------------------------- pictures that suit


def test_an_image_of_one_channel_is_drawn_as_ink() -> None:
    run = _convolutional()
    root = parse(frames(run)[0])
    top = run.x[0].max()
    for j, value in enumerate(run.x[0].ravel()):
        pixel = find(root, "data-ref", f"u:0:{j}")
        assert float(pixel.get("fill-opacity")) == pytest.approx(value / top, abs=0.006)


def test_tokens_stand_in_boxes_and_get_no_gradient() -> None:
    run = _transformer()
    for picture in frames(run):
        root = parse(picture)
        shown = [text_of(find(root, "data-ref", f"u:0:{j}")) for j in range(5)]
        assert shown == ["3", "1", "4", "1", "5"]
    assert "ℒ′(0)" not in text_of(parse(frames(run)[-1]))


def test_attention_stands_beside_its_tokens() -> None:
    run = _transformer()
    texts = [word.content for word in placed_words(frames(run)[2])]
    assert texts.count("weights") == 1
    for token in "345":  # a box, and both sides of both heads; 4 and 1 stand twice in the sequence
        assert texts.count(token) >= 5


def test_a_residual_layer_has_a_way_around_and_a_transformer_block_two() -> None:
    for run, l, sums in ((_residual(), 2, 1), (_transformer(), 3, 2)):
        for step, picture in zip(run.steps, frames(run), strict=True):
            if step.layer == l:
                assert [word.content for word in placed_words(picture)].count("+") == sums


def test_a_recurrent_layer_is_unrolled_in_time() -> None:
    run = _lstm()
    for picture in (frames(run)[0], frames(run)[-1]):
        times = [word for word in placed_words(picture) if word.content in tuple("0123456")]
        row = [word.content for word in sorted(times, key=lambda w: w.left) if abs(w_top(word, times)) < 1]
        assert row == list("0123456")


def w_top(word: Any, among: list[Any]) -> float:
    """How far a word stands from the row in which most of them stand."""
    tops = [round(other.top) for other in among]
    return float(word.top - max(tops, key=tops.count))
