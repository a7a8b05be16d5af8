"""One element of any layer's quantities: the terms that make it up, forward and backward, as stories.

The reference of an element is "e:name:i,j,…", with names as in code. "e:dL_dW:0,1" is the loss gradient of
W[0, 1] with all its contributions; "e:dL_dy_prev@k:0,1" is what the line that computes k contributes to it.
"""

from __future__ import annotations

from collections.abc import Collection

from neural_net import look, svg
from neural_net.diagram.equations import factor
from neural_net.diagram.layout import INNER
from neural_net.diagram.story import Story, Term, picture, shortened
from neural_net.elements import gradient_element, value_element
from neural_net.operations import Element, Index
from neural_net.operations import Term as Product
from neural_net.steps import Record
from neural_net.trace import Trace
from neural_net.validation import known_name, whole_number

MOST_TERMS, LARGEST_TERMS = 6, 5
MOST_IN_LINE = 4  # terms of a sum that is written in one line


def element_details(trace: Trace, layer: int, references: Collection[str]) -> dict[str, tuple[str, str]]:
    """Return, for every reference, what is shown when it is picked in the forward and in the backward pass.

    In the backward pass a computed value stands above its loss gradient. What is no reference of an element
    is left out.
    """
    record = record_of(trace, layer)
    found = {}
    for reference in references:
        if reference.startswith("e:"):
            name, use, index = _parsed(reference)
            forward = picture(value_story(record, name, index))
            is_computed = any(line.output == name for line in record.program)
            backward = [forward] if is_computed or name not in record.gradients else []
            if name in record.gradients:
                backward.append(picture(gradient_story(record, name, index, use)))
            found[reference] = (forward, "".join(backward))
    return found


def record_of(trace: Trace, layer: int) -> Record:
    """Return the record of layer 1 … L, or of the loss, L+1."""
    if whole_number(layer, "layer") > trace.L + 1:
        raise ValueError(f"layer: expected a number from 1 to {trace.L + 1} (the loss), got {layer}")
    return trace.records[layer]


def _parsed(reference: str) -> tuple[str, str, Index]:
    """Split a reference into the name of the value, the line that uses it ("" for all), and the index."""
    _, name, numbers = reference.split(":")
    name, _, use = name.removeprefix("dL_d").partition("@")
    return name, use, tuple(int(number) for number in numbers.split(",") if number)


# ------------------------------------------------------------------------------------------ stories


def value_story(record: Record, name: str, index: Index) -> Story:
    """Tell the terms whose sum is an element of a value; what the layer is given has none."""
    known_name(name, record.values, "name of a value")
    value, at = float(record.values[name][index]), written(name, index)
    if name not in {line.output for line in record.program}:
        is_parameter = name in record.layer.parameters
        note = (
            "A parameter: only training changes it." if is_parameter else "Given: nothing is computed here."
        )
        return Story(at, "forward", (Term("", at, "given", value),), note)
    terms = _terms(value_element(record, name, index))
    return Story(at, "forward", (*terms, Term("=", at, "", value)))


def gradient_story(record: Record, name: str, index: Index, use: str = "") -> Story:
    """Tell what makes up an element of a loss gradient: the terms of its use, or each of its uses."""
    at = written(f"dL_d{name}", index)
    total = float(record.gradients[name][index])
    uses = gradient_element(record, name, index)
    if not uses:
        given = Term("", at, "from the right", total)
        return Story(at, "backward", (given,), "It comes from the layer after this one.")
    if len(uses) == 1:
        return Story(at, "backward", (*_terms(uses[0].element), Term("=", at, "", total)))
    chosen = [each for each in uses if each.line.output == use]
    if not chosen:
        through = [Term("+", f"through {each.line.output}", "", each.element.value) for each in uses]
        sum_of_uses = (*shortened(through, MOST_TERMS, LARGEST_TERMS), Term("=", at, "", total))
        return Story(at, "backward", sum_of_uses, f"It is used {len(uses)} times: the contributions add.")
    terms = [term for each in chosen for term in each.element.terms]
    share = Element(at, index, tuple(terms))
    told = (*_terms(share), Term("=", "contribution", f"through {use}", share.value))
    note = f"One of {len(uses)} contributions, which add up to {at} = {look.number(total)}."
    return Story(f"{at} through {use}", "backward", told, note)


def _terms(element: Element) -> list[Term]:
    """The terms of a sum as links of a chain; of a long sum the largest, then the rest as one."""
    links = [Term("+", term.text, _factors(term), term.value) for term in element.terms]
    nothing = [Term("", "0", "nothing reaches it", 0.0)]
    return shortened(links, MOST_TERMS, LARGEST_TERMS) if links else nothing


def _factors(term: Product) -> str:
    """The numbers of a product of several factors."""
    if len(term.factors) == 1:
        return ""
    first, *others = term.factors
    return " · ".join([look.number(first.value), *(factor(other.value) for other in others)])


def written(name: str, index: Index) -> str:
    """Return an element as it is written in code, such as z[0, 1]."""
    return f"{name}[{', '.join(map(str, index))}]" if index else name


# ------------------------------------------------------------------------------------------ in one line


def value_in_numbers(record: Record, name: str, index: Index) -> str:
    """Write one element of a computed value as a sum in numbers."""
    element = value_element(record, name, index)
    return _in_numbers(written(name, index), "forward", element, float(record.values[name][index]))


def use_in_numbers(record: Record, name: str, index: Index, use: str) -> str:
    """Write what one line contributes to an element of a loss gradient as a sum in numbers."""
    uses = [u for u in gradient_element(record, name, index) if u.line.output == use]
    element = Element(name, index, tuple(term for each in uses for term in each.element.terms))
    label = written(f"dL_d{name}", index)
    return _in_numbers(label, "backward", element, element.value)


def _in_numbers(label: str, direction: str, element: Element, value: float) -> str:
    """label = terms = numbers = value, as much of it as fits in a line."""
    name, terms, result = f"⟨{direction}|{label}⟩", element.terms, look.number(value)
    if not terms:
        return f"{name} = 0"
    room = INNER - 130 - svg.width(f"{name} =  = {result}", 14.5)
    choices = (_sum_in_numbers(terms, most) for most in range(MOST_IN_LINE, 0, -1))
    numbers = next((text for text in choices if svg.width(text, 14.5) <= room), "…")
    full = f"{name} = {' + '.join(term.text for term in terms[:3])} = {numbers} = {result}"
    if len(terms) <= 2 and svg.width(full, 14.5) <= INNER - 130:
        return full if numbers != result else full.removesuffix(f" = {result}")
    return f"{name} = {numbers} = {result}"


def _sum_in_numbers(terms: tuple[Product, ...], most: int) -> str:
    """The largest terms in numbers, the rest as one."""
    kept = sorted(sorted(range(len(terms)), key=lambda i: -abs(terms[i].value))[:most])
    first = terms[kept[0]]
    parts = [_factors(first) or look.number(first.value)]
    parts += [_factors(terms[i]) or factor(terms[i].value) for i in kept[1:]]
    rest = [terms[i].value for i in range(len(terms)) if i not in set(kept)]
    return " + ".join([*parts, *([f"{len(rest)} more ({look.number(sum(rest))})"] if rest else [])])
