"""Checks all QML, Python bridges included: `python -m ui.lint`.

Knows: PySide's tools, and that a bridge is a file that says `QML_IMPORT_NAME`. Does not know: any bridge or screen.
The types that Python gives to QML are written as qmltypes into build/qmltypes, so that qmllint sees a misspelt property;
`-W 0` because without it qmllint counts warnings and says all is well.
"""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
from collections import defaultdict
from pathlib import Path
from typing import Any

from ui import QML_DIR

TYPES_DIR = Path("build/qmltypes")
_NAME = re.compile(r'^QML_IMPORT_NAME = "([A-Za-z.]+)"$', re.MULTILINE)
_TOOLS = Path(sys.executable).parent


class LintError(Exception):
    """A tool failed. `detail` is what it said."""

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.detail = detail


def bridges(root: Path) -> dict[str, list[Path]]:
    """The files below `root` that give types to QML, by the QML module that they give them to."""
    found: dict[str, list[Path]] = defaultdict(list)
    for file in sorted(root.rglob("*.py")):
        match = _NAME.search(file.read_text(encoding="utf-8"))
        if match:
            found[match[1]].append(file)
    return dict(found)


def write_types(root: Path, out: Path) -> list[str]:
    """Write a qmldir and qmltypes for every module of bridges; return the modules. Raises `LintError`."""
    modules = bridges(root)
    for module, files in modules.items():
        folder = out.joinpath(*module.split("."))
        folder.mkdir(parents=True, exist_ok=True)
        classes = folder / "metatypes.json"
        classes.write_text(json.dumps([entry for file in files for entry in _dump(file)]), encoding="utf-8")
        _run(
            "pyside6-qmltyperegistrar",
            f"--generate-qmltypes={folder / 'bridge.qmltypes'}",
            f"--import-name={module}",
            "--major-version=1",
            "-o",
            str(folder / "registration.cpp"),  # C++ that nobody compiles; the tool writes it to stdout otherwise
            str(classes),
        )
        (folder / "qmldir").write_text(f"module {module}\ntypeinfo bridge.qmltypes\ndepends QtQuick\n", encoding="utf-8")
    return sorted(modules)


def main() -> int:
    """Write the types, then lint every QML file. Returns the process's exit code."""
    try:
        write_types(Path(__file__).parent, TYPES_DIR)
        sys.stdout.write(lint(TYPES_DIR))
    except LintError as error:
        sys.stdout.write(error.detail)
        return 1
    return 0


def lint(types: Path, files: list[Path] | None = None) -> str:
    """Run qmllint over `files`, or over all of our QML; return its summary. Raises `LintError` with its findings."""
    chosen = files if files is not None else sorted(QML_DIR.rglob("*.qml"))
    _run("pyside6-qmllint", "-W", "0", "-I", str(types), "-I", str(QML_DIR), *map(str, chosen))
    return f"qmllint: {len(chosen)} files are clean\n"


def _dump(file: Path) -> list[dict[str, Any]]:
    out = _run("pyside6-metaobjectdump", str(file))
    entries: list[dict[str, Any]] = json.loads(out) if out.strip() else []
    constant = _constants(ast.parse(file.read_text(encoding="utf-8")))
    for entry in entries:
        for described in entry["classes"]:
            for member in described.get("properties", []):
                # WORKAROUND: pyside6-metaobjectdump leaves `constant` out, and qmllint then warns of stale reads.
                if (described["className"], member["name"]) in constant:
                    member["constant"] = True
    return entries


def _constants(tree: ast.Module) -> set[tuple[str, str]]:
    """Class and name of every `@Property(…, constant=True)`."""
    return {
        (cls.name, method.name)
        for cls in tree.body
        if isinstance(cls, ast.ClassDef)
        for method in cls.body
        if isinstance(method, ast.FunctionDef)
        for call in method.decorator_list
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Name)
        and call.func.id == "Property"
        and any(k.arg == "constant" and isinstance(k.value, ast.Constant) and k.value.value for k in call.keywords)
    }


def _run(tool: str, *arguments: str) -> str:
    done = subprocess.run([str(_TOOLS / tool), *arguments], capture_output=True, text=True, check=False, timeout=300)
    if done.returncode != 0:
        raise LintError(f"{tool}: {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout


if __name__ == "__main__":
    sys.exit(main())
