"""A small graph of an activation function with a point for each unit."""

from __future__ import annotations

from typing import Any

import numpy as np

from neural_net import look, svg
from neural_net.diagram import names
from neural_net.diagram.blocks import Block
from neural_net.diagram.reading import DenseReading, Reading
from neural_net.look import paint

WIDTH, HEIGHT = 176.0, 112.0
SAMPLES = 41


def activation(reading: Reading, layer: DenseReading) -> Block:
    """Draw y = a(z) over the range of the units' z, each unit a point."""
    function: Any = reading.trace.network.layers[layer.number - 1].activation
    reach = max(2.0, 1.15 * look.scale_of(layer.z))
    z = np.linspace(-reach, reach, SAMPLES)
    curve = function.forward(z[np.newaxis])[0]
    low, high = min(float(curve.min()), 0.0), max(float(curve.max()), 0.0)
    span = (high - low) or 1.0

    def place(z_value: float, y_value: float) -> tuple[float, float]:
        return (z_value / reach + 1) / 2 * WIDTH, 20 + (high - y_value) / span * (HEIGHT - 8)

    points = " ".join(f"{x:.1f},{y:.1f}" for x, y in map(place, z.tolist(), curve.tolist()))
    x0, y0 = place(0.0, 0.0)
    body = svg.rectangle(0, 12, WIDTH, HEIGHT + 8, paint("paper", "line"), 6)
    body += svg.line(0, y0, WIDTH, y0, paint("line")) + svg.line(x0, 12, x0, HEIGHT + 20, paint("line"))
    body += f'<polyline points="{points}" {paint("forward-line")} stroke-width="2" stroke-linejoin="round"/>'
    for z_value, y_value in list(zip(layer.z, reading.y[layer.number], strict=True))[:40]:
        x, y = place(z_value, y_value)
        body += f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" {paint("forward-solid")} fill-opacity="0.85"/>'
    name = names.activation(layer.activation)
    body += svg.text(WIDTH / 2, HEIGHT + 38, svg.rich(f"y = {name}(z), a point a unit", 13), 13, "muted", "middle")
    return Block(WIDTH, HEIGHT + 42, HEIGHT / 2 + 16, body)
