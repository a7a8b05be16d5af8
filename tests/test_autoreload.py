"""The notebooks' first lines: `%autoreload 1`, `%aimport neural_net_helper` picks up an edit of it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SESSION = """
import os
from pathlib import Path
from IPython.core.interactiveshell import InteractiveShell

shell = InteractiveShell.instance()


def run(cell):
    shell.run_cell(cell, store_history=True).raise_error()


run("%load_ext autoreload")
run("%autoreload 1")
run("%aimport neural_net_helper")
run("nnh = neural_net_helper.NN_Helper()")
run("assert not hasattr(nnh, 'added')")

helper = Path("neural_net_helper.py")
helper.write_text(helper.read_text().replace("    # Learning", "    added = 7\\n\\n    # Learning", 1))
os.utime(helper, (2e9, 2e9))  # newer, however coarse the clock of the file system
run("assert nnh.added == 7 and neural_net_helper.NN_Helper().added == 7")
run("assert nnh.network([2, 1]).sizes == (2, 1)")
print("picked up")
"""


def test_an_edit_of_the_helper_is_picked_up_by_the_next_cell(tmp_path):
    shutil.copy(ROOT / "neural_net_helper.py", tmp_path)
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join([str(tmp_path), str(ROOT)]),
        "IPYTHONDIR": str(tmp_path),
    }
    ended = subprocess.run(
        [sys.executable, "-c", SESSION],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert ended.stdout.strip().endswith("picked up"), ended.stdout + ended.stderr
