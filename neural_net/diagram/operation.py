"""A frame for every operation of one layer in one pass: the program, the arrays that go in and come out, and
the equation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from neural_net import svg
from neural_net.diagram import element_cells, equations, names
from neural_net.diagram.blocks import Block, fitted, placed, sign
from neural_net.diagram.element import record_of, use_in_numbers, value_in_numbers
from neural_net.diagram.layout import MARGIN, WIDTH
from neural_net.diagram.ledger import running_sums
from neural_net.diagram.lines import lines
from neural_net.diagram.operation_reading import OperationReading
from neural_net.diagram.panel import INNER
from neural_net.look import paint
from neural_net.notation import Equation
from neural_net.operations import Array, Operation
from neural_net.steps import OperationStep, Phase
from neural_net.trace import Trace
from neural_net.validation import index as checked_index
from neural_net.validation import known_name

TOP = 78.0  # where the program stands
PADDING = 13.0
SMALLEST_PRODUCT = 140.0
MOST_ARRAYS = 6  # of more inputs, the first few and the last are drawn
MOST_TOLD = 3  # contributions of which an element is written in numbers
MOST_UNTOLD = 2048  # an operation that says no terms of its own is not asked for them in larger arrays


@dataclass(frozen=True)
class Parts:
    """What stands in one frame: the program, the arrays, where contributions add, and the equations."""

    step: OperationStep
    program: Block
    product: Block
    sums: Block
    text: Block


def operation_frames(trace: Trace, layer: int, phase: str, example: int = 0) -> tuple[str, ...]:
    """Return one SVG picture for each operation of a layer (1 … L+1) in one pass, all of one size.

    `phase` is "forward" or "backward", `example` the row of the batch that is shown. Cells carry the
    reference of their element, which `element_details` tells.
    """
    record_of(trace, layer)
    phases: dict[str, Phase] = {"forward": "forward", "backward": "backward"}
    known = known_name(phase, phases, "phase")
    reading = OperationReading(trace, layer, known, checked_index(example, trace.batch_size, "example"))
    parts = [_parts(reading, step) for step in reading.steps]
    product = max([SMALLEST_PRODUCT, *(entry.product.height for entry in parts)])
    sums = max(entry.sums.height for entry in parts)
    text = max(entry.text.height for entry in parts)
    return tuple(_frame(reading, k, entry, (product, sums, text)) for k, entry in enumerate(parts))


def operation_name(step: OperationStep) -> str:
    """Return what an operation step makes: z forward, dL_dz backward."""
    return step.line.output if step.phase == "forward" else f"dL_d{step.line.output}"


def _parts(reading: OperationReading, step: OperationStep) -> Parts:
    drawn, numbers = (_forward if step.phase == "forward" else _backward)(reading, step)
    return Parts(
        step,
        lines(reading.record.program, step.line, step.phase, WIDTH - 2 * MARGIN),
        fitted(_flow(drawn, INNER), INNER),
        running_sums(reading, step.line) if step.phase == "backward" else Block(0, 0, 0, ""),
        _text(reading, step, numbers),
    )


def _frame(reading: OperationReading, k: int, entry: Parts, heights: tuple[float, float, float]) -> str:
    product, sums, text = heights
    top = TOP + entry.program.height + 6
    panel = product + sums + text + (4 if sums else 3) * PADDING
    height = round(top + panel + 16)
    left = MARGIN + (WIDTH - 2 * MARGIN - INNER) / 2
    title = f"{reading.title} › {operation_name(entry.step)}"
    upper = f' data-upper="{product + 2 * PADDING:g}"'  # where the stepper shows what was picked
    rule = top + product + 1.5 * PADDING
    body = svg.rectangle(0, 0, WIDTH, height, paint("paper"), 12)
    body += _head(reading, k, title)
    body += placed(entry.program, MARGIN, TOP)
    body += svg.rectangle(MARGIN, top, WIDTH - 2 * MARGIN, panel, paint("panel", "line") + upper, 10)
    body += placed(entry.product, left, top + PADDING + (product - entry.product.height) / 2)
    body += svg.line(left, rule, left + INNER, rule, paint("line"))
    if entry.sums.height:
        body += placed(entry.sums, left, rule + PADDING / 2)
    body += placed(entry.text, left, rule + PADDING / 2 + 4 + (sums + PADDING if sums else 0))
    return svg.picture(
        WIDTH, height, body, f"{title}. {entry.step.equations[0].text()}" if entry.step.equations else title
    )


def _head(reading: OperationReading, k: int, title: str) -> str:
    step, m = reading.steps[k], reading.trace.batch_size
    words = (
        f"Operation {k + 1} of {len(reading.steps)} of {reading.record.layer!r}: {step.line.operation.name}"
    )
    body = svg.text(MARGIN, 37, svg.plain(title), 23, "ink", "start", svg.BOLD)
    if m > 1:
        x = MARGIN + svg.width(title, 23, bold=True) + 16
        body += svg.text(x, 37, f"example {reading.example + 1} of {m}", 14, "muted")
    return body + svg.text(MARGIN, 60, svg.plain(words), 14.5, "muted")


# ------------------------------------------------------------------------------------------ arrays


def _forward(reading: OperationReading, step: OperationStep) -> tuple[list[Block], list[str]]:
    """The inputs, an arrow, and what the operation makes of them."""
    line = step.line
    output = reading.value(line.output)
    marked = reading.largest(output)
    inputs = [element_cells.array(reading.value(name)) for name in _few(list(dict.fromkeys(line.inputs)))]
    blocks = [*inputs, *_omitted(len(line.inputs))]
    numbers = []
    if _tells_terms(line.operation, reading.record.values[line.output]):
        numbers = [value_in_numbers(reading.record, line.output, (*output.before, *marked))]
    result = element_cells.array(replace(output, marked=marked))
    return [*blocks, _row([_arrow(line.operation, "forward"), result])], numbers


def _backward(reading: OperationReading, step: OperationStep) -> tuple[list[Block], list[str]]:
    """The upstream gradient, the values that it meets, an arrow, and what comes to each input."""
    line = step.line
    contributions = {name.removeprefix("dL_d"): value for name, value in list(step.quantities.items())[1:]}
    blocks = [element_cells.array(reading.gradient(line.output))]
    kept = _few([name for name in reading.record.values if name in _mentioned(step)])
    blocks += [element_cells.array(reading.value(name)) for name in kept]
    arrow = _arrow(line.operation, "backward")
    if not contributions:
        blocks.append(arrow)
    numbers: list[str] = []
    tells = _tells_terms(line.operation, reading.record.values[line.output])
    for name in _few(list(contributions)):
        shown = reading.contribution(name, line, contributions[name])
        marked = reading.largest(shown)
        drawn = element_cells.array(replace(shown, marked=marked))
        blocks.append(_row([arrow, drawn]) if name == next(iter(contributions)) else drawn)
        if tells and len(numbers) < MOST_TOLD:
            at = (*shown.before, *marked)
            numbers.append(use_in_numbers(reading.record, name, at, line.output))
    return [*blocks, *_omitted(len(contributions))], numbers


def _mentioned(step: OperationStep) -> set[str]:
    """The values that the backward equations speak of, apart from gradients."""
    words = {token.split(",")[0].removesuffix("^T") for e in step.equations for token in e.tokens}
    return words & {step.line.output, *step.line.inputs}


def _tells_terms(operation: Operation, output: Array) -> bool:
    """Say whether the terms of an element can be told in no time."""
    has_own = type(operation).backward_terms is not Operation.backward_terms
    return has_own or output.size <= MOST_UNTOLD


def _few(names: list[str]) -> list[str]:
    return names if len(names) <= MOST_ARRAYS else [*names[: MOST_ARRAYS - 2], names[-1]]


def _omitted(n: int) -> list[Block]:
    return [] if n <= MOST_ARRAYS else [sign(f"({n - MOST_ARRAYS + 1} more between)", 13)]


def _arrow(operation: Operation, direction: str) -> Block:
    """An arrow below the name of the operation."""
    label = operation.name
    width = max(46.0, svg.width(label, 13) + 10)
    body = svg.text(width / 2, 10, svg.plain(label), 13, direction, "middle")
    body += svg.arrow(2, 24, width - 2, 24, direction, 3)
    return Block(width, 34, 24, body)


def _flow(blocks: Sequence[Block], width: float) -> Block:
    """Set blocks beside one another, in as many rows as they need."""
    rows: list[list[Block]] = [[]]
    room = width
    for block in blocks:
        if rows[-1] and block.width > room:
            rows.append([])
            room = width
        rows[-1].append(block)
        room -= block.width + 22
    drawn = [_row(row) for row in rows]
    body, y = "", 0.0
    for block in drawn:
        body += placed(block, max(0.0, (width - block.width) / 2), y)
        y += block.height + 12
    return Block(max(width, *(block.width for block in drawn)), y - 12, (y - 12) / 2, body)


def _row(blocks: Sequence[Block]) -> Block:
    """Blocks beside one another, with their middles on one line."""
    axis = max(block.axis for block in blocks)
    height = axis + max(block.height - block.axis for block in blocks)
    x, body = 0.0, ""
    for block in blocks:
        body += placed(block, x, axis - block.axis)
        x += block.width + 22
    return Block(x - 22, height, axis, body)


# ------------------------------------------------------------------------------------------ text


def _text(reading: OperationReading, step: OperationStep, numbers: list[str]) -> Block:
    """The operation in symbols, in shapes, in code, and one element in numbers."""
    symbols = [_in_symbols(reading, equation) for equation in step.equations]
    shapes = _shapes(reading, step)
    code = [line for entry in step.code for line in entry.splitlines()]
    return equations.columns(symbols, shapes, code, numbers, INNER)


def _in_symbols(reading: OperationReading, equation: Equation) -> str:
    """An equation as markup in which every name has the color of its kind."""

    def write_name(name: str, index: str | None) -> str:
        return f"⟨{reading.role(name)}|{equation.symbol(name).text(index)}⟩"

    return names.markup(equation.write(write_name))


def _shapes(reading: OperationReading, step: OperationStep) -> list[str]:
    """The equations in shapes; the loss, no product of matrices, in a shorter way."""
    record = reading.record
    if reading.is_loss:
        full = f"({' × '.join(map(str, record.values['y_prev'].shape))})"
        return [
            f"(scalar) from {full} and {full}" if step.phase == "forward" else f"{full} = (scalar) · {full}"
        ]
    quantities = {**record.values, **{f"dL_d{name}": value for name, value in record.gradients.items()}}
    return [equation.shapes(quantities) for equation in step.equations]
