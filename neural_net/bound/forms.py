"""Which form each kind of operation has."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from neural_net import activations, losses, operations
from neural_net.bound.activations import (
    BoundGELU,
    BoundIdentity,
    BoundLeakyReLU,
    BoundReLU,
    BoundSigmoid,
    BoundSoftmax,
    BoundSoftplus,
    BoundTanh,
)
from neural_net.bound.arithmetic import BoundAdd, BoundMultiply
from neural_net.bound.form import Form
from neural_net.bound.losses import (
    BoundBinaryCrossEntropyWithLogits,
    BoundCrossEntropyWithLogits,
    BoundMeanSquaredError,
)
from neural_net.bound.products import BoundAffine
from neural_net.bound.recorded import Recorded
from neural_net.bound.windows import BoundCorrelate, BoundPatches
from neural_net.operations import Operation, arithmetic, windows

FORMS: Mapping[type[Operation], type[Form]] = MappingProxyType(
    {
        operations.Affine: BoundAffine,
        operations.PositionwiseAffine: BoundAffine,
        windows.Patches: BoundPatches,
        windows.Correlate: BoundCorrelate,
        arithmetic.Add: BoundAdd,
        arithmetic.Multiply: BoundMultiply,
        activations.Identity: BoundIdentity,
        activations.ReLU: BoundReLU,
        activations.LeakyReLU: BoundLeakyReLU,
        activations.Sigmoid: BoundSigmoid,
        activations.Tanh: BoundTanh,
        activations.GELU: BoundGELU,
        activations.Softplus: BoundSoftplus,
        activations.Softmax: BoundSoftmax,
        losses.MeanSquaredError: BoundMeanSquaredError,
        losses.BinaryCrossEntropyWithLogits: BoundBinaryCrossEntropyWithLogits,
        losses.CrossEntropyWithLogits: BoundCrossEntropyWithLogits,
    }
)


def form_for(operation: Operation) -> type[Form]:
    """The form of this very kind; one derived from it may compute something else, and is run as recorded."""
    return FORMS.get(type(operation), Recorded)
