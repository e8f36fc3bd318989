"""What CONTRIBUTING.md and the templates say must be true, and .editorconfig must be what the files are like."""

from __future__ import annotations

import ast
import configparser
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
WRITTEN = (".py", ".md", ".json", ".toml", ".yml", ".yaml", ".sh", "")
VARIABLE = re.compile(r"\bVITRINE_[A-Z_]+\b")


def tracked() -> list[Path]:
    """The files of the repository; of a copy without its history, those of its folders."""
    done = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, encoding="utf-8", check=False)
    if done.returncode == 0 and done.stdout:
        found = [ROOT / name for name in done.stdout.split("\0") if name]
    else:
        found = [
            path
            for folder in ("core", "gui", "datasets", "examples", "tests", "tools", "benchmarks")
            for path in (ROOT / folder).rglob("*")
        ]
    return [path for path in found if path.suffix in WRITTEN and path.is_file()]


def settings() -> configparser.ConfigParser:
    parser = configparser.ConfigParser()
    parser.read_string("[top]\n" + (ROOT / ".editorconfig").read_text(encoding="utf-8"))
    return parser


# -- CONTRIBUTING.md ------------------------------------------------------------------------------------------------------------------


def test_every_variable_is_told_and_is_there() -> None:
    read = set()
    for path in [*(ROOT / "tests").rglob("*.py"), *(ROOT / "tools").iterdir()]:
        if path.suffix in (".py", ".sh") and path != Path(__file__):
            read |= set(VARIABLE.findall(path.read_text(encoding="utf-8")))
    assert set(VARIABLE.findall(TEXT)) == read


def test_what_can_be_made_longer_is_given_the_time() -> None:
    """`make test` ends a test after 300 s, unless it says itself how long it may take."""
    longer = [
        p for p in (ROOT / "tests").rglob("test_*.py") if re.search(r"^[A-Z]+ = (int|float)\(os\.environ", p.read_text("utf-8"), re.M)
    ]
    assert len(longer) >= 5
    assert not [path.name for path in longer if "pytest.mark.timeout(" not in path.read_text(encoding="utf-8")]


@pytest.mark.parametrize("document", ["CONTRIBUTING.md", "CHANGELOG.md", ".github/pull_request_template.md"])
def test_named_files_and_targets_exist(document: str) -> None:
    text = (ROOT / document).read_text(encoding="utf-8")
    links = {name for name in re.findall(r"\]\(([\w./-]+)(?:#\w+)?\)", text)}
    files = set(re.findall(r"(?<![\w/-])((?:core|gui|datasets|tests|tools|docs)/[\w./-]+\.(?:py|md|sh))\b", text))
    assert not [name for name in links | files if not (ROOT / name).exists()]
    targets = set(re.findall(r"^(\w+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    assert set(re.findall(r"`make (\w+)|^    make (\w+)", text, re.MULTILINE)) <= {(t, "") for t in targets} | {("", t) for t in targets}


# -- the templates: what they send people to is there -----------------------------------------------------------------------------------


def test_the_templates_name_what_the_app_has() -> None:
    commands = (ROOT / "gui/window/commands/help.py").read_text(encoding="utf-8")
    titles = {node.value for node in ast.walk(ast.parse(commands)) if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    about, app = ((ROOT / f"gui/{name}.py").read_text(encoding="utf-8") for name in ("window/about", "app"))
    text = (ROOT / ".github/ISSUE_TEMPLATE/bug_report.yml").read_text(encoding="utf-8")
    assert {"Open log folder", "About Vitrine"} <= set(re.findall(r"Help > ((?:Open|About) [\w ]+?)(?= >|[:,.]| names)", text)) <= titles
    assert "Copy versions" in text and "Copy versions" in about
    assert all(name in text and name in app for name in ("vitrine.log", "crash.log"))


# -- .editorconfig --------------------------------------------------------------------------------------------------------------------


def test_editorconfig_says_what_ruff_does() -> None:
    ruff = re.search(r"^line-length = (\d+)$", (ROOT / "pyproject.toml").read_text(encoding="utf-8"), re.MULTILINE)
    assert ruff is not None
    assert settings()["*.py"]["max_line_length"] == ruff[1]
    assert settings()["*"]["indent_size"] == "4"


def test_files_are_written_as_editorconfig_says() -> None:
    wanted = settings()
    assert wanted["*"]["insert_final_newline"] == wanted["*"]["trim_trailing_whitespace"] == "true"
    assert (wanted["*"]["charset"], wanted["*"]["end_of_line"], wanted["Makefile"]["indent_style"]) == ("utf-8", "lf", "tab")
    faults = []
    for path in tracked():
        data = path.read_bytes()
        name = path.relative_to(ROOT).as_posix()
        if data and not data.endswith(b"\n"):
            faults.append(f"{name}: no newline at its end")
        if b"\r" in data or data.startswith(b"\xef\xbb\xbf"):
            faults.append(f"{name}: a carriage return, or a mark of byte order")
        for number, line in enumerate(data.decode("utf-8").split("\n"), start=1):
            if line != line.rstrip():
                faults.append(f"{name}:{number}: blanks at the end of a line")
            indent = line[: len(line) - len(line.lstrip())]
            if "\t" in indent and path.name != "Makefile":
                faults.append(f"{name}:{number}: a tab")
            elif path.name == "Makefile" and line.startswith("    "):
                faults.append(f"{name}:{number}: blanks where make wants a tab")
    assert not faults, "\n".join(faults[:20])


# -- pre-commit -----------------------------------------------------------------------------------------------------------------------


def test_hooks_fetch_nothing() -> None:
    text = (ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8")
    assert re.findall(r"repo: (\S+)", text) == ["local"]
    assert set(re.findall(r"language: (\S+)", text)) == {"system"}
    assert set(re.findall(r"entry: (\S+ \S+ \S+|make \w+)", text)) == {".venv/bin/python -m ruff", "make types"}
