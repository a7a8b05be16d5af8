"""The bound run: a network's own layer definitions, replayed on buffers as fast as numpy allows.

A recorded run (`neural_net.trace`) makes new arrays for every quantity, so that all can be looked at.
Training looks at none of them, and repeats the same step on batches of the same shape. So the step is *bound*
once:

1.  All programs are joined into one, from x to the loss (`program_of`), and every name in it gets a **slot**:
    a buffer for its value, and one for its loss gradient if some parameter lies behind it. Parameters and
    their gradients are views of two flat vectors, w and g.
2.  Each line of the program becomes a few **calls**: numpy functions with their arguments, `out` included,
    already bound to these buffers. What the calls are is said by the operation's **form** (`bound.forms`),
    its forward beside its backward; an operation without one is run as it is recorded, and copied into its
    buffers (`bound.recorded`). Where a name is used more than once, calls that add are put in between.
3.  A training step is then `for call in calls: call()`, and one more rule that moves w by g.

What makes it fast, besides having nothing left to allocate or to decide:

-   Values of shape (m, n) stand in memory unit by unit (Fortran order): sums and maxima over the units of an
    example, as in softmax, then run along the batch, where numpy is at its best.
-   b stands just behind W in w, and a column of ones behind y_prev, so that y_prev · W + b is the one product
    [y_prev, 1] · [W; b], and so is the gradient of both.
-   An activation whose derivative is known from y alone writes y over z, and dL_dz over dL_dy.
-   Loss gradients live only from the line that first makes them to the line that last reads them: a few
    buffers serve them all, however deep the network.
-   Softmax followed by the cross-entropy, and sigmoid by the binary one, are run as the loss of the logits:
    the same gradient, (ŷ − t)/m, in fewer calls.
-   No loss gradient of x is computed, since no parameter lies behind x.

The last batch of an epoch may be smaller: each batch size has a binding of its own, made at its first use.
The gradients are those of the recorded run to the last few bits (`tests/test_bound.py`).
"""

from neural_net.bound.network import BoundNetwork, Examples

__all__ = ["BoundNetwork", "Examples"]
