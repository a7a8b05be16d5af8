"""Right answers to every exercise, each written in three styles: loops, einsum, and matrix products."""

from __future__ import annotations

import math

import numpy as np

# --- Forward


def dense_forward_by_loops(y_prev, W, b):
    m, n_out = len(y_prev), W.shape[1]
    z = [[sum(y_prev[i, k] * W[k, j] for k in range(len(W))) + b[j] for j in range(n_out)] for i in range(m)]
    return z, [[math.tanh(value) for value in row] for row in z]


def dense_forward_by_einsum(y_prev, W, b):
    z = np.einsum("mi,ij->mj", y_prev, W) + b
    return z, np.tanh(z)


def dense_forward_by_products(y_prev, W, b):
    folded = np.hstack([y_prev, np.ones((len(y_prev), 1))]) @ np.vstack([W, b])
    e, f = np.exp(folded), np.exp(-folded)
    return {"y": (e - f) / (e + f), "z": folded}


def softmax_by_loops(z):
    rows = []
    for row in z:
        e = [math.exp(value - max(row)) for value in row]
        rows.append([value / sum(e) for value in e])
    return rows


def softmax_by_einsum(z):
    e = np.exp(z - np.median(z, axis=1)[:, None])
    return np.einsum("mk,m->mk", e, 1 / np.einsum("mk->m", e))


def softmax_by_products(z):
    e = np.exp(z - z.max())
    return np.diag(1 / (e @ np.ones(e.shape[1]))) @ e


# --- Activations: the styles are loops, formulas in y, and formulas in z


def elementwise(slope):
    """Three styles of one derivative: loops, a vectorized call, and a diagonal matrix times ones."""

    def by_loops(z):
        return [[slope(value) for value in row] for row in z]

    def by_einsum(z):
        return np.einsum("mj->mj", np.vectorize(slope, otypes=[float])(z))

    def by_products(z):
        return np.array([np.diag([slope(value) for value in row]) @ np.ones(len(row)) for row in z])

    return by_loops, by_einsum, by_products


def sigmoid(z):
    return 1 / (1 + math.exp(-z))


def gelu_by_loops(z, Phi, phi):
    return [[Phi[i, j] + z[i, j] * phi[i, j] for j in range(z.shape[1])] for i in range(len(z))]


def gelu_by_einsum(z, Phi, phi):
    return np.einsum("mj,mj->mj", z, phi) + Phi


def gelu_by_products(z, Phi, phi):
    density = np.exp(-(z**2) / 2) / np.sqrt(2 * np.pi)
    return np.vectorize(math.erf)(z / np.sqrt(2)) / 2 + 0.5 + z * density


def relu_backward_by_loops(dL_dy, z):
    return [[g if v > 0 else 0 for g, v in zip(*rows, strict=True)] for rows in zip(dL_dy, z, strict=True)]


def relu_backward_by_einsum(dL_dy, z):
    return np.einsum("mj,mj->mj", dL_dy, np.heaviside(z, 0))


def relu_backward_by_products(dL_dy, z):
    dL_dz = dL_dy.copy()
    dL_dz[z <= 0] = 0
    return dL_dz


def tanh_backward_by_loops(dL_dy, z, y):
    return [[g * (1 - v * v) for g, v in zip(*rows, strict=True)] for rows in zip(dL_dy, y, strict=True)]


def tanh_backward_by_einsum(dL_dy, z, y):
    return dL_dy - np.einsum("mj,mj,mj->mj", dL_dy, y, y)


def tanh_backward_by_products(dL_dy, z, y):
    return dL_dy / np.cosh(z) ** 2


# --- Losses


def each(function):
    """A gradient as a loop over elements: function(y, t, m, n)."""

    def by_loops(y_hat, target):
        m, n = y_hat.shape
        target = target.reshape(y_hat.shape)
        return [[function(float(y_hat[i, j]), float(target[i, j]), m, n) for j in range(n)] for i in range(m)]

    return by_loops


def mse_by_einsum(y_hat, target):
    return np.einsum("mj->mj", y_hat - target) * (2 / np.prod(y_hat.shape))


