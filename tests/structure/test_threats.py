"""What docs/threats.md promises of the source itself: no code out of data, no shell, no line but those that are known.

Read from the syntax trees of everything that is shipped. A rule that is broken names file and line.
"""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from structure.repository import python_files, text

from helpers.rows import bundled

SHIPPED = [file for file in python_files() if file.parts[0] in {"nmes", "firmware_sim"}]
OTHERS = [Path("docs/verify_record.py"), *sorted(Path("docs/examples").glob("*.py"))]
CODE_FROM_DATA = frozenset({"pickle", "cPickle", "dill", "cloudpickle", "jsonpickle", "shelve", "marshal", "code"})
"""Modules whose reading runs what was written."""
NETWORK = frozenset(
    {"urllib.request", "http.client", "http.server", "ftplib", "smtplib", "xmlrpc", "requests", "httpx", "telnetlib"}
)
"""Modules that speak with other computers; the program has nothing to say to any."""
CALLS = frozenset(
    {
        *("eval", "exec", "__import__", "os.system", "os.popen", "os.startfile", "subprocess.getoutput"),
        *("subprocess.getstatusoutput", "asyncio.create_subprocess_shell", "tempfile.mktemp", "yaml.load"),
    }
)
SHELLS = re.compile(r"os\.(?:exec|spawn|posix_spawn)\w*")
"""Another program in the place of this one, or beside it, without a list of arguments that can be looked at."""
LISTENERS = frozenset({"create_server", "bind", "start_server", "TCPSite"})
HERE = frozenset({"127.0.0.1", "HOST"})
"""The loopback address, or the name that stands for it (nmes.cli.served)."""


def broken(source: str) -> Iterator[tuple[int, str]]:
    """Line and name of everything in a source that could run data, start a shell or speak to another computer."""
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Import(names=names):
                yield from ((node.lineno, one.name) for one in names if _is_bad(one.name))
            case ast.ImportFrom(module=str(module), names=names):
                wanted = (module, *(f"{module}.{one.name}" for one in names))
                yield from ((node.lineno, name) for name in wanted[:1] if _is_bad(name))
                yield from ((node.lineno, name) for name in wanted[1:] if name in CALLS | NETWORK)
            case ast.Call():
                yield from _of_call(node)
            case _:
                pass


def _is_bad(module: str) -> bool:
    return module.partition(".")[0] in CODE_FROM_DATA or any(
        module == name or module.startswith(f"{name}.") for name in NETWORK
    )


def _of_call(call: ast.Call) -> Iterator[tuple[int, str]]:
    name = _dotted(call.func)
    given = {word.arg: ast.unparse(word.value) for word in call.keywords if word.arg in {"shell", "typ", "autoescape"}}
    if name in CALLS or SHELLS.fullmatch(name) or name.endswith(".extractall"):
        yield call.lineno, name
    if given.get("shell", "False") != "False":
        yield call.lineno, f"{name}(shell=...)"
    if given.get("typ") in {"'unsafe'", "'base'"}:
        yield call.lineno, f"{name}(typ=...)"
    if name == "Environment" and given.get("autoescape") != "True":
        yield call.lineno, "a template that escapes nothing"


def _dotted(function: ast.expr) -> str:
    """As `ast.unparse`, which takes its time."""
    match function:
        case ast.Name(id=name):
            return name
        case ast.Attribute(value=value, attr=name):
            return f"{_dotted(value)}.{name}"
        case _:
            return ast.unparse(function)


def elsewhere(source: str) -> Iterator[tuple[int, str]]:
    """Sockets that listen anywhere but on the loopback address."""
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call) or ast.unparse(node.func).rpartition(".")[2] not in LISTENERS:
            continue
        match node.args:
            case [ast.Tuple(elts=[ast.Constant(value=str(host)), *_]), *_] if host in HERE:
                pass
            case [ast.Tuple(elts=[ast.Name(id=name), *_]), *_] if name in HERE:
                pass
            case _:
                yield node.lineno, ast.unparse(node)


