"""Imports run one way, the core knows numpy only, and importing the helper loads nothing heavy."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "neural_net"

# Each module may import those that stand before it, and those of its own row where it is needed there.
CORE = [
    ["operations"],
    ["numerics", "validation", "program"],
    ["targets", "initialization", "activations", "losses", "notation"],
    ["layers", "receipt"],
    ["network", "steps"],
    ["jacobian", "elements", "ledgers", "flat", "joined", "optimizers", "progress"],
    ["trace", "bound", "moved"],
    ["descent", "training", "gradient_check"],
]
RANK = {module: rank for rank, row in enumerate(CORE) for module in row}
# What tells of a trace in words and numbers, and what it needs besides the core.
READERS = {"health": set(), "questions": {"look"}, "bug_lab": {"datasets"}}
VIEWERS = {"matplotlib", "ipywidgets", "anywidget", "IPython", "tqdm"}


def files(module):
    """The file of a module, or the files of a package."""
    package = PACKAGE / module
    return sorted(package.glob("*.py")) if package.is_dir() else [PACKAGE / f"{module}.py"]


def imports(module, at_use=True):
    """The modules that a module imports; without `at_use`, only those that are loaded with it."""
    return set().union(*(imports_of_file(path, at_use) for path in files(module)))


def imports_of_file(path, at_use):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    found = set()
    inside = {id(node) for f in ast.walk(tree) if isinstance(f, ast.FunctionDef) for node in ast.walk(f)}
    for node in ast.walk(tree):
        if not at_use and id(node) in inside:
            continue
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module == "neural_net":
            found |= {f"neural_net.{alias.name}" for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add(node.module)
    return found


@pytest.mark.parametrize("module", RANK)
def test_imports_of_the_core_run_one_way(module):
    for name in imports(module):
        if name.startswith("neural_net"):
            imported = name.split(".")[1]
            assert imported in RANK, f"{module} imports {name}, which is not of the core"
            assert RANK[imported] <= RANK[module], f"{module} imports {imported}, which stands above it"


@pytest.mark.parametrize("module", RANK)
def test_the_core_imports_numpy_only(module):
    outside = {name.split(".")[0] for name in imports(module, at_use=False)}
    assert outside - {"neural_net", "numpy"} <= sys.stdlib_module_names


@pytest.mark.parametrize("module", READERS)
def test_what_reads_traces_in_words_and_numbers_needs_no_picture(module):
    allowed = {*RANK, *READERS[module], module}
    for name in imports(module):
        if name.startswith("neural_net"):
            assert name.split(".")[1] in allowed, f"{module} imports {name}"
    outside = {name.split(".")[0] for name in imports(module)}
    assert outside - {"neural_net", "numpy"} <= sys.stdlib_module_names


def test_every_module_is_known_here_or_is_a_viewer_or_data():
    others = {"__init__", "datasets", "look", "svg", "png", "display", *READERS}
    modules = {path.stem for path in PACKAGE.glob("*.py")} | {
        path.parent.name for path in PACKAGE.glob("*/__init__.py")
    }
    assert modules - set(RANK) - others <= {"stepper", "plots", "diagram", "torch_bridge", "checker"}
    assert set(RANK) <= modules


def test_the_core_has_no_import_cycle():
    graph = {
        module: {name.split(".")[1] for name in imports(module) if name.startswith("neural_net.")} - {module}
        for module in RANK
    }
    while graph:
        free = [module for module, needed in graph.items() if not needed & set(graph)]
        assert free, f"a cycle among {sorted(graph)}"
        for module in free:
            del graph[module]


def test_the_checker_imports_the_core_the_look_and_the_lab_and_nothing_imports_it():
    for path in PACKAGE.rglob("*.py"):
        of_package = {
            name.split(".")[1] for name in imports_of_file(path, True) if name.startswith("neural_net.")
        }
        if (PACKAGE / "checker") in path.parents:
            assert of_package <= {"checker", "bug_lab", "look", "svg", *RANK}, path
        else:
            assert "checker" not in of_package, path


@pytest.mark.parametrize(
    "code",
    [
        "import neural_net_helper",
        "import neural_net_helper as h; nnh = h.NN_Helper()\n"
        "net = nnh.network([2, 3, 1]); trace = nnh.trace(net, [1, 2], 3); trace.receipt()\n"
        "nnh.train(nnh.update(net, trace, 0.1), [1, 2], 3); nnh.check_gradients(net, [1, 2], 3)",
        "import neural_net_helper as h; h.NN_Helper().check('update', lambda W, g, a: W - g)",
    ],
    ids=["import", "core", "checker"],
)
def test_no_viewer_is_loaded_before_its_first_use(code):
    code += "\nimport sys; print(*(name for name in sys.modules if '.' not in name))"
    run = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=PACKAGE.parent
    )
    loaded = set(run.stdout.split())
    assert "neural_net_helper" in loaded
    assert not loaded & (VIEWERS | {"scipy", "torch", "autograd", "pandas", "sklearn"})
