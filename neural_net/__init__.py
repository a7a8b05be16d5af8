"""Neural networks whose forward and backward pass can be read one layer, one operation, one number at a time.

The one idea is a *trace*: a network run once on (x, target) leaves a record of every named quantity of both
passes, and everything else only reads it. Imports run one way:

    operations <- activations, losses <- layers <- network <- steps <- trace
    trace <- descent, training, gradient_check, elements, ledgers, torch_bridge
    trace <- look, diagram, plots <- stepper <- neural_net_helper
    trace, look <- checker <- neural_net_helper
"""

__version__ = "0.1.0"
