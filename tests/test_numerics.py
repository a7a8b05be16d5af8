"""The error function, which numpy does not have, against the one of the standard library."""

import math

import numpy as np
import pytest

from neural_net.numerics import erf


def test_erf_is_that_of_the_standard_library_to_the_last_digits():
    edges = [
        0.0,
        -0.0,
        0.46875,
        np.nextafter(0.46875, 1),
        4.0,
        np.nextafter(4.0, 5),
        6.0,
        1e-300,
        1e308,
        -1e308,
    ]
    x = np.concatenate([np.linspace(-8, 8, 20001), np.geomspace(1e-12, 1, 500), edges])
    expected = np.array([math.erf(value) for value in x])
    np.testing.assert_array_max_ulp(erf(x), expected, maxulp=4)


def test_erf_takes_any_shape():
    assert erf(np.zeros((2, 0, 3))).shape == (2, 0, 3)
    assert erf(np.array(1.0)) == pytest.approx(math.erf(1.0), rel=1e-15)
