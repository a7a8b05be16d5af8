"""A real JupyterLab, driven by a real Chromium.

`serve` starts the server on a free port, `launch_chromium` the browser, and `open_notebook` puts the two
together and returns a `NotebookPage`: hands and eyes of the browser tests and of scripts/screenshot.py.

    with serve(workspace) as lab, launch_chromium() as browser:
        notebook = open_notebook(browser, lab, "notebooks/Back_propagation.ipynb", theme="dark", zoom=1.5)
        notebook.run_all()
        assert notebook.console_errors == []
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

from playwright.sync_api import Browser, ConsoleMessage, Locator, Page, sync_playwright

ROOT = Path(__file__).resolve().parents[1]
THEMES = {"light": "JupyterLab Light", "dark": "JupyterLab Dark"}
CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# Nothing but the page itself: no first-run pages, no updates, no traffic of the browser's own.
CHROMIUM_FLAGS = (
    "--no-sandbox",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
START_TIMEOUT = 60.0  # seconds for the server to answer
RUN_TIMEOUT = 240.0  # seconds for a whole notebook to run


class NotebookError(AssertionError):
    """A cell of the notebook raised an exception, or the notebook did not finish."""


# ── the server ────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Lab:
    """A running JupyterLab: its address, its token, and the folder that it serves."""

    url: str
    token: str
    workspace: Path

    def address(self, notebook: str) -> str:
        """Return the address that opens `notebook` (a path inside the workspace) in a fresh layout."""
        name = f"w{secrets.token_hex(4)}"
        return f"{self.url}/lab/workspaces/{name}/tree/{quote(notebook)}?reset&token={self.token}"

    def end_kernel(self, kernel: str) -> None:
        """Shut down the kernel with the id `kernel`."""
        headers = {"Authorization": f"token {self.token}"}
        request = urllib.request.Request(f"{self.url}/api/kernels/{kernel}", method="DELETE", headers=headers)
        with urllib.request.urlopen(request, timeout=20):
            pass


@contextmanager
def serve(workspace: Path, *, windowing: str = "contentVisibility") -> Iterator[Lab]:
    """Serve `workspace` by JupyterLab on a free port, apart from the user's settings, until the block ends.

    `windowing` is how JupyterLab leaves out the cells that are out of sight: the default is its own, "none"
    draws them all (for pictures).
    """
    private = workspace.parent / f"{workspace.name}.jupyter"
    environment = _private_environment(private, windowing)
    port, token = _free_port(), secrets.token_hex(16)
    command = [
        *(sys.executable, "-m", "jupyterlab", "--no-browser", "--ip=127.0.0.1", f"--port={port}"),
        *("--ServerApp.port_retries=0", f"--ServerApp.root_dir={workspace}"),
        f"--IdentityProvider.token={token}",
        *("--LabApp.news_url=None", "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate"),
        *("--LabApp.expose_app_in_browser=True", "--LabApp.extension_manager=readonly", "--allow-root"),
    ]
    log = private / "server.log"
    with log.open("w") as output:
        server = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, env=environment, cwd=workspace
        )
        try:
            lab = Lab(f"http://127.0.0.1:{port}", token, workspace)
            _wait_until_it_answers(lab, server, log)
            _trust(workspace, environment)
            yield lab
        finally:
            _stop(server)


def copy_of_notebooks(folder: Path, root: Path = ROOT) -> Path:
    """Copy what a reader has (notebooks, images, macros) into `folder`, so that none is modified."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("notebooks", "images", "Latex_macros.ipynb"):
        source = root / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=shutil.ignore_patterns(".ipynb_checkpoints"))
        elif source.exists():
            shutil.copy2(source, folder / name)
    return folder


