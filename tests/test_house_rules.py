"""The rules of this house, each with its reason; a failure names file and line."""

import ast
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = ("sensorhub", "firmware_config", "gateway", "cloud", "simulators")

MAY_IMPORT = {
    "sensorhub": {"sensorhub"},
    "firmware_config": {"sensorhub", "firmware_config"},
    "gateway": {"sensorhub", "firmware_config", "gateway"},
    "cloud": {"sensorhub", "firmware_config", "cloud"},
    "simulators": {"sensorhub", "firmware_config", "gateway", "simulators"},
}
"""Gateway and hub are installed on different machines; the simulators start a hub as a process and read over HTTP."""

EDGES = {
    "aiomqtt": ("gateway/uplink/mqtt.py",),
    "paho": ("cloud/mqtt.py",),
    "gpiozero": ("gateway/sensors/", "gateway/buses/", "simulators/"),
    "smbus2": ("gateway/buses/i2c.py",),
    "serial": ("gateway/buses/serial_port.py",),
    "pymodbus": ("gateway/buses/modbus.py",),
    "lgpio": ("gateway/sensors/",),
    "duckdb": ("cloud/stores/duck", "cloud/export.py"),
    "influxdb_client": ("cloud/stores/influx",),
    "sqlalchemy": tuple(f"cloud/{name}.py" for name in ("state", "database", "claims", "wanted", "books")),
    "starlette": ("cloud/web/",),
    "uvicorn": ("cloud/hub.py", "cloud/web/"),
    "pyarrow": ("simulators/recording_parquet.py",),
    "amqtt": ("simulators/embedded_broker.py",),
    "typer": ("sensorhub/cli/",),
}
"""A library can be replaced where it is used in one place."""

HEAVY = {"amqtt", "aiomqtt", "duckdb", "fastapi", "gpiozero", "influxdb_client", "jinja2", "orjson", "paho", "pyarrow"}
HEAVY |= {"pymodbus", "serial", "smbus2", "sqlalchemy", "starlette", "textual", "uvicorn"}
"""Nobody who asks for help wants to wait for a web server or a database to load."""

LINES_MAX = 300
"""A longer file is usually two things."""

WALL_TIME = {"time.time", "time.time_ns", "time.localtime", "time.gmtime", "time.ctime", "time.CLOCK_REALTIME"}
WALL_TIME |= {"datetime.now", "datetime.utcnow", "datetime.today", "date.today"}

MACHINE_PATH = re.compile(r"(?<![\w.}*)/~-])/(?:home|root|work|Users|tmp|opt|srv|mnt)/")
UNFINISHED = re.compile(r"\b(?:TO" + r"DO|FIX" + r"ME|X" + r"XX)\b")


