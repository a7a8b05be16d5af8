"""A checker that says what went wrong: it compares an answer with the right one, and with the results of
known mistakes, each computed.

A mistake is an edit of an exercise's solution (`solution`), from a bank of named ones (`mistakes`); a
diagnosis (`diagnosis`) is the edit, or the two edits, whose result the answer equals on inputs of many shapes
(`cases`). `calling` runs the learner's code so that it can do no harm, `report` tells what was found, and
`tasks` holds the exercises.
"""

from neural_net.checker.catalogue import check, exercises
from neural_net.checker.plugging import own_layer

__all__ = ["check", "exercises", "own_layer"]
