"""The package's tables against include/thousandeyes.h: every function, constant and status."""

from __future__ import annotations

import re
import unittest
from ctypes import POINTER, c_char_p, c_double, c_int32, c_int64, c_size_t, c_void_p, py_object
from pathlib import Path

import thousandeyes
from support import needed
from thousandeyes import _errors, _library, _log

HEADER = Path(needed("TE_TEST_ROOT"), "include/thousandeyes.h").read_text()
CONSTANTS = {name: int(value) for name, value in re.findall(r"^#define TE_(\w+) (-?\d+)$", HEADER, re.M)}

NUMBERS = {"int32_t": c_int32, "te_status": c_int32, "int64_t": c_int64, "double": c_double, "size_t": c_size_t}
TYPES = {
    **NUMBERS,
    "void": None,
    "const char *": c_char_p,
    "const void *": c_char_p,
    "size_t *": POINTER(c_size_t),
    "te_interrupt": _library.te_interrupt,
    "te_log": _library.te_log,
    "te_new_token": _library.te_new_token,
}


def functions() -> dict[str, tuple[object, ...]]:
    """What the header declares, as the table declares it."""
    code = re.sub(r"^(//|#).*$", "", HEADER.split('extern "C" {')[1], flags=re.M)
    table = {}
    for result, name, listed in re.findall(r"([\w ]+?[ *]+)(te_\w+)\(([^)]*)\);", " ".join(code.split())):
        arguments = [re.fullmatch(r"(.*?)\w+", argument.strip()) for argument in listed.split(",")]
        kinds = [argument.group(1).strip() for argument in arguments if argument and listed != "void"]
        result = result.strip()
        lent = c_void_p if "size_t *" in kinds else c_char_p
        given = lent if result == "const char *" else TYPES.get(result, _library.Handle)
        table[name] = (given, *(argument_of(name, kind) for kind in kinds))
    return table


def argument_of(function: str, kind: str) -> object:
    if kind == "void *" and function == "te_options_set_interrupt":
        return py_object
    if kind == "const void *" and function == "te_status_of" or function == "te_message":
        return c_void_p
    return TYPES.get(kind, c_void_p)


class Header(unittest.TestCase):
    def test_every_function_is_declared_as_the_header_declares_it(self) -> None:
        declared = functions()
        self.assertGreater(len(declared), 50, "the header was not understood")
        self.assertEqual(declared, _library.FUNCTIONS)

    def test_every_status_has_its_name_and_its_exception(self) -> None:
        statuses = {n: v for n, v in CONSTANTS.items() if n.startswith("E_") or n in ("OK", "DONE", "PARTIAL")}
        self.assertGreater(len(statuses), 25, "the header was not understood")
        named = {name.replace("E_", "", 1) if v < 0 else name: v for name, v in statuses.items()}
        self.assertEqual(named, {status.name: status.value for status in thousandeyes.Status})
        kinds = {v: name for name, v in CONSTANTS.items() if name.startswith("KIND_") and v != 0}
        classes = {number: f"KIND_{kind.__name__[: -len('Error')].upper()}" for number, kind in _errors.KINDS.items()}
        self.assertEqual(classes, kinds)
        for name, value in statuses.items():
            with self.subTest(name):
                status = thousandeyes.Status(value)
                self.assertEqual(_library.native.te_status_name(status).decode(), f"TE_{name}")
                if value < 0:
                    error = _errors.failure(value, "")
                    self.assertIs(type(error), _errors.KINDS[_library.native.te_status_kind(value)])
                    self.assertIs(error.status, status)

    def test_a_status_of_a_newer_library_is_a_number(self) -> None:
        error = _errors.failure(-999, "")
        self.assertEqual((error.status, error.status_name), (-999, "TE_E_UNKNOWN"))
        self.assertIsInstance(error, thousandeyes.LocalError)

    def test_levels_sents_and_the_version_of_the_interface(self) -> None:
        levels = {v: name for name, v in CONSTANTS.items() if name.startswith("LOG_")}
        self.assertEqual(levels, {1: "LOG_ERROR", 2: "LOG_WARN", 3: "LOG_INFO", 4: "LOG_DEBUG"})
        self.assertEqual([_log._BY_NUMBER[number] for number in sorted(levels)], [40, 30, 20, 10])
        self.assertEqual(_library.ABI_VERSION, CONSTANTS["ABI_VERSION"])
        # The number of arguments that ctypes hands on, and those that the C type has besides.
        self.assertIn("typedef void (*te_log)(int32_t level, const char *text, void *user);", HEADER)
        self.assertIn("typedef int32_t (*te_interrupt)(void *user);", HEADER)
        of_new_token = "typedef void (*te_new_token)(const char *token, const char *valid_until, void *user);"
        self.assertIn(of_new_token, HEADER)