def _files(*endings: str, under: tuple[str, ...] = ("",)) -> Iterator[Path]:
    """The project's own files: what git holds or would hold."""
    listed = subprocess.run(
        [
            "git",
            "-c",
            f"safe.directory={ROOT}",
            "-C",
            str(ROOT),
            "ls-files",
            "--cached",
            "--others",
            "--exclude-standard",
        ],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.splitlines()
    for name in sorted(set(listed)):
        path = ROOT / name
        if name.endswith(endings) and name.startswith(under) and path.is_file():
            yield path


def _name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def _sources(*under: str) -> Iterator[tuple[Path, ast.Module]]:
    folders = tuple(f"{folder}/" for folder in under or PACKAGES)
    for path in _files(".py", under=folders):
        yield path, ast.parse(path.read_text(), _name(path))


def _imports(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Line and full name of every import, those inside functions and by `import_module` included."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield node.lineno, alias.name
        elif isinstance(node, ast.ImportFrom):
            yield node.lineno, "." * node.level + (node.module or "")
        elif isinstance(node, ast.Call) and node.args:
            called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            target = node.args[0]
            if called in ("import_module", "__import__") and isinstance(target, ast.Constant):
                yield node.lineno, str(target.value)


def _inside_functions(tree: ast.Module) -> set[int]:
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    return {line for node in functions for line in range(node.lineno, (node.end_lineno or node.lineno) + 1)}


def _assert_none(offences: list[str], reason: str) -> None:
    assert not offences, reason + "\n" + "\n".join(offences)


def test_packages_import_only_whom_they_may() -> None:
    offences = []
    for path, tree in _sources():
        package = _name(path).partition("/")[0]
        lazy = _inside_functions(tree) if _name(path).startswith("sensorhub/cli/") else set()
        for line, name in _imports(tree):
            top = name.partition(".")[0]
            if top in PACKAGES and top not in MAY_IMPORT[package] and line not in lazy:
                offences.append(f"{_name(path)}:{line} imports {name}")
    _assert_none(offences, "An import against the layout (only sensorhub/cli may, inside a function):")


def test_imports_are_absolute() -> None:
    offences = [
        f"{_name(path)}:{line} imports {name}"
        for path, tree in _sources()
        for line, name in _imports(tree)
        if name.startswith(".")
    ]
    _assert_none(offences, "A relative import hides which package is meant:")


def test_third_party_libraries_stay_in_their_place() -> None:
    offences = [
        f"{_name(path)}:{line} imports {name}; it belongs in {', '.join(places)}"
        for path, tree in _sources()
        for line, name in _imports(tree)
        if (places := EDGES.get(name.partition(".")[0])) and not _name(path).startswith(places)
    ]
    _assert_none(offences, "A library outside the one place where it may be used:")


def test_wall_time_is_read_in_the_clock_only() -> None:
    offences = []
    for path, tree in _sources():
        if _name(path) == "sensorhub/clock.py":
            continue
        for node in ast.walk(tree):
            used = ""
            if isinstance(node, ast.Attribute):
                used = ".".join(ast.unparse(node).split(".")[-2:])
            elif isinstance(node, ast.ImportFrom) and node.module == "time":
                used = next((f"time.{alias.name}" for alias in node.names if f"time.{alias.name}" in WALL_TIME), "")
            if used in WALL_TIME:
                offences.append(f"{_name(path)}:{node.lineno} uses {used}")  # type: ignore[attr-defined]
    _assert_none(offences, "Wall time outside sensorhub/clock.py cannot be replayed or simulated:")


def test_files_are_short() -> None:
    offences = [
        f"{_name(path)} has {lines} lines"
        for path in _files(".py", ".js", ".css")
        if (lines := len(path.read_text().splitlines())) > LINES_MAX
    ]
    _assert_none(offences, f"A file of more than {LINES_MAX} lines is usually two things:")


def test_modules_say_first_what_they_are_for() -> None:
    offences = []
    for path, tree in _sources(*PACKAGES, "tests", "benchmarks"):
        docstring = ast.get_docstring(tree)
        if not tree.body:
            continue  # an empty __init__.py
        if not docstring or not path.read_text().startswith(f'"""{docstring.splitlines()[0]}'):
            offences.append(f"{_name(path)}:1")
    _assert_none(offences, "The first line of a module says what it is for:")


def _lines(*endings: str) -> Iterator[tuple[str, str]]:
    for path in _files(*endings):
        for number, line in enumerate(path.read_text(errors="replace").splitlines(), 1):
            yield f"{_name(path)}:{number}", line


TEXTS = (".py", ".js", ".css", ".html", ".toml", ".md", ".yml", ".sh", "Makefile", ".ci/run")


def test_no_path_of_one_machine_is_written_down() -> None:
    offences = [f"{where} {line.strip()[:100]}" for where, line in _lines(*TEXTS) if MACHINE_PATH.search(line)]
    _assert_none(offences, "A path of somebody's machine is wrong on every other:")


def test_nothing_is_marked_unfinished() -> None:
    offences = [f"{where} {line.strip()[:100]}" for where, line in _lines(*TEXTS) if UNFINISHED.search(line)]
    _assert_none(offences, "Unfinished work belongs in the tracker:")


def _arguments(node: ast.AST) -> list[ast.arg]:
    return node.args.args if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) else []


def _sleeps(node: ast.AST) -> bool:
    if not (isinstance(node, ast.Call) and ast.unparse(node.func) in ("time.sleep", "asyncio.sleep", "sleep")):
        return False
    return ast.unparse(node) != "asyncio.sleep(0)"


@pytest.mark.parametrize(
    ("finds", "reason"),
    [
        (lambda node: any(argument.arg == "monkeypatch" for argument in _arguments(node)), "Hand a twin in instead:"),
        (_sleeps, "A fixed sleep is too short or too long: wait for a condition (tests/waiting.py):"),
    ],
    ids=["monkeypatch", "sleep"],
)
def test_tests_neither_patch_nor_sleep(finds: Callable[[ast.AST], bool], reason: str) -> None:
    offences = [
        f"{_name(path)}:{getattr(node, 'lineno', 0)}"
        for path, tree in _sources("tests")
        if _name(path) != "tests/waiting.py"
        for node in ast.walk(tree)
        if finds(node)
    ]
    _assert_none(offences, reason)


_HELP = """
import sys
from sensorhub.cli import main
sys.argv = ["sensorhub", "--help"]
try:
    main()
except SystemExit as ended:
    sys.stderr.write(f"{ended.code or 0}\\n" + " ".join(sorted({name.partition(".")[0] for name in sys.modules})))
"""


def test_help_loads_no_heavy_library() -> None:
    asked = subprocess.run([sys.executable, "-c", _HELP], capture_output=True, text=True, check=True, timeout=60)
    code, _, loaded = asked.stderr.partition("\n")

    assert code == "0"
    assert "Usage" in asked.stdout
    assert set(loaded.split()) & HEAVY == set()
