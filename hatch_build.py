"""Compiles the reader of plain YAML while netverify is built, where Cython and a C compiler are there.

Without them the build succeeds all the same: netverify then reads with Python alone, with the same results, more
slowly; ``pip install -v`` shows why. An editable installation gets the compiled module into the source tree, beside its
text; a wheel holds it and has the tag of its platform. ``HATCH_BUILD_NO_HOOKS=true`` builds without it.
"""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
import sysconfig
import zlib
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

TEXT = Path("netverify", "documents", "compiled_lines.pyx")
BUILT = TEXT.with_suffix(sysconfig.get_config_var("EXT_SUFFIX") or ".so")
NAME = "netverify.documents.compiled_lines"
FLAGS = ("-O3", "-DNDEBUG", "-fPIC", "-fwrapv", "-g0")
SHARED = ("-bundle", "-undefined", "dynamic_lookup") if sys.platform == "darwin" else ("-shared",)
LOADS = "import sys; sys.path.insert(0, sys.argv[1]); import compiled_lines"


class NotBuiltError(Exception):
    """The module cannot be compiled here; says why."""


class ReaderHook(BuildHookInterface[Any]):
    """What hatchling runs before and after it makes a wheel."""

    _scratch: TemporaryDirectory[str] | None = None

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Compile, and have the result put where Python will look for it."""
        root = Path(self.root)
        self._scratch = TemporaryDirectory()
        try:
            made = compiled(root, Path(self._scratch.name))
        except NotBuiltError as why:
            self.app.display_info(f"netverify will read YAML with Python alone, which is slower: {why}")
            if version == "editable":
                (root / BUILT).unlink(missing_ok=True)
            return
        if version == "editable":
            beside = (root / BUILT).with_suffix(".new")
            beside.write_bytes(made.read_bytes())
            beside.replace(root / BUILT)  # at once: the one before may be running
            return
        build_data["force_include"][str(made)] = BUILT.as_posix()
        build_data["pure_python"] = False
        build_data["infer_tag"] = True

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """Remove what was compiled for a wheel that is made now."""
        del version, build_data, artifact_path
        if self._scratch is not None:
            self._scratch.cleanup()


def compiled(root: Path, scratch: Path) -> Path:
    """The module of the text below ``root``, in ``scratch``: the same bytes wherever both are.

    Raises :class:`NotBuiltError` also where Python cannot load what the compiler made.
    """
    made = scratch / BUILT.name
    text = (root / TEXT).read_bytes()  # copied, so that no path of this machine gets into what is made
    (scratch / TEXT.name).write_bytes(b"%b\nMADE_FROM = %d\n" % (text, zlib.crc32(text)))
    run(scratch, sys.executable, "-m", "cython", "-3", "--module-name", NAME, TEXT.name)
    usual = sysconfig.get_config_var("CC") or "cc"
    compiler = os.environ.get("CC") or (usual if shutil.which(shlex.split(usual)[0]) else "cc")
    include = f"-I{sysconfig.get_path('include')}"
    run(scratch, *shlex.split(compiler), *FLAGS, *SHARED, include, f"{TEXT.stem}.c", "-o", made.name)
    run(scratch, sys.executable, "-I", "-c", LOADS, str(scratch))
    return made


def run(folder: Path, *command: str) -> None:
    """Run ``command`` in ``folder``. Raises :class:`NotBuiltError` unless it succeeds."""
    try:
        done = subprocess.run(  # noqa: S603 what it runs is written above
            command, cwd=folder, capture_output=True, text=True, errors="replace", check=False
        )
    except OSError as error:
        raise NotBuiltError(f"`{command[0]}` cannot be run: {error.strerror}") from None
    if done.returncode:
        lines = done.stderr.strip().splitlines() or [f"it ended with {done.returncode}"]
        raise NotBuiltError(f"`{shlex.join(command)}` failed: {lines[-1]}")
