"""A what-if changes just the numbers it names, in a new trace, and tells them by the names a reader knows."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from neural_net.network import network
from neural_net.stepper.what_if import Place, Quantity, place_of, quantities, retrace, tell_loss, value_at
from neural_net.trace import trace


@pytest.fixture
def batch():
    """A trace of a 3-4-2 network on two examples."""
    net = network([3, 4, 2], loss="mse", seed=1)
    return trace(net, [[0.1, -0.2, 0.3], [1.0, 2.0, -3.0]], [[0.5, 0.25], [1.0, -1.0]])


@pytest.fixture
def classified():
    """A trace of a classifier with three classes on two examples, the second with a soft target."""
    net = network([2, 3], loss="cross_entropy", seed=1)
    return trace(net, [[0.1, -0.2], [0.4, 0.5]], [[0, 0, 1], [0.2, 0.5, 0.3]])


# --- changing ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "place",
    [
        Place(0, "x", (1, 2)),
        Place(3, "target", (0, 1)),
        Place(1, "W", (2, 3)),
        Place(2, "W", (3, 0)),
        Place(1, "b", (0,)),
    ],
)
def test_one_number_changes_and_no_other(batch, place):
    def arrays(t):
        weights = {(l, name): array for l, named in t.weights.items() for name, array in named.items()}
        return {(0, "x"): t.x, (3, "target"): t.target, **weights}

    new = retrace(batch, {place: 0.625})

    assert value_at(new, place) == 0.625
    for key, array in arrays(new).items():
        differs = np.argwhere(array != arrays(batch)[key]).tolist()
        assert differs == ([list(place.at)] if key == place[:2] else [])
    assert new.loss != batch.loss


def test_a_changed_weight_gives_the_loss_of_a_network_made_with_it(batch):
    W = batch.weights[1]["W"].copy()
    W[2, 3] = -1.5
    other = trace(batch.network.with_parameters({(1, "W"): W}), batch.x, batch.target)
    assert retrace(batch, {Place(1, "W", (2, 3)): -1.5}).loss == other.loss


def test_a_changed_class_leaves_the_other_rows_as_they_are(classified):
    new = retrace(classified, {Place(2, "class", (0,)): 1})
    assert new.target.tolist() == [[0, 1, 0], [0.2, 0.5, 0.3]]
    assert value_at(new, Place(2, "class", (0,))) == 1


def test_several_changes_add_up(batch):
    changes = {Place(0, "x", (0, 0)): 2.0, Place(1, "b", (1,)): 3.0, Place(1, "b", (2,)): 4.0}
    new = retrace(batch, changes)
    assert new.x[0, 0] == 2
    assert new.weights[1]["b"].tolist() == [0, 3, 4, 0]


def test_overflow_is_an_error(batch):
    with pytest.raises(FloatingPointError, match="overflow"):
        retrace(batch, {Place(2, "b", (0,)): 1e200})


def test_a_float32_is_read_by_its_shortest_decimals():
    net = network([1, 1], dtype="float32")
    assert value_at(trace(net, [[0.1]], [[0]]), Place(0, "x", (0, 0))) == 0.1


# --- what there is to change ------------------------------------------------------------------


def test_the_menu_goes_from_the_input_over_the_target_to_the_parameters(batch):
    menu = [quantity.menu for quantity in quantities(batch)]
    assert menu == ["input", "target", "weight W(1)", "bias b(1)", "weight W(2)", "bias b(2)"]


@pytest.mark.parametrize("example", [0, 1])
@pytest.mark.parametrize("image_shape", [None, (3, 1)])
def test_every_choice_leads_to_a_place_of_its_own_and_back(batch, example, image_shape):
    for quantity in quantities(batch, image_shape):
        choices = list(np.ndindex(*quantity.shape))
        places = [quantity.place(example, chosen) for chosen in choices]
        assert len(set(places)) == len(places)
        assert [quantity.chosen(place) for place in places] == choices
        assert all(quantity.holds(place) for place in places)


@pytest.mark.parametrize(
    ("reference", "place"),
    [
        ("u:0:2", Place(0, "x", (1, 2))),
        ("w:1:2:3", Place(1, "W", (2, 3))),
        ("u:2:1", Place(2, "b", (1,))),
        ("layer:2", None),
        ("", None),
    ],
)
def test_a_click_means_an_input_a_weight_or_a_bias(reference, place):
    assert place_of(reference, example=1) == place
    if place is not None:
        assert place.reference == reference


def test_the_numbers_are_told_counting_from_one(batch, classified):
    x, target, W, b, *_ = quantities(batch)
    assert x.tell(Place(0, "x", (0, 1))) == "x 2"
    assert target.tell(Place(3, "target", (0, 1))) == "target 2"
    assert W.tell(Place(1, "W", (0, 2))) == "W(1) 1→3"
    assert b.tell(Place(1, "b", (3,))) == "b(1) 4"
    pixels, *_ = quantities(batch, image_shape=(1, 3))
    assert pixels.tell(Place(0, "x", (0, 2))) == "pixel 1,3"
    _, classes, *_ = quantities(classified, classes=["ant", "bee", "cat"])
    assert classes.tell(Place(2, "class", (0,))) == "target"
    assert classes.tell_value(2.0) == "cat"


def test_ranges_fit_what_a_number_may_be(batch, classified):
    x, target, *_ = quantities(batch)
    assert (x.low, x.high) == (-10, 10)  # twice the largest, 3, rounded up
    assert (target.low, target.high) == (-2, 2)
    net = network([4, 1], loss="binary_cross_entropy")
    image, probability, *_ = quantities(trace(net, [[0, 0.5, 1, 0.2]], [1]), image_shape=(2, 2))
    assert (image.low, image.high) == (probability.low, probability.high) == (0, 1)
    _, classes, *_ = quantities(classified)
    assert classes.classes == ("0", "1", "2")


# --- the slider's ticks -----------------------------------------------------------------------

finite = st.floats(-50, 50)
ranges = st.sampled_from([(-1.0, 1.0), (-2.0, 2.0), (-5.0, 5.0), (-100.0, 100.0), (0.0, 1.0), (-0.5, 0.5)])


@given(finite, ranges)
def test_tick_zero_is_the_numbers_own_value_exactly(own, ends):
    quantity = Quantity(0, "x", "input", "x", (), True, *ends)
    assert quantity.value(own, 0) == own
    assert quantity.tick(own, own) == 0
    first, last = quantity.ticks(own)
    assert first <= 0 <= last


@given(finite, ranges)
def test_the_slider_reaches_both_ends_and_never_goes_back(own, ends):
    quantity = Quantity(0, "x", "input", "x", (), True, *ends)
    first, last = quantity.ticks(own)
    values = [quantity.value(own, tick) for tick in range(first, last + 1)]
    assert values == sorted(values)
    assert values[0] == min(own, ends[0])
    assert values[-1] == max(own, ends[1])


@given(finite, ranges, st.floats(0, 1))
def test_a_tick_survives_its_value(own, ends, share):
    quantity = Quantity(0, "x", "input", "x", (), True, *ends)
    first, last = quantity.ticks(own)
    tick = round(first + share * (last - first))
    again = quantity.tick(own, quantity.value(own, tick))
    assert again == tick or tick in (first, first + 1, last - 1, last)


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        (0.12345, 0.09812, "0.123 → 0.098"),
        (0.12345, 0.12349, "0.12345 → 0.12349"),
        (0.5, 0.5, "0.500 → 0.500"),
        (12.0, 3.25, "12.000 → 3.250"),
    ],
)
def test_the_loss_is_told_with_the_decimals_that_show_a_difference(before, after, told):
    assert tell_loss(before, after) == told


def test_numbers_are_called_as_the_pictures_call_them_units_from_1_and_classes_from_0():
    classifier = trace(network([2, 3, 4], loss="cross_entropy"), [0.5, -0.2], 1)
    told = {(q.layer, q.name): q.tell(q.place(0, [0] * len(q.axes))) for q in quantities(classifier)}
    assert told[1, "W"] == "W(1) 1→1"
    assert told[1, "b"] == "b(1) 1"
    assert told[2, "W"] == "W(2) 1→0"
    assert told[2, "b"] == "b(2) 0"
