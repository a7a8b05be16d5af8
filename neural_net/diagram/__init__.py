"""Pictures of a trace as SVG: a frame for every step, the filmstrip of all steps, and the numbers of one unit
or edge."""

from neural_net.diagram.filmstrip import filmstrip
from neural_net.diagram.focus import details
from neural_net.diagram.frame import frames

__all__ = ["details", "filmstrip", "frames"]