def _private_environment(private: Path, windowing: str) -> dict[str, str]:
    """Return an environment whose Jupyter reads and writes only below `private`."""
    settings = private / "lab" / "user-settings" / "@jupyterlab"
    for plugin, values in {
        "apputils-extension/notification": {
            "fetchNews": "false",
            "checkForUpdates": False,
            "doNotDisturbMode": True,
        },
        "notebook-extension/tracker": {"windowingMode": windowing},
    }.items():
        path = settings / f"{plugin}.jupyterlab-settings"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(values))
    (private / "workspaces").mkdir(exist_ok=True)
    python_path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
    return {
        **os.environ,
        "PYTHONPATH": python_path,
        "JUPYTER_CONFIG_DIR": str(private / "config"),
        "JUPYTER_DATA_DIR": str(private / "data"),
        "JUPYTER_RUNTIME_DIR": str(private / "runtime"),
        "JUPYTERLAB_SETTINGS_DIR": str(private / "lab" / "user-settings"),
        "JUPYTERLAB_WORKSPACES_DIR": str(private / "workspaces"),
        "IPYTHONDIR": str(private / "ipython"),
    }


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait_until_it_answers(lab: Lab, server: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START_TIMEOUT
    while time.monotonic() < deadline:
        if server.poll() is not None:
            break
        try:
            with urllib.request.urlopen(f"{lab.url}/api/status?token={lab.token}", timeout=2):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    raise RuntimeError(f"JupyterLab did not start; its log ends with:\n{log.read_text()[-3000:]}")


def _trust(workspace: Path, environment: dict[str, str]) -> None:
    """Trust the notebooks, as `make lab` does: of others JupyterLab shows no committed SVG."""
    notebooks = [str(path) for path in workspace.rglob("*.ipynb")]
    if notebooks:
        command = [sys.executable, "-m", "jupyter", "trust", *notebooks]
        subprocess.run(command, env=environment, check=True, capture_output=True, stdin=subprocess.DEVNULL)


def _stop(server: subprocess.Popen[bytes]) -> None:
    server.terminate()  # JupyterLab shuts its kernels down on SIGTERM
    try:
        server.wait(timeout=15)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()


# ── the browser ───────────────────────────────────────────────────────────


def find_chromium() -> str | None:
    """Return the path of a Chromium or Chrome on this machine, Playwright's own included, or None."""
    for name in CHROMIUM_NAMES:
        if path := shutil.which(name):
            return path
    with sync_playwright() as playwright:
        own = playwright.chromium.executable_path
    return own if Path(own).exists() else None


@contextmanager
def launch_chromium(executable: str | None = None) -> Iterator[Browser]:
    """Run a headless Chromium until the block ends; RuntimeError where there is none."""
    executable = executable or find_chromium()
    if executable is None:
        names = ", ".join(CHROMIUM_NAMES)
        raise RuntimeError(f"no Chromium on this machine: none of {names}, nor Playwright's own")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=list(CHROMIUM_FLAGS))
        try:
            yield browser
        finally:
            browser.close()


def open_notebook(
    browser: Browser,
    lab: Lab,
    notebook: str,
    *,
    theme: str = "light",
    width: int = 1280,
    height: int = 900,
    zoom: float = 1.0,
    sidebar: bool = False,
) -> NotebookPage:
    """Open `notebook` (a path inside the lab's workspace) and wait for its kernel.

    `width` × `height` is the window in screen pixels. `zoom` is the browser's: at 1.5 a window of 1280 leaves
    the page 853 CSS pixels, each 1.5 screen pixels wide. `sidebar` keeps the file browser open.
    """
    if theme not in THEMES:
        raise ValueError(f"theme: got {theme!r}, expected one of {', '.join(THEMES)}")
    page = browser.new_page(
        viewport={"width": round(width / zoom), "height": round(height / zoom)}, device_scale_factor=zoom
    )
    opened = NotebookPage(page, lab)
    page.on("console", opened.hear)
    page.on("pageerror", lambda error: opened.console_errors.append(f"uncaught: {error}"))
    page.goto(lab.address(notebook))
    page.locator("#jupyterlab-splash").wait_for(state="detached", timeout=60_000)
    page.wait_for_function(_KERNEL_IS_READY, timeout=60_000)
    # JupyterLab keeps the theme that an earlier page chose.
    if page.evaluate("() => document.body.dataset.jpThemeLight") != json.dumps(theme == "light"):
        opened.set_theme(theme)
    if not sidebar:
        page.evaluate("() => { window.jupyterapp.shell.collapseLeft(); }")
    return opened


# The status indicator says "idle" before a kernel exists, so ask the session itself.
_KERNEL_IS_READY = """() => {
  const context = window.jupyterapp?.shell?.currentWidget?.sessionContext;
  const kernel = context?.session?.kernel;
  return !!kernel && context.isReady && kernel.connectionStatus === 'connected' && kernel.status === 'idle';
}"""

