"""Make neural_net/data/digits.npz out of the digits.csv.gz that scikit-learn's wheel carries.

    pip download --no-deps scikit-learn -d /tmp/wheel
    python scripts/make_digits.py /tmp/wheel/scikit_learn-*.whl

Only needed to reproduce the file: the same wheel gives the same bytes. scikit-learn is not imported.
"""

import gzip
import io
import sys
import zipfile
from pathlib import Path

import numpy as np

MEMBER = "sklearn/datasets/data/digits.csv.gz"
OUTPUT = Path(__file__).parent.parent / "neural_net" / "data" / "digits.npz"


def read_table(wheel: str) -> np.ndarray:
    """The 1,797 × 65 table of whole numbers: 64 pixels from 0 to 16, then the digit."""
    with zipfile.ZipFile(wheel) as archive:
        text = gzip.decompress(archive.read(MEMBER)).decode("ascii")
    return np.loadtxt(io.StringIO(text), delimiter=",")


def main() -> None:
    """Read the wheel named on the command line and write the file."""
    if len(sys.argv) != 2:
        sys.exit("usage: make_digits.py SCIKIT_LEARN_WHEEL")
    table = read_table(sys.argv[1])
    if table.shape != (1797, 65) or table.min() != 0 or table.max() != 16 or (table % 1).any():
        sys.exit(f"unexpected table: shape {table.shape}, values from {table.min()} to {table.max()}")
    pixels, digit = table[:, :64].astype(np.uint8), table[:, 64].astype(np.uint8)
    np.savez_compressed(OUTPUT, pixels=pixels, digit=digit)
    print(f"{OUTPUT}: {OUTPUT.stat().st_size} bytes")


if __name__ == "__main__":
    main()
