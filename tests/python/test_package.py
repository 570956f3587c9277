"""The installed package: its library, its import, its version."""

from __future__ import annotations

import importlib.metadata
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import thousandeyes
from support import needed, run
from thousandeyes import _library

HERE = Path(thousandeyes.__file__).parent


class Package(unittest.TestCase):
    def setUp(self) -> None:
        self.folder = Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.folder)

    def imported(self, package: Path | None = None, **environment: str) -> subprocess.CompletedProcess[str]:
        """An import in a process of its own, of a copy of the package where one is given."""
        path = {"PYTHONPATH": str(package.parent)} if package else {}
        code = "import thousandeyes as te; print(te._native._name)"
        return run([sys.executable, "-c", code], {**os.environ, **path, **environment})

    def copy(self) -> Path:
        """The package without its library."""
        package = self.folder / "thousandeyes"
        shutil.copytree(HERE, package, ignore=shutil.ignore_patterns("*.so", "*.dylib", "*.dll", "__pycache__"))
        return package

    def refuses(self, done: subprocess.CompletedProcess[str], *parts: str) -> None:
        self.assertEqual(done.returncode, 1)
        last = done.stderr.strip().splitlines()[-1]
        self.assertTrue(last.startswith("ImportError: "), done.stderr)
        for part in parts:
            self.assertIn(part, last)

    def test_the_library_is_the_wheel_s_own(self) -> None:
        self.assertIn("site-packages", HERE.parts, "the tests are for the installed package")
        self.assertEqual(self.imported().stdout, f"{HERE / _library.BUNDLED}\n")
        self.assertEqual(thousandeyes.__version__, importlib.metadata.version("thousandeyes"))
        self.assertIsNone(importlib.metadata.requires("thousandeyes"))
        self.assertTrue((HERE / "py.typed").exists())

    def test_a_library_that_a_person_names_is_the_only_one(self) -> None:
        other = self.folder / "other.so"
        shutil.copy(HERE / _library.BUNDLED, other)
        self.assertEqual(self.imported(TE_LIBRARY=str(other)).stdout, f"{other}\n")
        other.unlink()
        self.refuses(self.imported(TE_LIBRARY=str(other)), "TE_LIBRARY names it", str(other))

    def test_the_system_s_library_is_found_where_there_is_no_own(self) -> None:
        package = self.copy()
        self.refuses(
            self.imported(package),
            str(package / _library.BUNDLED),
            _library._OF_SYSTEM,
            "Install the wheel",
            "TE_LIBRARY",
        )
        shutil.copy(HERE / _library.BUNDLED, self.folder / _library._OF_SYSTEM)
        found = self.imported(package, LD_LIBRARY_PATH=str(self.folder))
        self.assertEqual((found.stdout, found.stderr), (f"{_library._OF_SYSTEM}\n", ""))

    def test_a_library_that_does_not_fit_is_refused(self) -> None:
        for source, parts in (
            ("int te_abi_version(void) { return 7; }", ["has the C interface 7", "needs 0", "one release"]),
            ("int te_abi_version(void) { return 0; }", ["is another one, or older", "te_status_name", "one release"]),
            ("int nothing;", ["is another one, or older", "te_abi_version"]),
        ):
            with self.subTest(source):
                file, library = self.folder / "other.c", self.folder / "other.so"
                file.write_text(source)
                subprocess.check_call(["cc", "-shared", "-fPIC", file, "-o", library])
                self.refuses(self.imported(TE_LIBRARY=str(library)), str(library), *parts)

    def test_the_import_takes_a_moment(self) -> None:
        # Its own time, whatever else this machine does.
        code = "import time; t = time.process_time(); import thousandeyes; print(time.process_time() - t)"
        times = [float(run([sys.executable, "-c", code], dict(os.environ)).stdout) for _ in range(3)]
        self.assertLess(min(times), 0.1)

    def test_the_readme_s_python_is_python(self) -> None:
        readme = Path(needed("TE_TEST_ROOT"), "bindings/python/README.md").read_text()
        blocks = re.findall(r"```python\n(.*?)```", readme, re.S)
        self.assertGreater(len(blocks), 3)
        for block in blocks:
            compile(block, "README.md", "exec")
