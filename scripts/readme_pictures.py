"""Photograph the steppers of the lesson, in a real JupyterLab, for the README.

python -m scripts.readme_pictures
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from tests.jupyter_lab import ROOT, copy_of_notebooks, launch_chromium, open_notebook, serve

LESSON = "notebooks/Back_propagation.ipynb"
# Which of the lesson's steppers, the keys that lead to the step to show, and the picture's name.
PICTURES = [
    (0, ["Home", *["ArrowRight"] * 6], "stepper.png"),
    (2, ["Home", "ArrowRight"], "stepper_digits.png"),
]


def main() -> None:
    """Run the lesson and take each picture."""
    with (
        tempfile.TemporaryDirectory() as folder,
        launch_chromium() as browser,
        serve(copy_of_notebooks(Path(folder) / "workspace")) as lab,
    ):
        notebook = open_notebook(browser, lab, LESSON, width=1800, height=2100, zoom=1.5)
        notebook.run_all()
        for number, keys, name in PICTURES:
            stepper = notebook.page.locator(".nns-stepper").nth(number)
            stepper.scroll_into_view_if_needed()
            stepper.locator(".nns").focus()
            for key in keys:
                notebook.page.keyboard.press(key)
            stepper.locator(".nns").evaluate("element => element.blur()")
            notebook.wait_idle()
            stepper.screenshot(path=ROOT / "images" / name)
        notebook.close()


if __name__ == "__main__":
    main()
