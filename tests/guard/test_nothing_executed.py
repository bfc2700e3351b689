"""Deliveries are data: no code of the pipeline could run what is in them, and no web process reads their formats."""

from __future__ import annotations

import ast

from serving import ROOT

RUNNING = {"eval", "exec", "compile", "__import__"}
#: Modules that run what they read.
READERS = {"pickle", "marshal", "shelve", "dill", "cloudpickle", "joblib", "code", "codeop"}
METHODS = {"read_pickle", "unsafe_load", "popen"}


def test_no_reader_of_the_pipeline_runs_what_it_reads() -> None:
    files = sorted((ROOT / "etl").rglob("*.py"))
    assert len(files) > 100
    for file in files:
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            about = f"{file.relative_to(ROOT)}:{getattr(node, 'lineno', 0)}"
            if isinstance(node, ast.Import):
                assert not {alias.name.split(".")[0] for alias in node.names} & READERS, about
            if isinstance(node, ast.ImportFrom):
                assert (node.module or "").split(".")[0] not in READERS, about
            if isinstance(node, ast.Call):
                name = node.func.id if isinstance(node.func, ast.Name) else ""
                assert name not in RUNNING, about
                method = node.func.attr if isinstance(node.func, ast.Attribute) else ""
                assert method not in METHODS, about
                assert ast.unparse(node.func) != "os.system", about
                shell = [one.value for one in node.keywords if one.arg == "shell"]
                assert not shell, f"{about}: no shell"
