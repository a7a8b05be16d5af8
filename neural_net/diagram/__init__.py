"""Pictures of a trace as SVG: a frame for every step, the filmstrip of all steps, and the numbers of one unit
or edge; and of an opened layer a frame for every operation, and the terms of one element."""

from neural_net.diagram.element import element_details
from neural_net.diagram.filmstrip import filmstrip
from neural_net.diagram.focus import details
from neural_net.diagram.frame import frames
from neural_net.diagram.operation import operation_frames, operation_name

__all__ = ["details", "element_details", "filmstrip", "frames", "operation_frames", "operation_name"]