def mse_by_products(y_hat, target):
    m, n = y_hat.shape
    return (2 / (m * n)) * np.eye(m) @ (y_hat - target) @ np.eye(n)


def flat_by_einsum(y_hat, target):
    return np.einsum("m->m", y_hat[:, 0] - target) * 2 / len(target)


def flat_by_products(y_hat, target):
    return 2 / len(target) * (y_hat - target[:, np.newaxis])


def binary_by_einsum(y_hat, target):
    local = np.stack([-1 / y_hat, 1 / (1 - y_hat)])
    return np.einsum("smj,smj->mj", local, np.stack([target, 1 - target])) / y_hat.size


def binary_by_products(y_hat, target):
    return ((1 - target) / (1 - y_hat) - target / y_hat) / y_hat.size


def binary_to_logits_by_einsum(z, target):
    return np.einsum("mj,->mj", (1 + np.tanh(z / 2)) / 2 - target, 1 / z.size)


def binary_to_logits_by_products(z, target):
    p = 1 / (1 + np.exp(-z))
    to_probabilities = (p - target) / (p * (1 - p)) / z.size
    return to_probabilities * p * (1 - p)


def cross_entropy_by_einsum(y_hat, target):
    return -np.einsum("mk,mk->mk", target, 1 / y_hat) / len(y_hat)


def cross_entropy_by_products(y_hat, target):
    gradient = np.zeros(y_hat.shape)
    rows = np.arange(len(y_hat))
    true = target.argmax(axis=1)
    gradient[rows, true] = -1 / y_hat[rows, true]
    return gradient / len(y_hat)


def cross_entropy_to_logits_by_loops(z, target):
    y = softmax_by_loops(z)
    m, n = z.shape
    return [[(y[i][k] - target[i, k]) / m for k in range(n)] for i in range(m)]


def cross_entropy_to_logits_by_einsum(z, target):
    y = softmax_by_einsum(z)
    jacobians = np.einsum("mk,kj->mkj", y, np.eye(y.shape[1])) - np.einsum("mk,mj->mkj", y, y)
    return np.einsum("mk,mkj->mj", -target / y / len(y), jacobians)


def cross_entropy_to_logits_by_products(z, target):
    return (softmax_by_products(z) - target) * (1 / len(z))


def softmax_vjp_by_loops(dL_dy, y):
    dL_dz = np.zeros(y.shape)
    for i in range(len(y)):
        for j in range(y.shape[1]):
            for k in range(y.shape[1]):
                dL_dz[i, j] += dL_dy[i, k] * y[i, k] * ((k == j) - y[i, j])
    return dL_dz


def softmax_vjp_by_einsum(dL_dy, y):
    return y * dL_dy - np.einsum("mk,mk,mj->mj", dL_dy, y, y)


def softmax_vjp_by_products(dL_dy, y):
    return np.stack([g @ (np.diag(p) - np.outer(p, p)) for g, p in zip(dL_dy, y, strict=True)])


# --- Dense layers


def affine_by_loops(dL_dz, y_prev, W):
    n_in, n_out = W.shape
    dL_dW, dL_db = np.zeros((n_in, n_out)), np.zeros(n_out)
    dL_dy_prev = np.zeros((len(dL_dz), n_in))
    for i in range(len(dL_dz)):
        for j in range(n_out):
            dL_db[j] += dL_dz[i, j]
            for k in range(n_in):
                dL_dW[k, j] += y_prev[i, k] * dL_dz[i, j]
                dL_dy_prev[i, k] += dL_dz[i, j] * W[k, j]
    return dL_dW, dL_db, dL_dy_prev


def affine_by_einsum(dL_dz, y_prev, W):
    dL_dW = np.einsum("mi,mj->ij", y_prev, dL_dz)
    return dL_dW, np.einsum("mj->j", dL_dz), np.einsum("mj,ij->mi", dL_dz, W)


def affine_by_products(dL_dz, y_prev, W):
    ones = np.ones((1, len(dL_dz)))
    return (dL_dz.T @ y_prev).T, ones @ dL_dz, (W @ dL_dz.T).T


