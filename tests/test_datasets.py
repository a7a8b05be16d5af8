"""The data sets hold what their descriptions say, come out the same every time, and refuse bad arguments."""

import hashlib
import subprocess
import sys

import numpy as np
import pytest

from neural_net.datasets import DIGIT_IMAGE_SHAPE, Dataset, digits, moons, spirals, split, xor

MAKERS = [digits, xor, moons, spirals]


@pytest.mark.parametrize("make", MAKERS)
def test_unpacks_and_has_one_target_per_example(make):
    x, target = make()
    assert x.ndim == 2
    assert target.shape == (len(x),)
    assert np.isfinite(x).all()


@pytest.mark.parametrize("make", MAKERS)
def test_the_arrays_are_the_callers_own(make):
    first = make()
    first.x[:] = 7
    first.target[:] = 7
    second = make()
    assert not (second.x == 7).any()
    assert not np.array_equal(second.target, first.target)


@pytest.mark.parametrize("make", MAKERS)
@pytest.mark.parametrize("dtype", ["float64", "float32", np.float32])
def test_dtype_of_x_is_the_one_asked_for(make, dtype):
    assert make(dtype=dtype).x.dtype == np.dtype(dtype)


@pytest.mark.parametrize("make", MAKERS)
@pytest.mark.parametrize("dtype", ["int64", "complex128", "float16", "no such", 3, object])
def test_a_dtype_that_is_no_float_is_refused(make, dtype):
    with pytest.raises(TypeError, match="dtype: expected 'float64' or 'float32'"):
        make(dtype=dtype)


def test_repr_names_shapes_and_dtypes():
    assert repr(xor()) == "Dataset(x: (4, 2) float64, target: (4,) float64)"


# --- digits -------------------------------------------------------------


def test_digits_are_the_uci_test_set():
    x, target = digits()
    assert x.shape == (1797, 64) == (1797, DIGIT_IMAGE_SHAPE[0] * DIGIT_IMAGE_SHAPE[1])
    assert target.dtype == np.int64
    # The counts that the data set's own description (optdigits.names) gives for the test part, digits 0 to 9.
    assert np.bincount(target).tolist() == [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]
    assert target[:10].tolist() == list(range(10))


def test_digits_are_scaled_from_whole_sixteenths():
    x, _ = digits()
    assert x.min() == 0
    assert x.max() == 1
    assert not (x * 16 % 1).any()
    assert hashlib.sha256((x * 16).astype(np.uint8).tobytes()).hexdigest().startswith("8f26b2bd9d135c25")


def test_the_first_digit_is_a_zero_with_a_hole():
    image = digits().x[0].reshape(DIGIT_IMAGE_SHAPE)
    assert image[3:5, 3:5].max() == 0
    assert image[0, 3] > 0.5


def test_no_scikit_learn_is_imported():
    code = "import sys, neural_net.datasets as d; d.digits(); d.moons(); print('sklearn' in sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "False"


# --- points in the plane -------------------------------------------------------------


def test_xor_is_one_where_the_inputs_differ():
    x, target = xor()
    assert np.array_equal(target, (x[:, 0] != x[:, 1]).astype(float))
    assert len(np.unique(x, axis=0)) == 4


def test_moons_without_noise_lie_on_their_half_circles():
    x, target = moons(n=101, noise=0)
    upper, lower = x[target == 0], x[target == 1]
    assert (len(upper), len(lower)) == (51, 50)
    assert np.allclose(np.hypot(*upper.T), 1)
    assert upper[:, 1].min() >= -1e-12
    assert np.allclose(np.hypot(*(lower - [1, 0.5]).T), 1)
    assert lower[:, 1].max() <= 0.5 + 1e-12


@pytest.mark.parametrize("classes", [2, 3, 5])
def test_spirals_without_noise_wind_from_the_center_to_radius_one(classes):
    x, target = spirals(n=200, classes=classes, noise=0, turns=0.5)
    assert target.dtype == np.int64
    counts = np.bincount(target, minlength=classes)
    assert counts.sum() == 200
    assert counts.max() - counts.min() <= 1
    for arm in range(classes):
        points = x[target == arm]
        radius = np.hypot(*points.T)
        assert np.allclose(np.sort(radius), np.linspace(0, 1, len(points)))
        outer = points[radius.argmax()]
        turned = np.angle(complex(*outer) * np.exp(-2j * np.pi * (arm / classes + 0.5)))
        assert abs(turned) < 1e-9


