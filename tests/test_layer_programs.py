"""What a layer says of itself is true: its code computes its numbers, its terms add up, its ledgers close."""

from types import SimpleNamespace

import numpy as np
import pytest

from neural_net.elements import gradient_element, value_element
from neural_net.ledgers import batch_ledger, fan_out_ledger
from neural_net.numerics import normal_cdf, normal_pdf
from tests.layer_examples import EXAMPLES, example_trace
from tests.oracles import assert_same


class Names(dict):
    """Names of Python code, in which a dotted name is an attribute: attention.q is q of attention."""

    def put(self, name, value):
        *owners, last = name.split(".")
        if not owners:
            self[name] = value
            return
        place = self.setdefault(owners[0], SimpleNamespace())
        for owner in owners[1:]:
            if not hasattr(place, owner):
                setattr(place, owner, SimpleNamespace())
            place = getattr(place, owner)
        setattr(place, last, value)

    def get_dotted(self, name):
        first, *rest = name.split(".")
        value = self[first]
        for attribute in rest:
            value = getattr(value, attribute)
        return value


def names_for(record, given):
    """What code may use: numpy, what the layer is given, and owners ready to take values."""
    names = Names(np=np, normal_cdf=normal_cdf, normal_pdf=normal_pdf)
    for owned in (*record.values, *(f"dL_d{name}" for name in record.gradients)):
        if "." in owned:
            names.put(owned, None)
    for name, value in given.items():
        names.put(name, value)
    return names


@pytest.fixture(params=EXAMPLES)
def recorded(request):
    return example_trace(request.param)


def test_the_shown_code_computes_every_value(recorded):
    for l, record in recorded.records.items():
        computed = {line.output for line in record.program}
        given = {name: value for name, value in record.values.items() if name not in computed}
        names = names_for(record, given)
        exec("\n".join(recorded.steps[l - 1].code), names)
        for name in computed:
            assert_same(names.get_dotted(name), record.values[name])


def test_the_shown_code_computes_every_gradient(recorded):
    for l, record in recorded.records.items():
        names = names_for(record, {**record.values, "dL_dy": record.gradients["y"]})
        exec("\n".join(recorded.steps[-l].code), names)
        for name, gradient in record.gradients.items():
            assert_same(names.get_dotted(f"dL_d{name}"), gradient)


def test_walking_the_recorded_operations_backward_gives_every_weight_gradient(recorded):
    """A second reverse loop, written from the steps alone."""
    gradient, found = np.ones(()), {}
    for step in recorded.steps[recorded.L + 1 :]:
        values = recorded.records[step.layer].values
        sums = {"y": gradient}
        for operation in step.operations:
            line = operation.line
            inputs = [values[name] for name in line.inputs]
            parts = line.operation.backward(sums[line.output], values[line.output], *inputs)
            for name, part in zip(line.inputs, parts, strict=True):
                if part is not None:
                    sums[name] = sums.get(name, 0) + part
        gradient = sums.get("y_prev")
        found |= {(step.layer, name): value for name, value in sums.items()}
    for l, of_layer in recorded.weight_gradient.items():
        for name, expected in of_layer.items():
            assert_same(found[l, name], expected)


def some_indices(array, rng, n=4):
    return [tuple(int(rng.integers(size)) for size in array.shape) for _ in range(n)]


def test_the_terms_of_an_element_add_up_to_it(recorded):
    rng = np.random.default_rng(0)
    for record in recorded.records.values():
        for line in record.program:
            for index in some_indices(record.values[line.output], rng):
                element = value_element(record, line.output, index)
                assert element.name == line.output
                assert element.value == pytest.approx(record.values[line.output][index], rel=1e-9, abs=1e-12)


def test_the_terms_of_a_gradient_add_up_to_it_use_by_use(recorded):
    rng = np.random.default_rng(0)
    for record in recorded.records.values():
        for name in record.gradients.keys() - {"y"}:
            ledger = fan_out_ledger(record, name)
            for index in some_indices(record.gradients[name], rng):
                uses = gradient_element(record, name, index)
                assert [use.line for use in uses] == [entry.source for entry in ledger]
                for use, entry in zip(uses, ledger, strict=True):
                    assert use.element.value == pytest.approx(entry.value[index], rel=1e-9, abs=1e-12)


def test_factors_name_the_elements_they_are(recorded):
    """A factor that stands for an element as it is has that element's name, index and value."""
    rng = np.random.default_rng(0)
    for record in recorded.records.values():
        known = dict(record.values) | {f"dL_d{name}": g for name, g in record.gradients.items()}
        for name in record.gradients.keys() - {"y"}:
            for index in some_indices(record.gradients[name], rng, 1):
                for use in gradient_element(record, name, index):
                    for factor in (
                        f for term in use.element.terms for f in term.factors if f.written == "{}"
                    ):
                        assert factor.value == known[factor.name][factor.index]


def test_the_fan_out_ledger_closes(recorded):
    for record in recorded.records.values():
        for name in record.gradients.keys() - {"y"}:
            assert_same(fan_out_ledger(record, name)[-1].total, record.gradients[name])


def test_the_batch_ledger_closes(recorded):
    for l, of_layer in recorded.weight_gradient.items():
        for name, gradient in of_layer.items():
            ledger = batch_ledger(recorded.records[l], name)
            assert [entry.source for entry in ledger] == list(range(recorded.batch_size))
            assert_same(ledger[-1].total, gradient)


def test_every_operation_has_an_equation_and_code(recorded):
    for step in recorded.steps:
        for operation in step.operations:
            assert len(operation.equations) == len(operation.code) > 0 or step.phase == "backward"
            assert operation.title in operation.receipt()
            for equation in operation.equations:
                assert equation.latex().count("{") == equation.latex().count("}")
                assert equation.text()
                names = dict(recorded.records[step.layer].values)
                names |= {f"dL_d{n}": g for n, g in recorded.records[step.layer].gradients.items()}
                assert equation.shapes(names)


def test_contributions_are_shown_as_added():
    steps = example_trace("rnn").steps
    code = "\n".join(steps[-1].code)
    assert "dL_dW_hh = h_3.T @ dL_dz_4\n" in code
    assert "dL_dW_hh = dL_dW_hh + h_2.T @ dL_dz_3\n" in code


def test_nested_names_carry_a_dot():
    recorded = example_trace("residual in a residual")
    record = recorded.records[1]
    assert "block_2.block_1.W_q" in record.layer.parameters
    assert record.gradients["block_2.block_1.weights"].shape == (3, 2, 3, 3)
    assert (
        "block_2.block_1.q = block_1.y @ block_2.block_1.W_q + block_2.block_1.b_q" in recorded.steps[0].code
    )
    texts = [equation.text() for equation in recorded.steps[0].equations]
    assert "block_2.block_1.q₍₁₎ = block_1.y₍₁₎ · block_2.block_1.W_q₍₁₎ + block_2.block_1.b_q₍₁₎" in texts


def test_tied_weights_get_a_contribution_from_every_pass():
    recorded = example_trace("repeat")
    ledger = fan_out_ledger(recorded.records[1], "block.W")
    assert [entry.source.output for entry in ledger] == ["pass_3.z", "pass_2.z", "pass_1.z"]
    assert_same(ledger[-1].total, recorded.weight_gradient[1]["block.W"])