AFFINE = {"loops": affine_by_loops, "einsum": affine_by_einsum, "products": affine_by_products}


def one_example(affine):
    def backward(dL_dy, y_prev, W, z, y):
        dL_dz = (dL_dy - dL_dy * y * y)[np.newaxis]
        return [dL_dz, *affine(dL_dz, y_prev[np.newaxis], W)]

    return backward


def batch(affine):
    def backward(dL_dy, y_prev, W, z, y):
        dL_dz = dL_dy / np.cosh(z) ** 2
        dL_dW, dL_db, dL_dy_prev = affine(dL_dz, y_prev, W)
        return {"dL_dW": dL_dW, "dL_db": dL_db, "dL_dz": dL_dz, "dL_dy_prev": dL_dy_prev}

    return backward


def with_relu(affine):
    def backward(dL_dy, y_prev, W, z):
        dL_dz = np.where(z > 0, dL_dy, 0)
        return dL_dz, *affine(dL_dz, y_prev, W)

    return backward


def whole_network(affine):
    def backward(y, W, target):
        upstream = (y[-1] - target) * 2 / target.size
        found = []
        for layer in reversed(range(len(W))):
            dL_dz = upstream * (1 - y[layer + 1] ** 2)
            dL_dW, dL_db, upstream = affine(dL_dz, y[layer], W[layer])
            found.append((dL_dW, dL_db))
        return found[::-1]

    return backward


def then_update(affine):
    def backward(dL_dz, y_prev, W, b, learning_rate):
        dL_dW, dL_db, dL_dy_prev = affine(dL_dz, y_prev, W)
        return dL_dy_prev, W - learning_rate * dL_dW, b - learning_rate * np.ravel(dL_db)

    return backward


def residual(affine):
    def backward(dL_dy, y_prev, W, a):
        dL_dW, dL_db, dL_dy_prev = affine(dL_dy * (1 + a) * (1 - a), y_prev, W)
        dL_dy_prev = dL_dy_prev + dL_dy
        return dL_dy_prev, dL_dW, dL_db

    return backward


# --- Descent


def update_by_loops(W, dL_dW, learning_rate):
    return [
        [w - learning_rate * g for w, g in zip(*rows, strict=True)] for rows in zip(W, dL_dW, strict=True)
    ]


def update_by_einsum(W, dL_dW, learning_rate):
    return np.einsum("sij,s->ij", np.stack([W, dL_dW]), [1, -learning_rate])


def update_by_products(W, dL_dW, learning_rate):
    new = W.copy()
    new -= learning_rate * np.eye(len(W)) @ dL_dW
    return new


def momentum_by_loops(W, velocity, dL_dW, learning_rate, momentum):
    W, v = W.tolist(), velocity.tolist()
    for i, row in enumerate(dL_dW):
        for j, g in enumerate(row):
            v[i][j] = momentum * v[i][j] + g
            W[i][j] -= learning_rate * v[i][j]
    return W, v


def momentum_by_einsum(W, velocity, dL_dW, learning_rate, momentum):
    v = np.einsum("sij,s->ij", np.stack([velocity, dL_dW]), [momentum, 1])
    return np.einsum("sij,s->ij", np.stack([W, v]), [1, -learning_rate]), v


def momentum_by_products(W, velocity, dL_dW, learning_rate, momentum):
    moved = W - learning_rate * momentum * velocity - learning_rate * dL_dW
    return {"velocity_new": dL_dW + momentum * velocity, "W_new": moved}


# --- Numerical gradient


def numerical_by_loops(f, x, h):
    gradient = np.zeros_like(x)
    for i in range(x.shape[0]):
        for j in range(x.shape[1]):
            old = x[i, j]
            x[i, j] = old + h
            above = f(x)
            x[i, j] = old - h
            below = f(x)
            x[i, j] = old
            gradient[i, j] = (above - below) / 2 / h
    return gradient


def numerical_by_einsum(f, x, h):
    nudges = h * np.eye(x.size).reshape(x.size, *x.shape)
    differences = [f(x + nudge) - f(x - nudge) for nudge in nudges]
    return np.einsum("k,kij->ij", differences, nudges) / (2 * h * h)


