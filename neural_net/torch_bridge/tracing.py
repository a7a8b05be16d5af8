"""Any PyTorch module, run once by PyTorch itself and told as a trace: one layer for each call of a module."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from neural_net.layers import Layer
from neural_net.losses import Loss, LossFunction
from neural_net.network import Network
from neural_net.operations import Array, Operation, Shape
from neural_net.program import Contribution, Line
from neural_net.steps import Record
from neural_net.trace import Trace

LossFn = Callable[[Tensor, Tensor], Tensor]


@dataclass(eq=False)
class _Call:
    """One call of an innermost module: what went in, and what came out."""

    path: str
    module: nn.Module
    y_prev: Tensor
    y: Tensor = field(init=False)


class Called(Operation):
    """y = module(y_prev), with the module's parameters; its backward is PyTorch's autograd."""

    def __init__(self, module: nn.Module, code_name: str) -> None:
        self.module = module
        self.name = type(module).__name__
        self.parameter_names = tuple(name for name, _ in module.named_parameters())
        self.inputs = ("y_prev", *self.parameter_names)
        self.equation = f"y = {self.name}( {' , '.join(self.inputs)} )"
        self.code = f"y = {code_name}(y_prev)"
        told = (*self.parameter_names, "y_prev")
        self.backward_equation = MappingProxyType(
            {name: f"dL_d{name} = dL_dy · frac( ∂ y | ∂ {name} )frac" for name in told}
        )
        self.backward_code = MappingProxyType(
            {name: f"dL_d{name} = torch.autograd.grad(y, {name}, dL_dy)[0]" for name in told}
        )

    def forward(self, *inputs: Array) -> Array:
        """Call the module, in its present mode, with these inputs."""
        with torch.no_grad():
            return _array(self._call([torch.tensor(array) for array in inputs]))

    def backward(self, dL_dy: Array, y: Array, *inputs: Array) -> tuple[Array | None, ...]:
        """Call the module again, and ask autograd for the gradients of all inputs."""
        tensors = [torch.tensor(array) for array in inputs]
        moved = [tensor.requires_grad_() for tensor in tensors if tensor.is_floating_point()]
        found = torch.autograd.grad(self._call(tensors), moved, torch.tensor(dL_dy), allow_unused=True)
        gradients = iter(found)
        every = (next(gradients) if tensor.is_floating_point() else None for tensor in tensors)
        return tuple(None if gradient is None else _array(gradient) for gradient in every)

    def _call(self, tensors: list[Tensor]) -> Tensor:
        weights = dict(zip(self.parameter_names, tensors[1:], strict=True))
        y_prev = tensors[0]
        arguments = (y_prev,) * 3 if isinstance(self.module, nn.MultiheadAttention) else (y_prev,)
        return _first(torch.func.functional_call(self.module, weights, arguments))


class CalledLoss(LossFunction):
    """y = loss_fn(y_prev, target), its backward by PyTorch's autograd."""

    def __init__(self, loss_fn: LossFn) -> None:
        self.loss_fn = loss_fn
        self.name = getattr(loss_fn, "__name__", type(loss_fn).__name__)
        self.equation = f"y = {self.name}( y_prev , target )"
        self.code = "y = loss_fn(y_prev, target)"
        self.backward_equation = MappingProxyType(
            {"y_prev": "dL_dy_prev = dL_dy · frac( ∂ y | ∂ y_prev )frac"}
        )
        self.backward_code = MappingProxyType(
            {"y_prev": "dL_dy_prev = torch.autograd.grad(y, y_prev, dL_dy)[0]"}
        )

    def forward(self, y_prev: Array, target: Array) -> Array:
        """Return the loss."""
        return _array(self.loss_fn(torch.tensor(y_prev), torch.tensor(target)))

    def backward(self, dL_dy: Array, y: Array, y_prev: Array, target: Array) -> tuple[Array, None]:
        """Ask autograd for the gradient of the prediction."""
        prediction = torch.tensor(y_prev, requires_grad=True)
        loss = self.loss_fn(prediction, torch.tensor(target))
        return _array(torch.autograd.grad(loss, prediction, torch.tensor(dL_dy))[0]), None


