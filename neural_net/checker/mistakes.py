"""The bank of mistakes that learners make, each with what it means and two hints.

What a mistake does to an answer is said where it can occur, as an edit of an exercise's solution (see
`neural_net.checker.solution`); here stands what all its occurrences have in common. In an explanation and in
a hint, `{it}` is the quantity concerned.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True)
class Mistake:
    """A way to go wrong: its id, one or two sentences on it, a hint, and a hint that says more."""

    id: str
    explanation: str
    first_hint: str
    second_hint: str


# --- The chain rule ------------------------------------------------------------------------------------

DERIVATIVE_LEFT_OUT = Mistake(
    "derivative-left-out",
    "A derivative is missing from {it}: a gradient went past a function, such as the activation, as "
    "if it were not there.",
    "Which functions lie between this quantity and the loss? Does each of them have its factor in your code?",
    "Going back through a function multiplies by its local gradient: for the activation, by a′(z).",
)
DERIVATIVE_TWICE = Mistake(
    "derivative-twice",
    "The derivative of the activation is in {it} twice. Every step back through the activation multiplies by "
    "it once.",
    "How often does the forward pass go through the activation? How often does your backward pass?",
    "Look for a second place that multiplies by the derivative, or for a gradient that contains it already.",
)
UPSTREAM_LEFT_OUT = Mistake(
    "upstream-left-out",
    "{it} holds local gradients only: the gradient that arrives from the right was never multiplied in.",
    "Which of the inputs has your computation of {it} not used?",
    "Loss gradient of the layer before = loss gradient of this layer × local gradient.",
)
ADDED_NOT_MULTIPLIED = Mistake(
    "added-not-multiplied",
    "In {it} the upstream gradient and the local gradient are added. Along one path the chain rule "
    "multiplies "
    "them.",
    "When do gradients add, and when do they multiply?",
    "They multiply along a path; they add where several paths come from the same value.",
)
WRONG_POINT = Mistake(
    "wrong-point",
    "{it} holds the right derivative at the wrong value: it was evaluated at y = a(z), and belongs at z.",
    "At which number is the slope of the activation needed: at what went into it, or at what came out?",
    "The derivative belongs at z. Where a formula is written in terms of y, it has been rewritten for that.",
)
Z_FOR_Y = Mistake(
    "z-for-y",
    "The formula for the derivative in {it} is written in terms of the activation's output y, but got its "
    "input z.",
    "Is the formula that you use written in terms of z or in terms of y = a(z)?",
    "In tanh′ = 1 − y² and σ′ = y (1 − y) the y is the activation's output.",
)
FUNCTION_FOR_DERIVATIVE = Mistake(
    "function-for-derivative",
    "{it} is the value of the function itself, not its derivative.",
    "A derivative says how fast a function changes, not where it is.",
    "Differentiate the function once, on paper, and compute what you get.",
)
SECOND_DERIVATIVE = Mistake(
    "second-derivative",
    "{it} was differentiated once too often: it is the derivative of the derivative.",
    "Which function did you start from? Was it the activation, or its derivative already?",
    "Once is enough: tanh′ = 1 − y², σ′ = y (1 − y), softplus′ = σ.",
)
OTHER_FUNCTION = Mistake(
    "other-function",
    "The formula in {it} belongs to another activation.",
    "Which activation does the exercise ask for? Whose formula did you write down?",
    "Look up the formula of the activation that is asked for, and compare it with your line.",
)
FACTOR_LEFT_OUT = Mistake(
    "factor-left-out",
    "One factor of the product is missing from {it}.",
    "Count the factors in the formula, and those in your code.",
    "Write the formula of {it} down as a product and tick each factor off.",
)
PRODUCT_RULE_HALF = Mistake(
    "product-rule-half",
    "{it} has one of the two terms of the product rule only.",
    "The function is a product of two things that both depend on z.",
    "(u v)′ = u′ v + u v′: which of the two terms do you have?",
)
NOT_PASSED_ON = Mistake(
    "not-passed-on",
    "The gradient is not passed on from layer to layer: every layer was given the same one.",
    "What does a layer hand to the layer on its left?",
    "At the end of each turn of the loop dL_dy must become the gradient of the layer before: dL_dy_prev.",
)
LOSS_GRADIENT_LEFT_OUT = Mistake(
    "loss-gradient-left-out",
    "The backward pass starts with ones at the prediction. Ones are right for the loss itself; the loss is "
    "the last layer, and has a gradient of its own.",
    "What is the gradient of the loss with respect to itself, and what with respect to the prediction?",
    "Begin with the gradient of the mean squared error with respect to the prediction.",
)
ERROR_MOVED_BACKWARD = Mistake(
    "error-moved-backward",
    "What moves backward here is the error, through the weights alone. What should move is a gradient, and "
    "it is multiplied by every local gradient on its way, the activations' too.",
    "What stands between the W of one layer and the W of the layer before it?",
    "On its way through a layer the gradient meets the activation first, then W.",
)
WRONG_LAYER = Mistake(
    "wrong-layer",
    "{it} was computed with a value of a neighboring layer.",
    "Write down, for one layer, which values belong to it: y_prev, W, z, y. Compare your indices.",
    "Layer l takes in y[l - 1] and puts out y[l]; in a list that begins with layer 1, its W is W[l - 1].",
)
ORDER_REVERSED = Mistake(
    "order-reversed",
    "The gradients are right, but stand in the order in which they were computed: the last layer's first.",
    "In which order does the backward pass visit the layers, and in which order were they asked for?",
    "Put each new pair at the front of the list, or reverse the list at the end.",
)
JACOBIAN_RETURNED = Mistake(
    "jacobian-returned",
    "{it} is a whole Jacobian for every example. It is right, but larger than what was asked for, and in a "
    "wide layer too large to keep.",
    "How many numbers does {it} have, and how many were asked for?",
    "For an elementwise function keep the diagonal; for a vector-Jacobian product multiply the upstream row "
    "into the Jacobian, or better, never build it.",
)

# --- Matrices -------------------------------------------------------------------------------------------

TRANSPOSED = Mistake(
    "transposed",
    "{it} is the right matrix with its rows and columns exchanged.",
    "A gradient has the shape of the thing that it is the gradient of. Which shape is that here?",
    "Entry (i, j) belongs to the weight from input i to output j: input i times the gradient at output j.",
)
TRANSPOSE_MISPLACED = Mistake(
    "transpose-misplaced",
    "In {it} the matrix product has a transpose too few, or one too many. On a square matrix the "
    "shapes hide it.",
    "Write the shape under each factor. Which axes meet in the product, and do they count the same thing?",
    "Forward, the sum runs over the inputs of W; backward, over its outputs; for the gradient of W, "
    "over the examples.",
)
INVERSE = Mistake(
    "inverse",
    "In {it} an inverse of W took the place of its transpose. The backward pass does not undo the forward "
    "pass; it asks how much each input matters.",
    'Does the way back ask "which input gave this output", or "how does the loss change with the input"?',
    "Input i reaches output j through W[i, j], so the gradient comes back through the same number: Wᵀ.",
)
PRODUCT_OF_SUMS = Mistake(
    "product-of-sums",
    "{it} was computed from sums, so that it no longer matters which number met which: a product of "
    "sums is not a sum of products.",
    "Does it matter which number of one array meets which number of the other?",
    "Multiply what belongs together first, then sum.",
)
WRONG_AXIS = Mistake(
    "wrong-axis",
    "{it} was summed, averaged or normalized along the wrong axis.",
    "An example is a row. Which axis counts examples, and which counts units?",
    "axis=0 runs down the examples, axis=1 along the units of one example.",
)
SUMMED_OVER_EVERYTHING = Mistake(
    "summed-over-everything",
    "{it} was summed over all axes, so that only one number is left of it.",
    "How many numbers should {it} have?",
    "A sum without axis=… takes everything. Name the axis that should disappear.",
)
SUMMED_OVER_BATCH = Mistake(
    "summed-over-batch-too",
    "The sum in {it} runs over all examples at once; each row needs a sum of its own.",
    "Does one example of a batch change the softmax of another?",
    "Sum along axis=1, and keep that axis (keepdims=True), so that the shapes fit.",
)

BROADCAST_WRONG_WAY = Mistake(
    "broadcast-wrong-way",
    "In {it} a vector was spread along the wrong axis: its entries went to the examples, not to the units.",
    "Along which axis does numpy spread an array of shape (n,), and along which one of shape (n, 1)?",
    "Shapes are matched from the right: (n,) goes along every row, (n, 1) down every column.",
)
ROW_AGAINST_COLUMN = Mistake(
    "row-against-column",
    "In {it} an array of shape (m,) met one of shape (m, 1). numpy silently makes a table of all m × m "
    "pairs of them.",
    "Print the shapes of both sides of the difference, and of the difference.",
    "Bring both to one shape first, such as target.reshape(y_hat.shape).",
)

# --- Batches --------------------------------------------------------------------------------------------

NOT_SUMMED = Mistake(
    "not-summed",
    "{it} was not summed over the examples. Forward, one value is used by every example of the batch; "
    "backward, the contributions of all of them add up.",
    "How many numbers does the parameter have, and how many does your gradient have?",
    "What is broadcast forward is summed backward, along the same axis.",
)
TIMES_INPUT = Mistake(
    "times-input",
    "{it} was multiplied by the layer's inputs, as the gradient of W is. The bias is added: its local "
    "gradient is 1.",
    "z = y_prev W + b. By how much does z change if b does?",
    "Nothing multiplies b, so nothing multiplies its gradient: the gradients at z are just added up.",
)
AVERAGED_AGAIN = Mistake(
    "averaged-again",
    "A mean was taken once more than it should be in {it}. The mean over the batch is part of the "
    "loss, and its 1/m comes down to every gradient from there.",
    "In which one place is the mean over the batch taken?",
    "Inside the backward pass contributions are summed; only the loss divides, once.",
)
NOT_AVERAGED = Mistake(
    "not-averaged",
    "{it} is too large by the number of terms: the loss is a mean, and the division is missing.",
    "What does the mean in the loss become in its gradient?",
    "The loss divides by a count, so its gradient is divided by the same count.",
)
AVERAGED_OVER_EXAMPLES = Mistake(
    "averaged-over-examples-only",
    "{it} was divided by the number of examples only. This loss is the mean over all elements, m × n "
    "of them.",
    "Over how many numbers does this loss take its mean?",
    "Divide by the number of all elements, not by the number of rows.",
)
AVERAGED_OVER_ALL = Mistake(
    "averaged-over-all-elements",
    "{it} was divided by the number of all elements. This loss is the mean over examples: of each row only "
    "the true class counts.",
    "Over how many numbers does this loss take its mean?",
    "Divide by the number of rows, not by the number of elements.",
)
MEAN_FOR_SUM = Mistake(
    "mean-for-sum",
    "In {it} a mean stands where the formula has a sum.",
    "Read the formula again: is there a 1/n before the sum?",
    "The sum runs over all k, and nothing divides it.",
)
SUM_FOR_MEAN = Mistake(
    "sum-for-mean",
    "In {it} sums over the examples stand where the formula has means.",
    "Where in the formula is a 1/m?",
    "The mean and the variance of the batch divide by m, and so do their ways back.",
)
FIRST_EXAMPLE_ONLY = Mistake(
    "first-example-only",
    "{it} was computed from the first example alone. With a batch of one example nobody would notice.",
    "Does your code use every row of the batch?",
    "Each example contributes, and the contributions are added.",
)

# --- Signs and constants --------------------------------------------------------------------------------

SIGN_LOST = Mistake(
    "sign-lost",
    "{it} has the opposite sign.",
    "Test one number by hand: if it is turned up a little, which way does the result go?",
    "Check every minus, and the order of every difference.",
)
FACTOR_TWO = Mistake(
    "factor-two",
    "{it} is wrong by a factor of 2.",
    "What is the derivative of a square, and how far apart are two points at x + h and x − h?",
    "(u²)′ = 2 u u′; and from x − h to x + h it is 2h.",
)
CONSTANT_LEFT_OUT = Mistake(
    "constant-left-out",
    "A constant is missing from {it}.",
    "Does a constant of the formula appear nowhere in your code?",
    "Put the formula and your code side by side and compare every number and every named constant.",
)
ZEROS = Mistake(
    "gradient-dropped",
    "{it} is all zeros, as if nothing depended on it.",
    "Would the loss change if it were nudged?",
    "Every value that the loss depends on has a gradient, data and inputs included.",
)
ONES = Mistake(
    "ones",
    "{it} is all ones, as if the local gradient were always 1.",
    "For which function is the derivative 1 everywhere?",
    "The derivative depends on the values of the forward pass.",
)

# --- ReLU -----------------------------------------------------------------------------------------------

MASK_FROM_UPSTREAM = Mistake(
    "mask-from-upstream",
    "ReLU's mask was taken from the upstream gradient: {it} passes where the gradient is positive. It should "
    "pass where z was.",
    "Who decides whether a ReLU lets something through, what came in forward or what comes back?",
    "The mask is z > 0, with the z of the forward pass.",
)
MASK_FROM_INPUT = Mistake(
    "mask-from-input",
    "ReLU's mask was taken from y_prev, what came into the layer. {it} must be masked by the z of this "
    "layer.",
    "What goes into the ReLU: y_prev, or something computed from it?",
    "The mask is z > 0, with z = y_prev W + b.",
)
MASK_INVERTED = Mistake(
    "mask-inverted",
    "The mask is inverted: in {it} the two sides of zero have changed places.",
    "On which side of zero does the function rise?",
    "relu(z) = z where z > 0: there its slope is 1.",
)
LEAK_ADDED = Mistake(
    "leak-added",
    "{it} leaks below zero. A ReLU that is off passes nothing back; that is no bug that needs mending.",
    "How much does relu(z) change for negative z?",
    "Where z < 0 the function is constant, and its slope is 0.",
)
LEAK_LEFT_OUT = Mistake(
    "leak-left-out",
    "{it} is 0 below zero. This function has a small slope there, which is its point.",
    "What does leaky_relu(z) do for negative z?",
    "leaky_relu(z) = 0.01 z below zero.",
)
SIGN_FUNCTION = Mistake(
    "sign-function",
    "{it} is −1 below zero: that is the derivative of |z|.",
    "How much does the function change for negative z?",
    "Look at the graph on the left of zero: does it fall?",
)

# --- Softmax and the losses -----------------------------------------------------------------------------

SOFTMAX_DIAGONAL = Mistake(
    "softmax-diagonal",
    "Softmax was differentiated element by element: only the diagonal of its Jacobian is in {it}. Every "
    "output of a softmax depends on every score.",
    "If one score goes up, what happens to the probabilities of the others?",
    "∂y_k/∂z_j = y_k (δ_kj − y_j): the part −y_k y_j is missing.",
)
SOFTMAX_TWICE = Mistake(
    "softmax-twice",
    "Softmax was applied twice in {it}: to probabilities, as if they were scores.",
    "What are you given, scores or probabilities? What does the softmax take?",
    "Apply softmax once, to the scores.",
)
ACTIVATION_LEFT_OUT = Mistake(
    "activation-left-out",
    "The activation is missing from {it}: a score z stands where its activation belongs.",
    "Which quantity do you have: before or after the activation?",
    "The scores z go through the activation first.",
)
ACTIVATION_TWICE = Mistake(
    "activation-twice",
    "The activation was applied twice in {it}.",
    "How often does the layer use its activation?",
    "y = a(z), once.",
)
LOGITS_FOR_PROBABILITIES = Mistake(
    "logits-for-probabilities",
    '{it} is "prediction minus target": the gradient with respect to the scores z. Asked for is the one '
    "with respect to the probabilities.",
    "With respect to which quantity is y − t the gradient?",
    "The famous difference already contains the derivative of the head. Differentiate the loss itself by ŷ.",
)
PROBABILITIES_FOR_LOGITS = Mistake(
    "probabilities-for-logits",
    "{it} is the gradient with respect to the probabilities. Asked for is the one with respect to the "
    "scores z, one step further back.",
    "What stands between the probabilities and the scores?",
    "Go back through the head as well: the quotients cancel, and something simple remains.",
)
LOSS_HALF = Mistake(
    "half-of-the-loss",
    "{it} has the gradient of t log ŷ only. The loss has a second term, for targets of 0.",
    "What does your gradient say where the target is 0?",
    "Differentiate (1 − t) log(1 − ŷ) as well.",
)
TARGET_LEFT_OUT = Mistake(
    "target-left-out",
    "The target is missing from {it}, which so says the same whatever the truth is.",
    "Which of the inputs has your computation of {it} not used?",
    "The gradient of a loss knows the target: compare with the formula of the loss.",
)
ABSOLUTE_ERROR = Mistake(
    "absolute-error",
    "{it} is the gradient of the absolute error: only signs are left of the differences.",
    "Does a large error pull more strongly than a small one?",
    "The derivative of u² is 2u, that of |u| is the sign of u.",
)
LOSS_FOR_GRADIENT = Mistake(
    "loss-for-gradient",
    "{it} holds the loss itself, not its gradient.",
    "Is {it} how wrong the prediction is, or how the loss changes with it?",
    "Differentiate the loss by each element of the prediction.",
)
OTHER_LOSS = Mistake(
    "other-loss",
    "{it} is the gradient of another loss: of the binary cross-entropy, where every output stands for "
    "itself.",
    "Which loss does the exercise ask for? Does it have a term for 1 − t?",
    "In the cross-entropy of a softmax only t log ŷ counts.",
)
MULTIPLIED_NOT_DIVIDED = Mistake(
    "multiplied-not-divided",
    "In {it} the factor ŷ (1 − ŷ) multiplies where it should divide.",
    "What is the derivative of log ŷ?",
    "(log ŷ)′ = 1/ŷ, and the derivative of log(1 − ŷ) is −1/(1 − ŷ): both divide.",
)

OVERFLOW = Mistake(
    "overflow",
    "{it} is right for small scores, but not a number for large ones: e^1000 is infinite, and ∞/∞ is not a "
    "number.",
    "Try it with a score of 1000.",
    "Adding a constant to all scores of a row changes nothing. Subtract the largest one first.",
)
EXPONENTIAL_LEFT_OUT = Mistake(
    "exponential-left-out",
    "The exponential is missing: {it} was normalized without it, which can give negative probabilities.",
    "Can your probabilities be negative?",
    "First e^z, which is always positive, then divide by the sum.",
)
WEIGHTS_OF_SUM_LEFT_OUT = Mistake(
    "unweighted-sum",
    "In {it} the sum runs over g_k alone; each g_k should be weighted by y_k.",
    "What is summed over k in the formula?",
    "It is Σ_k g_k y_k, the mean of g under the probabilities y.",
)

# --- Layers ---------------------------------------------------------------------------------------------

BIAS_LEFT_OUT = Mistake(
    "bias-left-out",
    "The bias is missing from {it}.",
    "Which of the inputs has your computation not used?",
    "z = y_prev W + b.",
)
BIAS_ON_INPUT = Mistake(
    "bias-on-input",
    "In {it} the bias was added to the inputs. It belongs to the units: add it after the product with W.",
    "How many biases are there: as many as inputs, or as many as outputs?",
    "First the product, then the bias.",
)

INVERSE_FACTOR = Mistake(
    "divided-not-multiplied",
    "In {it} the gradient was divided by the factor of the forward pass. The backward pass does not undo the "
    "forward pass: the local gradient of a product is the factor itself.",
    "If g is large, does a nudge of the input change y much or little?",
    "∂(g x)/∂x = g: multiply by it.",
)
FORWARD_OUTPUT = Mistake(
    "output-for-input",
    "{it} was computed with the layer's output y; what g multiplies is its input y_prev.",
    "By how much does y change if g does?",
    "∂y/∂g = y_prev.",
)

# --- Where a value is used twice ------------------------------------------------------------------------

OVERWRITTEN = Mistake(
    "overwritten",
    "A value is used in two places, but {it} has the contribution of only one: the second replaced the "
    "first (= instead of +=), or was forgotten.",
    "In how many places does the forward pass use this value?",
    "Each use sends back a contribution of its own; the gradient is their sum.",
)
CONTRIBUTIONS_AVERAGED = Mistake(
    "contributions-averaged",
    "The contributions of the two uses were averaged in {it}; they add.",
    "If a value is nudged, do both of its uses feel the full nudge?",
    "Both effects on the loss happen together: add them.",
)
CONTRIBUTIONS_MULTIPLIED = Mistake(
    "contributions-multiplied",
    "The contributions of the two uses were multiplied in {it}; they add. Factors multiply along one path.",
    "Do the two uses lie on one path or on two?",
    "Multiply along each path, then add the paths.",
)
GRADIENT_LEFT_IN = Mistake(
    "gradient-left-in",
    "{it} still has the gradient of an earlier call in it.",
    "What happens to your gradient if backward is called a second time?",
    "Start every backward pass from zero; add up within one pass only.",
)
SKIP_TWICE = Mistake(
    "skip-twice",
    "The contribution of the direct way is in {it} twice.",
    "Count the ways from y_prev to y.",
    "There are two ways: through the branch, and directly. Each counts once.",
)

# --- Descent --------------------------------------------------------------------------------------------

UPDATED_FIRST = Mistake(
    "updated-first",
    "{it} was computed with weights that had already been moved. The gradient belongs to the weights of the "
    "forward pass, the old ones.",
    "With which W was the forward pass run, and with which do you go back?",
    "Compute every gradient first, then move the parameters.",
)
GRADIENT_FOR_UPDATE = Mistake(
    "gradient-for-update",
    "{it} is the gradient, or the step, alone. The update starts from the old value and adds a step to it.",
    "Where do you use the parameter's old value?",
    "w ← w − α ∂𝓛/∂w: the old value, minus the step.",
)
UPDATE_FOR_GRADIENT = Mistake(
    "update-for-gradient",
    "{it} is an updated parameter, not a gradient. Back propagation computes gradients; gradient descent "
    "uses "
    "them, later.",
    "Were you asked for how the loss changes, or for new weights?",
    "Return the gradient itself, without subtracting it from anything.",
)
RATE_LEFT_OUT = Mistake(
    "learning-rate-left-out",
    "The learning rate is missing from {it}.",
    "Which of the inputs has your computation not used?",
    "The step is the learning rate times the gradient.",
)
RATE_DIVIDES = Mistake(
    "learning-rate-divides",
    "{it} was divided by the learning rate. A smaller rate should make smaller steps.",
    "Do your steps become smaller when the learning rate does?",
    "Multiply by the learning rate.",
)
SIGN_OF_GRADIENT = Mistake(
    "sign-of-gradient",
    "{it} uses only the sign of the gradient, not its size.",
    "Does a steep slope lead to a larger step than a gentle one?",
    "Multiply the learning rate by the gradient itself.",
)
ORDER_EXCHANGED = Mistake(
    "order-exchanged",
    "{it} has the right values in the wrong order.",
    "In which order were the results asked for?",
    "Compare your return line with the statement of the exercise.",
)
ASCENT = Mistake(
    "uphill",
    "{it} moves along the gradient, uphill. To make the loss smaller, move against it.",
    "Which way does the gradient point, to a larger loss or to a smaller one?",
    "Subtract the step.",
)
GRADIENT_LEFT_OUT = Mistake(
    "gradient-left-out",
    "The gradient is missing from {it}: the velocity only fades.",
    "Which of the inputs has your computation of {it} not used?",
    "v ← μ v + gradient.",
)

OLD_VELOCITY = Mistake(
    "old-velocity",
    "{it} was moved by the old velocity, so the newest gradient has no effect until the next step.",
    "Which is computed first, the new velocity or the new weights?",
    "Update the velocity first, then move the weights by the new one.",
)
VELOCITY_UNUSED = Mistake(
    "velocity-unused",
    "{it} was moved by the gradient alone; the velocity was kept, but not used.",
    "What is the velocity for?",
    "w ← w − α v, with the velocity in place of the gradient.",
)
VELOCITY_AVERAGED = Mistake(
    "velocity-averaged",
    "The gradient was multiplied by 1 − μ in {it}. That is a moving average; here v ← μ v + gradient.",
    "Is the gradient weighted in the formula of the exercise?",
    "Only the old velocity is multiplied, by μ.",
)
MOMENTUM_LEFT_OUT = Mistake(
    "momentum-left-out",
    "The factor μ is missing from {it}: the old velocity never fades.",
    "Which of the inputs has your computation not used?",
    "v ← μ v + gradient.",
)
RATE_IN_VELOCITY = Mistake(
    "learning-rate-in-velocity",
    "The learning rate is already inside {it}. Some books do that; here the velocity collects gradients, and "
    "the rate is applied when the weights move.",
    "In which of the two formulas of the exercise does the learning rate stand?",
    "v ← μ v + gradient, without the rate; then w ← w − α v.",
)

# --- Numerical gradients --------------------------------------------------------------------------------

ONE_SIDED = Mistake(
    "one-sided",
    "{it} was measured on one side only. That has an error of the order of h; from both sides it is of the "
    "order of h².",
    "Where are the two points between which you measure?",
    "Measure between x − h and x + h.",
)
ALL_AT_ONCE = Mistake(
    "all-at-once",
    "All entries of x were moved at the same time, so that their effects are mixed in {it}.",
    "How many entries of x differ between the two calls of f?",
    "Move one entry, measure, put it back, then take the next.",
)
NOT_PUT_BACK = Mistake(
    "nudge-left-in",
    "An entry of x was moved and not put back before the next one was measured.",
    "What does x look like when you come to the second entry?",
    "Start from a fresh copy of x for every entry.",
)
DIVISION_LEFT_OUT = Mistake(
    "not-divided",
    "{it} is a difference of two values of f, not yet a slope.",
    "What is a slope: a difference, or a quotient of differences?",
    "Divide by how far apart the two points are.",
)

# --- Batch normalization --------------------------------------------------------------------------------

STATISTICS_CONSTANT = Mistake(
    "statistics-taken-as-constants",
    "The mean and the variance were taken as constants in {it}. They were computed from x, so x acts through "
    "them too.",
    "How many ways lead from one number of x to the outputs?",
    "Three: directly, through the mean, and through the variance. Add the three contributions.",
)
MEAN_PATH_LEFT_OUT = Mistake(
    "way-through-mean-left-out",
    "The way through the mean is missing from {it}.",
    "If one number of x grows, what happens to the mean, and so to every other example?",
    "In each column subtract the mean of dL_dx_hat.",
)
VARIANCE_PATH_LEFT_OUT = Mistake(
    "way-through-variance-left-out",
    "The way through the variance is missing from {it}.",
    "If one number of x moves away from the mean, what happens to the variance, and so to every example?",
    "In each column subtract x_hat times the mean of dL_dx_hat ⊙ x_hat.",
)
GAMMA_LEFT_OUT = Mistake(
    "gamma-left-out",
    "The gain gamma is missing from {it}.",
    "What does the forward pass do to x_hat before it gives y?",
    "y = gamma ⊙ x_hat + beta: going back to x_hat multiplies by gamma.",
)
GAMMA_TOO_MUCH = Mistake(
    "gamma-too-much",
    "The gain gamma is in {it}, where it does not belong: beta is added after gamma has multiplied.",
    "y = gamma ⊙ x_hat + beta. By how much does y change if beta does?",
    "The local gradient of beta is 1.",
)
NOT_NORMALIZED = Mistake(
    "not-normalized",
    "{it} was computed with x where the normalized x_hat belongs.",
    "What does gamma multiply in the forward pass?",
    "y = gamma ⊙ x_hat + beta.",
)
UNBIASED_VARIANCE = Mistake(
    "unbiased-variance",
    "The variance was divided by m − 1 on the way to {it}. Batch normalization divides by m.",
    "By which number does your variance divide?",
    "x.var(axis=0) divides by m.",
)
ROOT_LEFT_OUT = Mistake(
    "root-left-out",
    "{it} was scaled by the variance; the scale is the standard deviation, its root.",
    "Which units does the variance have, if x is in meters?",
    "x_hat = (x − mean) / √(variance + eps).",
)

# --- Side effects ---------------------------------------------------------------------------------------

CHANGED_INPUT = Mistake(
    "changed-input",
    "The function wrote into its own input {it}. Others still need it: the rest of a backward pass would go "
    "on with the changed numbers.",
    "Which of your lines use +=, -=, *=, /= or an assignment to a part of an input?",
    "Make a new array (w = w - step, not w -= step), or work on a copy.",
)

# --- Orders of lines ------------------------------------------------------------------------------------

USED_BEFORE_MADE = Mistake(
    "used-before-made",
    "A line uses a quantity that no line before it has made.",
    "Read your lines from the top, and underline what each one needs.",
    "Going back through the layer, dL_dz comes first: the gradients of W, b and y_prev are made from it.",
)
LINE_LEFT_OUT = Mistake(
    "line-left-out",
    "A quantity that is asked for is made by none of your lines.",
    "Which quantities are asked for, and which line makes each of them?",
    "Six of the lines are needed.",
)
LINE_REPEATED = Mistake(
    "line-repeated",
    "A line stands in your order more than once, or a quantity is made by two lines.",
    "Count how often each letter occurs.",
    "Each quantity is made once.",
)

BANK: Mapping[str, Mistake] = MappingProxyType(
    {mistake.id: mistake for mistake in list(globals().values()) if isinstance(mistake, Mistake)}
)
