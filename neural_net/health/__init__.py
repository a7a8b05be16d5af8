"""The health of a network: what a practitioner looks at, layer by layer, and what it means.

- measures: the numbers, read from a trace
- verdicts: the thresholds, and what it means to be beyond one
- report: the table and the words
"""

from neural_net.health.measures import Measures
from neural_net.health.report import Health, health
from neural_net.health.verdicts import Finding

__all__ = ["Finding", "Health", "Measures", "health"]