def numerical_by_products(f, x, h):
    flat = x.ravel()

    def moved(k, by):
        return f(np.where(np.arange(x.size) == k, flat + by, flat).reshape(x.shape))

    return np.array([moved(k, h) - moved(k, -h) for k in range(x.size)]).reshape(x.shape) * (0.5 / h)


# --- Used twice


def fan_out_by_loops(x, dL_du, dL_dv):
    dL_dx = np.zeros(x.shape)
    for at in np.ndindex(x.shape):
        dL_dx[at] += dL_du[at] * (1 - math.tanh(x[at]) ** 2)
        dL_dx[at] += dL_dv[at] * 2 * x[at]
    return dL_dx


def fan_out_by_einsum(x, dL_du, dL_dv):
    local = np.stack([1 / np.cosh(x) ** 2, 2 * x])
    return np.einsum("smj,smj->mj", np.stack([dL_du, dL_dv]), local)


def fan_out_by_products(x, dL_du, dL_dv):
    rows = zip(x, dL_du, dL_dv, strict=True)
    return np.stack([gu @ np.diag(1 - np.tanh(row) ** 2) + gv @ np.diag(2 * row) for row, gu, gv in rows])


def batch_norm_by_loops(dL_dy, x, gamma, eps):
    m, n = x.shape
    dL_dx, dL_dgamma, dL_dbeta = np.zeros((m, n)), np.zeros(n), np.zeros(n)
    for j in range(n):
        mean = sum(x[:, j]) / m
        deviation = math.sqrt(sum((x[i, j] - mean) ** 2 for i in range(m)) / m + eps)
        hat = [(x[i, j] - mean) / deviation for i in range(m)]
        dL_dgamma[j] = sum(dL_dy[i, j] * hat[i] for i in range(m))
        dL_dbeta[j] = sum(dL_dy[i, j] for i in range(m))
        for i in range(m):
            for k in range(m):
                local = ((i == k) - 1 / m - hat[i] * hat[k] / m) / deviation
                dL_dx[i, j] += dL_dy[k, j] * gamma[j] * local
    return dL_dx, dL_dgamma, dL_dbeta


def batch_norm_by_einsum(dL_dy, x, gamma, eps):
    m = len(x)
    inverse = 1 / np.sqrt(x.var(axis=0) + eps)
    hat = (x - x.mean(axis=0)) * inverse
    jacobian = (np.eye(m) - 1 / m)[:, :, None] - np.einsum("ij,kj->ikj", hat, hat) / m
    dL_dx = np.einsum("kj,j,ikj,j->ij", dL_dy, gamma, jacobian, inverse)
    return dL_dx, np.einsum("mj,mj->j", dL_dy, hat), np.einsum("mj->j", dL_dy)


def batch_norm_by_products(dL_dy, x, gamma, eps):
    m = len(x)
    centering = np.eye(m) - np.ones((m, m)) / m
    centered = centering @ x
    variance = np.diag(centered.T @ centered) / m
    hat = centered / np.sqrt(variance + eps)
    g = dL_dy * gamma
    dL_dx = (centering @ g - hat * np.diag(g.T @ hat) / m) / np.sqrt(variance + eps)
    return dL_dx, np.diag(dL_dy.T @ hat), np.ones((1, m)) @ dL_dy


# --- A layer of one's own


class ScaleShiftByLoops:
    def forward(self, y_prev, g, c):
        return np.array([[g[j] * row[j] + c[j] for j in range(len(g))] for row in y_prev])

    def backward(self, dL_dy, y, y_prev, g, c):
        dL_dg, dL_dc = np.zeros(len(g)), np.zeros(len(c))
        for gradient, row in zip(dL_dy, y_prev, strict=True):
            dL_dg += gradient * row
            dL_dc += gradient
        return g * dL_dy, dL_dg, dL_dc


class ScaleShiftByEinsum:
    def forward(self, y_prev, g, c):
        return np.einsum("mj,j->mj", y_prev, g) + c

    def backward(self, dL_dy, y, y_prev, g, c):
        return (
            np.einsum("mj,j->mj", dL_dy, g),
            np.einsum("mj,mj->j", dL_dy, y_prev),
            np.einsum("mj->j", dL_dy),
        )


