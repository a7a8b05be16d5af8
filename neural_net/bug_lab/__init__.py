"""The bug lab: networks with one thing wrong, to be found with trace, plots, health and gradient check.

- faulty: operations whose backward is wrong, and the layers that use them
- broken: a network that is broken, with its data
- kinds: every kind of fault, how to make it, and how to find it
- judge: whether a diagnosis is right
"""

from neural_net.bug_lab.broken import BrokenNetwork
from neural_net.bug_lab.judge import Exercise, Judgement, exercises, judge
from neural_net.bug_lab.kinds import KINDS, broken_network

__all__ = ["KINDS", "BrokenNetwork", "Exercise", "Judgement", "broken_network", "exercises", "judge"]