@pytest.mark.parametrize("make", [moons, spirals])
def test_the_seed_decides(make):
    assert np.array_equal(make(seed=3).x, make(seed=3).x)
    assert not np.array_equal(make(seed=3).x, make(seed=4).x)


@pytest.mark.parametrize("make", [moons, spirals])
def test_noise_moves_every_point_by_about_that_much(make):
    moved = make(n=2000, noise=0.01).x - make(n=2000, noise=0.02).x
    assert 0 < np.abs(moved).max() < 0.1


@pytest.mark.parametrize("make", [moons, spirals])
def test_the_classes_come_mixed(make):
    target = make(n=60).target
    assert len(np.unique(target[:20])) == len(np.unique(target))


@pytest.mark.parametrize(
    ("make", "arguments", "error", "message"),
    [
        (moons, {"n": 1}, ValueError, "n: expected a whole number of at least 2, got 1"),
        (moons, {"n": 10.0}, TypeError, "n: expected a whole number, got 10.0"),
        (moons, {"n": True}, TypeError, "n: expected a whole number, got True"),
        (moons, {"noise": -0.1}, ValueError, "noise: expected a number of at least 0, got -0.1"),
        (moons, {"noise": float("nan")}, ValueError, "noise: expected finite numbers, got nan"),
        (moons, {"seed": -1}, ValueError, "seed: expected a whole number of at least 0, got -1"),
        (moons, {"seed": None}, TypeError, "seed: expected a whole number, got None"),
        (spirals, {"classes": 1}, ValueError, "classes: expected a whole number of at least 2, got 1"),
        (spirals, {"n": 2}, ValueError, "n: expected a whole number of at least 3, got 2"),
        (spirals, {"turns": float("inf")}, ValueError, "turns: expected finite numbers, got inf"),
    ],
)
def test_bad_arguments_are_named(make, arguments, error, message):
    with pytest.raises(error, match=message):
        make(**arguments)


# --- split -------------------------------------------------------------


@pytest.mark.parametrize("fraction", [0.001, 0.2, 0.5, 0.999])
def test_split_puts_every_example_on_exactly_one_side(fraction):
    x = np.arange(50.0)[:, None]
    training, validation = split(Dataset(x, np.arange(50)), fraction)
    assert sorted([*training.target, *validation.target]) == list(range(50))
    assert len(validation.x) == min(max(round(50 * fraction), 1), 49)
    for part in (training, validation):
        assert np.array_equal(part.x[:, 0], part.target)


def test_split_is_decided_by_its_seed_and_leaves_the_data_alone():
    data = digits()
    before = data.x.copy()
    (first, _), (again, _), (other, _) = split(data), split(data), split(data, seed=1)
    assert np.array_equal(first.target, again.target)
    assert not np.array_equal(first.target, other.target)
    first.x[:] = 0
    assert np.array_equal(data.x, before)


@pytest.mark.parametrize(
    ("dataset", "fraction", "error", "message"),
    [
        (xor(), 0, ValueError, "validation_fraction: expected a number above 0 and below 1, got 0"),
        (xor(), 1.5, ValueError, "validation_fraction: expected a number above 0 and below 1, got 1.5"),
        ((np.ones((3, 2)), np.ones(2)), 0.5, ValueError, r"got shapes \(3, 2\) and \(2,\)"),
        ((np.ones((1, 2)), np.ones(1)), 0.5, ValueError, "expected at least 2 examples, got 1"),
        (np.ones((3, 2)), 0.5, TypeError, "expected a Dataset or a pair"),
    ],
)
def test_split_refuses_what_cannot_be_split(dataset, fraction, error, message):
    with pytest.raises(error, match=message):
        split(dataset, fraction)
