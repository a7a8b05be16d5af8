"""The stepper: both passes of a network, one layer at a time, in the reader's hands.

- player: one frame at a time, in the browser (player.js, player.css)
- opened: the operations of a layer that is opened, and the terms of one element
- what_if: another value for a number, and a new trace
- controls: the row of controls that asks for it
- stepper: all of these joined
- prediction: the player with a question before each backward step (questions.js)
- batch_sum: a weight gradient as a sum over the examples
"""

from neural_net.display import filmstrip, ledger
from neural_net.stepper.batch_sum import batch_sum
from neural_net.stepper.player import FramePlayer
from neural_net.stepper.prediction import PredictionStepper
from neural_net.stepper.stepper import Stepper, step_through

__all__ = [
    "FramePlayer",
    "PredictionStepper",
    "Stepper",
    "batch_sum",
    "filmstrip",
    "ledger",
    "step_through",
]
