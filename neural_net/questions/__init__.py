"""Questions to predict a backward step by, each computed from the trace that answers it.

- question: a question, its choices, and a reader's tally
- matters: what questions ask about: one quantity of a dense layer, of the loss, or of any layer
- asking: one question for every backward step
"""

from neural_net.questions.asking import questions
from neural_net.questions.question import Choice, Question, Tally, tally

__all__ = ["Choice", "Question", "Tally", "questions", "tally"]
