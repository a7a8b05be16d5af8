"""The stepper: both passes of a network, one layer at a time, in the reader's hands.

- player: one frame at a time, in the browser (player.js, player.css)
- what_if: another value for a number, and a new trace
- controls: the row of controls that asks for it
- stepper: the three joined
- prediction: the player with a question before each backward step (questions.js)
"""

from neural_net.display import filmstrip
from neural_net.stepper.player import FramePlayer
from neural_net.stepper.prediction import PredictionStepper
from neural_net.stepper.stepper import Stepper, step_through

__all__ = ["FramePlayer", "PredictionStepper", "Stepper", "filmstrip", "step_through"]
