"""Puts the native library into the wheel: the file in $TE_LIBRARY, or else one that cargo builds, with the licences of
the crates in it."""

import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

# What cargo makes, and what thousandeyes/_library.py looks for.
NAME = {"win32": "thousandeyes.dll", "darwin": "libthousandeyes.dylib"}.get(sys.platform, "libthousandeyes.so")


class NativeLibrary(BuildHookInterface):
    """Called by hatchling before it makes a wheel."""

    def initialize(self, version, build_data):
        library = self.library()
        build_data["pure_python"] = False
        platform = sysconfig.get_platform().replace("-", "_").replace(".", "_")
        build_data["tag"] = f"py3-none-{platform}"
        if version == "editable":
            # An editable package is used where it lies: the library must be there too.
            self.put(library, Path(self.root, "bindings/python/thousandeyes", NAME))
        else:
            build_data["force_include"][str(library)] = f"thousandeyes/{NAME}"
            if not os.environ.get("TE_LIBRARY"):
                notices = library.with_name("third-party-notices.txt")
                ask = [sys.executable, str(Path(self.root, "packaging/sbom")), "--notices"]
                notices.write_bytes(subprocess.check_output(ask))
                build_data["force_include"][str(notices)] = f"thousandeyes/{notices.name}"

    def library(self):
        """The file to put in."""
        named = os.environ.get("TE_LIBRARY")
        if named:
            library = Path(named).resolve()
            if not library.is_file():
                sys.exit(f"TE_LIBRARY names {named}, and there is no such file.")
            return library
        if shutil.which("cargo") is None:
            sys.exit(
                "The native library must be built, and there is no cargo: install Rust, see https://rustup.rs, or name "
                "the library's file in the environment variable TE_LIBRARY."
            )
        target = Path(os.environ.get("CARGO_TARGET_DIR") or Path(self.root, "target")).resolve()
        if sys.platform == "win32":
            command = ["cargo", "rustc", "--locked", "--release", "--lib", "--crate-type", "cdylib", "--target-dir"]
        else:
            command = ["sh", str(Path(self.root, "packaging/build-shared"))]
        subprocess.check_call([*command, str(target)], cwd=self.root)
        return target / "release" / NAME

    @staticmethod
    def put(library, place):
        """A link, so that what cargo builds next is used; a copy where links need rights."""
        place.unlink(missing_ok=True)
        if sys.platform == "win32":
            shutil.copyfile(library, place)
        else:
            place.symlink_to(library)
