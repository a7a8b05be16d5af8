"""The exercise of putting the lines of a backward pass in order (a Parsons problem)."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from neural_net.checker import mistakes as m
from neural_net.checker.cases import Random, Sizes
from neural_net.checker.exercise import Exercise
from neural_net.checker.judging import is_untouched
from neural_net.checker.mistakes import Mistake
from neural_net.checker.report import WRONG_ORDER, Report
from neural_net.checker.solution import Solution, made_by, slip
from neural_net.checker.tasks.dense import dense_values

HEADING = "def order_the_lines(dL_dy, y_prev, W, b, z, y, learning_rate):"
RETURN = "return dL_dy_prev, W, b"


@dataclass(frozen=True, eq=False, repr=False)
class Ordering(Exercise):
    """An exercise whose answer is an order of lettered lines, some of which do not belong.

    `lines` are the lines as they are shown, with the letters A, B, … in this order.
    """

    lines: tuple[str, ...] = ()

    @property
    def lettered(self) -> Mapping[str, str]:
        """The lines by letter."""
        return {chr(ord("A") + i): line for i, line in enumerate(self.lines)}

    @property
    def signature(self) -> str:
        """The answer is a word of letters."""
        return f'the letters in your order, such as "{"".join(list(self.lettered)[:3])}…"'

    @property
    def template(self) -> str:
        """The lettered lines."""
        return "\n".join(f"{letter}  {line}" for letter, line in self.lettered.items())

    @property
    def worked_example(self) -> str:
        """A shorter order."""
        return self.because

    def function(self, answer: Any) -> Callable[..., object]:
        """The function that the chosen lines make in this order."""
        if not isinstance(answer, str):
            return super().function(answer)
        body = [f"    {self.lettered[letter]}" for letter in answer]
        function: Callable[..., object] = Solution("\n".join([HEADING, *body, "    " + RETURN])).right
        return function

    def takes_values(self) -> bool:
        """A word is not compared with numbers."""
        return False

    def judge(self, answer: object, seed: int = 0) -> Report:
        """Judge the order itself first, then run the lines in it."""
        if is_untouched(answer) or callable(answer) or (isinstance(answer, str) and not answer.strip()):
            return super().judge(None, seed)
        letters = self._letters(answer)
        for mistake, says in self._faults(letters):
            hints = (mistake.first_hint, mistake.second_hint, f"One right order is {self._right_order()}.")
            return Report(self.name, WRONG_ORDER, (mistake.explanation, says), mistake.id, hints=hints)
        report = super().judge("".join(letters), seed)
        # The lines have letters here, not numbers.
        return replace(report, code=report.code.rpartition("\n")[2])

    def _letters(self, answer: object) -> list[str]:
        """The letters of an answer; lines may also be given in full, as a list."""
        parts = answer.upper() if isinstance(answer, str) else answer
        if not isinstance(parts, Sequence):
            raise TypeError(f"{self.name}: expected letters such as 'BAC', got {answer!r}")
        by_line = {line: letter for letter, line in self.lettered.items()}
        letters = [by_line.get(str(part).strip(), str(part).strip().upper()) for part in parts]
        letters = [letter for letter in letters if letter not in ("", ",", "-", ">")]
        unknown = [letter for letter in letters if letter not in self.lettered]
        if unknown:
            known = ", ".join(self.lettered)
            raise ValueError(f"{self.name}: expected letters from {known}, got {unknown[0]!r}")
        return letters

    def _faults(self, letters: Sequence[str]) -> list[tuple[Mistake, str]]:
        """What can be said of an order without running it."""
        arguments = ast.parse(HEADING + " ...").body[0]
        assert isinstance(arguments, ast.FunctionDef)
        known = {argument.arg for argument in arguments.args.args}
        faults: list[tuple[Mistake, str]] = []
        made = [made_by(self.lettered[letter]) for letter in letters]
        for place, letter in enumerate(letters):
            missing = [name for name in _used(self.lettered[letter]) if name not in known]
            if missing:
                faults.append((m.USED_BEFORE_MADE, f"Line {letter} uses {missing[0]} before it is there."))
            if made[place] in made[:place]:
                faults.append((m.LINE_REPEATED, f"{made[place]} is made twice."))
            known.add(made[place])
        asked = {made_by(line) for line in self.lines}
        left = [
            name for name in dict.fromkeys(made_by(line) for line in self.lines) if name in asked - set(made)
        ]
        if left:
            faults.append(
                (m.LINE_LEFT_OUT, f"No line makes {left[0]}" + (" anew." if left[0] in "Wb" else "."))
            )
        return faults

    def _right_order(self) -> str:
        by_line = {line: letter for letter, line in self.lettered.items()}
        return "".join(by_line[line.strip()] for line in self.solution.lines[1:-1])


def _used(line: str) -> list[str]:
    names = [node for node in ast.walk(ast.parse(line)) if isinstance(node, ast.Name)]
    return [node.id for node in names if isinstance(node.ctx, ast.Load) and node.id != "np"]


def _sample(rng: Random, n: Sizes) -> Mapping[str, Any]:
    values = dense_values(rng, n)
    b, rate = rng.uniform(-1, 1, n.n_out), float(rng.uniform(0.1, 0.4))
    own = {name: values[name] for name in ("dL_dy", "y_prev", "W")}
    return {**own, "b": b, "z": values["z"], "y": values["y"], "learning_rate": rate}


ORDER = Ordering(
    name="order the lines",
    group="Order of lines",
    statement="The backward pass of a dense layer with tanh, and its update. Put six of these eight lines "
    "in an "
    "order in which they do it; two do not belong. At the end dL_dy_prev, W and b are returned. "
    "There is more than one right order.",
    solution=Solution(f"""
{HEADING}
    dL_dz = dL_dy * (1 - y**2)
    dL_dW = y_prev.T @ dL_dz
    dL_db = dL_dz.sum(axis=0)
    dL_dy_prev = dL_dz @ W.T
    W = W - learning_rate * dL_dW
    b = b - learning_rate * dL_db
    {RETURN}
"""),
    sample=_sample,
    outputs=("dL_dy_prev", "W", "b"),
    slips=(
        slip(m.UPDATED_FIRST, "dL_dy_prev = dL_dz @ (W - learning_rate * dL_dW).T"),
        slip(m.TRANSPOSED, "dL_dW = dL_dz.T @ y_prev"),
        slip(m.Z_FOR_Y, "dL_dz = dL_dy * (1 - z**2)"),
    ),
    example={},
    because='For u = 2 x, then y = u + 1, the two lines "A  dL_dx = 2 * dL_du" and "B  dL_du = dL_dy" go in '
    'the order "BA": dL_dx needs dL_du.',
    reminder="First dL_dz, then the gradients that are made from it, last the updates.",
    lines=(
        "W = W - learning_rate * dL_dW",
        "dL_dW = dL_dz.T @ y_prev",
        "dL_db = dL_dz.sum(axis=0)",
        "dL_dz = dL_dy * (1 - y**2)",
        "dL_dy_prev = dL_dz @ W.T",
        "dL_dz = dL_dy * (1 - z**2)",
        "b = b - learning_rate * dL_db",
        "dL_dW = y_prev.T @ dL_dz",
    ),
)

EXERCISES = (ORDER,)
