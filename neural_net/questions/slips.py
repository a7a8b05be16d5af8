"""The slips that lead to wrong choices, by their ids, and what is said of each when it was chosen."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

SLIPS: Mapping[str, str] = MappingProxyType(
    {
        # the chain rule
        "derivative-left-out": "That goes past the activation: its derivative is left out.",
        "derivative-twice": (
            "The activation's derivative is in it twice; the way back crosses the activation once."
        ),
        "wrong-point": "The derivative was taken at y. It belongs at z, where the forward pass was.",
        "z-for-y": "That formula for the derivative is written in terms of y, and was given z.",
        "function-for-derivative": "That is the value of the function, not its derivative.",
        "sum-for-slope": "That multiplies by z itself. The local gradient is the slope at z.",
        "upstream-left-out": "That is the local gradient alone; the upstream one was never multiplied in.",
        "softmax-diagonal": (
            "That takes the diagonal of softmax's Jacobian alone. Every output depends on every z."
        ),
        "softmax-left-out": "Softmax has a Jacobian too, and it was left out.",
        "weight-for-input": (
            "That multiplies by W. It is how the gradient gets to the input, not to the weight."
        ),
        "input-left-out": "That is the gradient of the bias. Of a weight's gradient, its input is a factor.",
        "wrong-layer": "That comes out of this layer. W was multiplied with what came in.",
        "overwritten": ("That is one path alone. Where a value is used several times the contributions add."),
        "sign-lost": "The sign is lost.",
        "no-effect": "It does have an effect: the gradient is not 0.",
        # matrices
        "transposed": (
            "Rows and columns are exchanged. A gradient has the shape of what it is the gradient of."
        ),
        "transpose-misplaced": (
            "Forward the sum runs over the rows of W, backward over its columns: W needs its transpose."
        ),
        "inverse": "The backward pass does not undo the forward pass. It asks how much each input matters.",
        "wrong-axis": (
            "That axis counts the units. What is shared by all examples is summed over the examples."
        ),
        "not-summed": "One parameter serves all examples, so what they contribute is summed.",
        "times-input": "The bias is added, not multiplied: its local gradient is 1.",
        "not-kept-apart": (
            "Every example has a loss gradient of its own here; they are summed for parameters only."
        ),
        "wrong-product": (
            "That product makes the gradient of W. To the layer before, the way leads through W."
        ),
        "wrong-quantity": "That is the shape of another quantity.",
        "jacobian-returned": (
            "That is a Jacobian. Upstream × local leaves one number for each number of the thing itself."
        ),
        # batches, losses and constants
        "first-example-only": "That is the first example alone; all of them contribute.",
        "averaged-again": "The mean is in it twice. It is taken in one place, the loss.",
        "not-averaged": "The loss is a mean, and its division is missing here.",
        "factor-two": "The factor 2, of the square, is missing.",
        "logits-for-probabilities": "That is the gradient at the logits, not at the prediction.",
        "loss-for-gradient": "That is the loss of this example, not its derivative.",
    }
)