class ModuleLayer(Layer):
    """One call of a PyTorch module as a layer of one operation, for a trace to show."""

    def __init__(self, call: _Call) -> None:
        self.kind = type(call.module).__name__
        self.path = call.path
        self.reads_tokens = not call.y_prev.is_floating_point()
        self._shape = tuple(call.y.shape[1:])
        weights = {name: _array(parameter) for name, parameter in call.module.named_parameters()}
        operation = Called(call.module, call.path)
        self._line = Line("y", operation, operation.inputs)
        self._parameters = MappingProxyType(weights)

    def output_shape(self, input_shape: Shape) -> Shape:
        """The shape that came out of the call."""
        return self._shape

    def program_for(self, input_shape: Shape) -> tuple[Line, ...]:
        """y = module(y_prev)."""
        return (self._line,)

    @property
    def parameter_shapes(self) -> Mapping[str, Shape]:
        """The shapes that PyTorch's parameters have."""
        return {name: array.shape for name, array in self.parameters.items()}

    @property
    def sentence(self) -> str:
        """Whose call this is."""
        return f"PyTorch calls {self.path}, a {self.kind}."

    def __repr__(self) -> str:
        return f"{self.kind} ({self.path})"


def trace_module(module: nn.Module, x: Any, target: Any, loss_fn: LossFn) -> Trace:
    """See `neural_net.torch_bridge.trace_torch`."""
    if not isinstance(module, nn.Module):
        kind = type(module).__name__
        raise TypeError(f"trace_torch: expected a torch.nn.Module, got {module!r} of type {kind}")
    dtype = next((p.dtype for p in module.parameters()), torch.get_default_dtype())
    x_tensor, t = _tensor(x, dtype), _tensor(target, dtype)
    if x_tensor.ndim == 0 or len(x_tensor) == 0:
        raise ValueError(f"x: expected a batch of at least one example, got shape {tuple(x_tensor.shape)}")
    with _as_it_was(module), torch.enable_grad():
        if x_tensor.is_floating_point():
            x_tensor.requires_grad_()
        with _recording(module) as calls:
            prediction = _first(module(x_tensor))
        loss = loss_fn(prediction, t)
        if loss.numel() != 1:
            raise ValueError(f"loss_fn: expected one number, got a tensor of shape {tuple(loss.shape)}")
        gradient_of = _gradients(loss, [prediction, *_tensors_of(calls)])
        layers = tuple(ModuleLayer(call) for call in calls)
        records = {
            l: _record(layer, call, calls, gradient_of)
            for l, (layer, call) in enumerate(zip(layers, calls, strict=True), 1)
        }
    function = Loss(CalledLoss(loss_fn))
    records[len(layers) + 1] = _loss_record(function, prediction, t, loss, gradient_of)
    shape = tuple(calls[0].y_prev.shape[1:])
    net = Network(layers, function, shape, np.dtype(str(dtype).removeprefix("torch.")))
    return Trace(net, MappingProxyType(records))


@contextmanager
def _recording(module: nn.Module) -> Iterator[list[_Call]]:
    """Watch every call of an innermost module.

    Each gets its input under an alias, so that the gradient of the alias is what this one call adds.
    """
    calls: list[_Call] = []

    def before(path: str, inner: nn.Module, given: tuple[Any, ...]) -> tuple[Any, ...]:
        aliases = {id(a): a.view_as(a) for a in given if isinstance(a, Tensor)}
        arguments = tuple(aliases.get(id(a), a) for a in given)
        calls.append(_Call(path, inner, arguments[0]))
        return arguments

    def after(result: Any) -> None:
        calls[-1].y = _first(result)

    handles = []
    for path, inner in _innermost(module, "model"):
        handles.append(inner.register_forward_pre_hook(lambda m, given, path=path: before(path, m, given)))
        handles.append(inner.register_forward_hook(lambda m, given, result: after(result)))
    try:
        yield calls
    finally:
        for handle in handles:
            handle.remove()
    if not calls:
        raise ValueError(f"trace_torch: {type(module).__name__} called none of its modules")


def _innermost(module: nn.Module, path: str) -> Iterator[tuple[str, nn.Module]]:
    """Yield each module that has no modules in it, once; attention counts as one."""
    children = dict(module.named_children())
    if not children or isinstance(module, nn.MultiheadAttention):
        yield path, module
        return
    for name, child in children.items():
        yield from _innermost(child, f"{path}.{name}")