_KERNEL_ID = "() => window.jupyterapp.shell.currentWidget?.sessionContext?.session?.kernel?.id"

# What the notebook's own model says, so that it holds for cells that are not drawn as well.
_STATE = """() => {
  const panel = window.jupyterapp.shell.currentWidget;
  const cells = panel.content.widgets
    .filter(cell => cell.model.type === 'code' && cell.model.sharedModel.getSource().trim() !== '');
  const outputs = cells.flatMap(cell => cell.model.outputs.toJSON());
  return {
    cells: cells.length,
    done: cells.filter(c => c.model.executionCount !== null && c.model.executionState !== 'running').length,
    status: panel.sessionContext.session.kernel.status,
    errors: outputs.filter(o => o.output_type === 'error').map(o => o.ename + ': ' + o.evalue),
  };
}"""


@dataclass
class NotebookPage:
    """A notebook open in JupyterLab: run it, look at it, read what the browser's console complained about."""

    page: Page
    lab: Lab
    console_errors: list[str] = field(default_factory=list)

    def hear(self, message: ConsoleMessage) -> None:
        """Keep the console's errors."""
        if message.type == "error":
            where = message.location
            self.console_errors.append(f"{message.text} ({where.get('url')}:{where.get('lineNumber')})")

    def run_all(self, timeout: float = RUN_TIMEOUT) -> None:
        """Run every cell from the top, wait for the last; NotebookError when one raises or time runs out."""
        self._command("notebook:clear-all-cell-outputs")
        self._command("notebook:run-all-cells")
        deadline = time.monotonic() + timeout
        while True:
            state = self.page.evaluate(_STATE)
            if state["errors"]:
                raise NotebookError("; ".join(state["errors"]))
            if state["done"] == state["cells"] and state["status"] == "idle":
                break
            if time.monotonic() > deadline:
                done, cells = state["done"], state["cells"]
                raise NotebookError(f"after {timeout:g} s only {done} of {cells} cells have run")
            self.page.wait_for_timeout(100)
        self.wait_idle()

    def wait_idle(self, timeout: float = 30.0) -> None:
        """Wait until the kernel is idle and the page has drawn two further frames."""
        self.page.wait_for_function(_KERNEL_IS_READY, timeout=timeout * 1000)
        self.page.evaluate(
            "() => new Promise(still => requestAnimationFrame(() => requestAnimationFrame(() => still())))"
        )

    def set_theme(self, theme: str) -> None:
        """Change JupyterLab to its "light" or its "dark" theme."""
        name = json.dumps(THEMES[theme])
        self.page.evaluate(
            f"() => {{ window.jupyterapp.commands.execute('apputils:change-theme', {{theme: {name}}}); }}"
        )
        self.page.wait_for_function(f"() => document.body.dataset.jpThemeName === {name}", timeout=20_000)

    @property
    def cells(self) -> Locator:
        """All cells, in order."""
        return self.page.locator(".jp-Notebook .jp-Cell")

    def cell(self, index: int) -> Locator:
        """Cell `index` of the notebook, Markdown cells counted, from 0; scrolled into view."""
        cell = self.cells.nth(index)
        cell.scroll_into_view_if_needed()
        return cell

    def cell_with(self, text: str) -> Locator:
        """The first code cell whose input contains `text`, scrolled into view."""
        has = self.page.locator(".jp-InputArea-editor", has_text=text)
        cell = self.page.locator(".jp-Notebook .jp-CodeCell").filter(has=has).first
        cell.scroll_into_view_if_needed()
        return cell

    def evaluate(self, script: str) -> Any:
        """Evaluate JavaScript in the page."""
        return self.page.evaluate(script)

    def screenshot(self, path: str | Path) -> None:
        """Photograph the window as it stands."""
        self.page.screenshot(path=str(path))

    def close(self) -> None:
        """Close the page, then shut its kernel down; the other way round, the page would report an error."""
        kernel = self.page.evaluate(_KERNEL_ID)
        self.page.close()
        if kernel:
            self.lab.end_kernel(kernel)

    def _command(self, name: str) -> None:
        # The braces keep Playwright from waiting for the command's promise, which can block.
        self.page.evaluate(f"() => {{ window.jupyterapp.commands.execute({json.dumps(name)}); }}")
