"""Pictures of a trace as SVG: a frame for every step, the filmstrip of all steps, and the numbers of one unit
or edge; and of an opened layer a frame for every operation, and the terms of one element."""

from neural_net.diagram.batch import batch_frames, batch_sum_of
from neural_net.diagram.batch import stacked as stacked_sums
from neural_net.diagram.element import element_details
from neural_net.diagram.filmstrip import filmstrip
from neural_net.diagram.focus import details
from neural_net.diagram.frame import frames
from neural_net.diagram.ledger_table import ledger_entries, ledger_picture
from neural_net.diagram.operation import operation_frames, operation_name

__all__ = [
    "batch_frames",
    "batch_sum_of",
    "details",
    "element_details",
    "filmstrip",
    "frames",
    "ledger_entries",
    "ledger_picture",
    "operation_frames",
    "operation_name",
    "stacked_sums",
]