@pytest.mark.covers("TH-07")
def test_nothing_that_is_read_can_run_and_no_shell_is_started() -> None:
    assert [(str(file), *found) for file in [*SHIPPED, *OTHERS] for found in broken(text(file))] == []


@pytest.mark.covers("TH-08")
def test_every_socket_that_listens_does_so_on_the_loopback_address() -> None:
    listening = [file for file in SHIPPED if any(f"{name}(" in text(file) for name in LISTENERS)]
    assert {"nmes/cli/serve.py", "firmware_sim/backdoor/port.py", "firmware_sim/tcp_line.py"} <= {
        file.as_posix() for file in listening
    }
    assert [(str(file), *found) for file in listening for found in elsewhere(text(file))] == []
    assert re.search(r'^HOST: Final = "127\.0\.0\.1"$', text(Path("nmes/cli/served.py")), re.MULTILINE)


@pytest.mark.thorough
@pytest.mark.covers("TH-10")
def test_nothing_is_imported_that_is_not_declared_pinned_and_bounded() -> None:
    project = tomllib.loads(text(Path("pyproject.toml")))["project"]
    groups = [project["dependencies"], *project["optional-dependencies"].values()]
    declared = {_normal(re.split(r"[<>=~!\[; ]", one, maxsplit=1)[0]) for group in groups for one in group}
    pinned = {_normal(line.partition("==")[0]) for line in text(Path("constraints.txt")).splitlines()}
    modules = {module for file in SHIPPED for module in imported(text(file))} - {"nmes", "firmware_sim"}
    wanted = {_normal(BROUGHT.get(module, module)) for module in modules}
    assert wanted - declared == set()
    assert declared - pinned == set()
    unbounded = [one for one in project["dependencies"] if not re.search(r"<\d", one)]
    assert unbounded == [], "a next major version is looked at before it is taken"


BROUGHT = {
    **{"serial": "pyserial", "ruamel": "ruamel.yaml", "fhir": "fhir.resources"},
    **{"pydantic_core": "pydantic", "markupsafe": "jinja2", "numpy": "numba"},
}
"""Modules whose distribution has another name, or that come with one that is declared."""


def imported(source: str) -> Iterator[str]:
    """The roots of all modules a source imports, but those of Python itself."""
    for node in ast.walk(ast.parse(source)):
        names = [one.name for one in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names = [node.module]
        yield from (root for name in names if (root := name.partition(".")[0]) not in sys.stdlib_module_names)


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


# --- the checks can fail ---


@bundled(
    "source",
    [
        "import pickle",
        "from pickle import loads",
        "from urllib import request\nimport urllib.request",
        "eval('1')",
        "import subprocess\nsubprocess.run('ls', shell=True)",
        "import os\nos.system('ls')",
        "import os\nos.execv('x', [])",
        "from os import system",
        "archive.extractall('.')",
        "YAML(typ='unsafe')",
        "Environment(loader=loader)",
        "Environment(loader=loader, autoescape=False)",
    ],
)
def test_what_could_run_data_or_a_shell_is_found(source: str) -> None:
    assert list(broken(source))


def test_what_is_harmless_is_not() -> None:
    assert not list(broken("from urllib.parse import urlsplit\nsubprocess.Popen(argv)\nre.compile('x')\nself.eval()"))


@pytest.mark.parametrize("source", ["create_server(('', 1))", "s.bind(('0.0.0.0', 1))", "create_server(address)"])
def test_a_socket_that_listens_elsewhere_is_found(source: str) -> None:
    assert list(elsewhere(source))
    assert not list(elsewhere("create_server((HOST, port)); s.bind(('127.0.0.1', 0))"))


def test_an_import_of_what_nobody_declared_is_found() -> None:
    assert list(imported("import os, numpy.linalg\nfrom . import x\nfrom requests.api import get")) == [
        "numpy",
        "requests",
    ]
