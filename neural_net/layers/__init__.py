"""The kinds of layers: named parameters and a short program of named operations each."""

from neural_net.layers.attention import SelfAttention
from neural_net.layers.base import ActivatedLayer, Layer, WrongShape
from neural_net.layers.convolution import Conv2d
from neural_net.layers.dense import AFFINE, Activate, Dense
from neural_net.layers.dropout import Dropout
from neural_net.layers.embedding import Embedding, PositionEmbedding
from neural_net.layers.normalization import BatchNorm, BatchNormInference, LayerNorm
from neural_net.layers.pooling import AvgPool2d, MaxPool2d
from neural_net.layers.recurrent import LSTM, RNN
from neural_net.layers.repeat import Repeat
from neural_net.layers.reshaping import Flatten, MeanOverTime
from neural_net.layers.residual import Residual
from neural_net.layers.transformer import PostNormTransformerBlock, TransformerBlock

__all__ = [
    "AFFINE",
    "LSTM",
    "RNN",
    "Activate",
    "ActivatedLayer",
    "AvgPool2d",
    "BatchNorm",
    "BatchNormInference",
    "Conv2d",
    "Dense",
    "Dropout",
    "Embedding",
    "Flatten",
    "Layer",
    "LayerNorm",
    "MaxPool2d",
    "MeanOverTime",
    "PositionEmbedding",
    "PostNormTransformerBlock",
    "Repeat",
    "Residual",
    "SelfAttention",
    "TransformerBlock",
    "WrongShape",
]
