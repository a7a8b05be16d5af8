"""A picture that a notebook shows as SVG, and as text wherever it shows no SVG."""

from collections.abc import Collection
from dataclasses import dataclass


@dataclass(frozen=True, repr=False)
class Picture:
    """An SVG string and the text that says the same.

    JupyterLab shows no SVG of a notebook that it does not trust, and a terminal shows none at all: there, the
    text stands for the picture. `str(picture)` is the text, `picture.svg` the picture itself.
    """

    svg: str
    text: str

    def __repr__(self) -> str:
        return self.text

    def _repr_mimebundle_(
        self, include: Collection[str] | None = None, exclude: Collection[str] | None = None
    ) -> dict[str, str]:
        """What IPython asks for; it applies `include` and `exclude` itself."""
        return {"image/svg+xml": self.svg, "text/plain": self.text}