class ScaleShiftByProducts:
    def forward(self, y_prev, g, c):
        return y_prev @ np.diag(g) + c

    def backward(self, dL_dy, y, y_prev, g, c):
        return [dL_dy @ np.diag(g).T, np.diag(y_prev.T @ dL_dy), np.ones(len(y)) @ dL_dy]


def styles(loops, einsum, products):
    return {"loops": loops, "einsum": einsum, "products": products}


def by_affine(make):
    return {style: make(affine) for style, affine in AFFINE.items()}


RIGHT_ANSWERS = {
    "dense forward": styles(dense_forward_by_loops, dense_forward_by_einsum, dense_forward_by_products),
    "softmax forward": styles(softmax_by_loops, softmax_by_einsum, softmax_by_products),
    "identity derivative": styles(*elementwise(lambda z: 1)),
    "relu derivative": styles(*elementwise(lambda z: z > 0)),
    "leaky_relu derivative": styles(*elementwise(lambda z: 1 if z > 0 else 0.01)),
    "sigmoid derivative": styles(*elementwise(lambda z: sigmoid(z) * sigmoid(-z))),
    "tanh derivative": styles(*elementwise(lambda z: 1 / math.cosh(z) ** 2)),
    "softplus derivative": styles(*elementwise(lambda z: math.exp(z) / (1 + math.exp(z)))),
    "gelu derivative": styles(gelu_by_loops, gelu_by_einsum, gelu_by_products),
    "relu backward": styles(relu_backward_by_loops, relu_backward_by_einsum, relu_backward_by_products),
    "tanh backward": styles(tanh_backward_by_loops, tanh_backward_by_einsum, tanh_backward_by_products),
    "mse gradient": styles(each(lambda y, t, m, n: 2 * (y - t) / (m * n)), mse_by_einsum, mse_by_products),
    "mse gradient flat target": styles(
        each(lambda y, t, m, n: 2 * (y - t) / m), flat_by_einsum, flat_by_products
    ),
    "binary cross-entropy gradient to probabilities": styles(
        each(lambda y, t, m, n: (-1 / y if t else 1 / (1 - y)) / (m * n)),
        binary_by_einsum,
        binary_by_products,
    ),
    "binary cross-entropy gradient to logits": styles(
        each(lambda z, t, m, n: (sigmoid(z) - t) / (m * n)),
        binary_to_logits_by_einsum,
        binary_to_logits_by_products,
    ),
    "softmax cross-entropy gradient to probabilities": styles(
        each(lambda y, t, m, n: -t / y / m), cross_entropy_by_einsum, cross_entropy_by_products
    ),
    "softmax cross-entropy gradient to logits": styles(
        cross_entropy_to_logits_by_loops,
        cross_entropy_to_logits_by_einsum,
        cross_entropy_to_logits_by_products,
    ),
    "softmax vjp": styles(softmax_vjp_by_loops, softmax_vjp_by_einsum, softmax_vjp_by_products),
    "dense backward one example": by_affine(one_example),
    "dense backward batch": by_affine(batch),
    "dense backward relu": by_affine(with_relu),
    "network backward": by_affine(whole_network),
    "update": styles(update_by_loops, update_by_einsum, update_by_products),
    "momentum": styles(momentum_by_loops, momentum_by_einsum, momentum_by_products),
    "backward then update": by_affine(then_update),
    "numerical gradient": styles(numerical_by_loops, numerical_by_einsum, numerical_by_products),
    "fan-out node": styles(fan_out_by_loops, fan_out_by_einsum, fan_out_by_products),
    "residual block": by_affine(residual),
    "batch-norm backward": styles(batch_norm_by_loops, batch_norm_by_einsum, batch_norm_by_products),
    "own layer": styles(ScaleShiftByLoops, ScaleShiftByEinsum, ScaleShiftByProducts),
    "order the lines": styles("DHCEAG", "D H E C G A", "d,c,h,g,e,a"),
}