@contextmanager
def _as_it_was(module: nn.Module) -> Iterator[None]:
    """Leave buffers (running statistics) as they were, and let no module change its input in place."""
    buffers = {name: buffer.clone() for name, buffer in module.named_buffers()}
    in_place = [part for part in module.modules() if getattr(part, "inplace", False)]
    for part in in_place:
        part.inplace = False  # type: ignore[assignment]
    try:
        yield
    finally:
        for part in in_place:
            part.inplace = True  # type: ignore[assignment]
        with torch.no_grad():
            for name, buffer in module.named_buffers():
                buffer.copy_(buffers[name])


def _tensors_of(calls: list[_Call]) -> Iterator[Tensor]:
    for call in calls:
        yield from (call.y_prev, call.y, *call.module.parameters())


def _gradients(loss: Tensor, tensors: list[Tensor]) -> Callable[[Tensor], Array]:
    """Return a function that tells the loss gradient of each tensor, zeros where there is none."""
    moved = list({id(tensor): tensor for tensor in tensors if tensor.requires_grad}.values())
    found = torch.autograd.grad(loss, moved, allow_unused=True) if moved else ()
    known = {id(tensor): gradient for tensor, gradient in zip(moved, found, strict=True)}

    def gradient_of(tensor: Tensor) -> Array:
        gradient = known.get(id(tensor))
        return np.zeros(tensor.shape, _array(tensor).dtype) if gradient is None else _array(gradient)

    return gradient_of


def _record(
    layer: ModuleLayer, call: _Call, calls: list[_Call], gradient_of: Callable[[Tensor], Array]
) -> Record:
    (line,) = layer.program_for(())
    values = {"y_prev": _array(call.y_prev), **layer.parameters, "y": _array(call.y)}
    gradients = {"y": gradient_of(call.y)}
    if call.y_prev.is_floating_point():
        gradients["y_prev"] = gradient_of(call.y_prev)
    if sum(other.module is call.module for other in calls) == 1:
        gradients |= {name: gradient_of(p) for name, p in call.module.named_parameters()}
    else:  # autograd adds up the uses of a weight; what this one adds is found by running it again
        inputs = [values[name] for name in line.inputs]
        parts = line.operation.backward(gradients["y"], values["y"], *inputs)
        own = dict(zip(line.inputs, parts, strict=True))
        gradients |= {name: part for name, part in own.items() if name != "y_prev" and part is not None}
    return _frozen(layer, line, values, gradients)


def _loss_record(
    loss: Loss, prediction: Tensor, target: Tensor, y: Tensor, gradient_of: Callable[[Tensor], Array]
) -> Record:
    values = {"y_prev": _array(prediction), "target": _array(target), "y": _array(y).reshape(())}
    gradients = {"y": np.ones_like(values["y"]), "y_prev": gradient_of(prediction)}
    return _frozen(loss, loss.program[0], values, gradients)


def _frozen(layer: Layer | Loss, line: Line, values: dict[str, Array], gradients: dict[str, Array]) -> Record:
    for array in (*values.values(), *gradients.values()):
        array.setflags(write=False)
    contributions = tuple(
        Contribution(name, line, gradients[name]) for name in line.inputs if name in gradients
    )
    return Record(layer, (line,), MappingProxyType(values), MappingProxyType(gradients), contributions)


def _first(result: Any) -> Tensor:
    """The tensor that a module returns, or the first of several."""
    while isinstance(result, tuple | list):
        result = result[0]
    if not isinstance(result, Tensor):
        raise TypeError(f"trace_torch: expected modules that return tensors, got {type(result).__name__}")
    return result


def _tensor(given: Any, dtype: torch.dtype) -> Tensor:
    """A copy of what is given: numbers in the module's dtype, whole numbers as they are."""
    tensor = torch.as_tensor(given).detach().clone()
    return tensor.to(dtype) if tensor.is_floating_point() else tensor.long()


def _array(tensor: Tensor) -> Array:
    """A copy of a tensor as a numpy array."""
    return np.array(tensor.detach().cpu().numpy())
