"""What each parameter may be. What is wrong is told by its name, before anything is sent."""

from __future__ import annotations

import math
import os
from collections.abc import Callable
from typing import Any, Union

from ._errors import failure
from ._library import to_text
from ._status import Status

File = Union[str, "os.PathLike[str]"]
_FILE = "a str or a path"


def wrong(name: str, wants: str, given: object) -> TypeError:
    """The exception for a wrong type. To be raised where no local variable holds a secret."""
    kind = type(given).__name__
    return TypeError(f"{name} is {wants}, and this is {'an' if kind[0] in 'aeiou' else 'a'} {kind}.")


def text(name: str, given: object) -> bytes:
    if not isinstance(given, str):
        raise wrong(name, "a str", given)
    return to_text(given)


def file(name: str, given: object) -> bytes:
    if not isinstance(given, (str, os.PathLike)):
        raise wrong(name, _FILE, given)
    return text(name, os.fspath(given))


def certificate(name: str, given: object) -> list[bytes | None]:
    """The file of a certificate, and that of its key or None."""
    if isinstance(given, tuple) and len(given) == 2:
        return [file(name, one) for one in given]
    if not isinstance(given, (str, os.PathLike)):
        raise wrong(name, f"{_FILE}, or a tuple of two: certificate and key", given)
    return [file(name, given), None]


def account_group(name: str, given: object) -> bytes:
    """Its id; "": the user's login account group."""
    if isinstance(given, bool) or not isinstance(given, (str, int)):
        raise wrong(name, "an account group's id, a str or an int", given)
    digits = given if isinstance(given, str) else str(int(given))
    if digits and not (digits.isascii() and digits.isdigit()):
        raise ValueError(f"{name} is an account group's id, digits only: GET /account-groups lists them.")
    return digits.encode()


def milliseconds(name: str, seconds: object) -> int:
    if isinstance(seconds, bool) or not isinstance(seconds, (int, float)):
        raise wrong(name, "a number of seconds", seconds)
    if seconds != seconds:
        raise ValueError(f"{name} is a number of seconds, and this is nan.")
    if seconds <= 0:
        raise failure(Status.INVALID_ARGUMENT, f"{name} must be more than 0 seconds. Nothing was sent.")
    return math.ceil(min(seconds * 1000, 2.0**62))


def whole(name: str, number: object, bits: int) -> int:
    """A number that ctypes does not wrap around; the library judges it."""
    if isinstance(number, bool) or not isinstance(number, int):
        raise wrong(name, "an int", number)
    most: int = 2 ** (bits - 1) - 1
    return max(-most, min(number, most))


def switch(name: str, given: object) -> int:
    if not isinstance(given, bool):
        raise wrong(name, "True or False", given)
    return int(given)


def keeper(keep: Callable[[str, str | None], Any]) -> None:
    """Whether it can be given a new token: that is lost where it cannot."""
    # Not with the package: it would double the time of the import.
    import inspect

    wants = "a function of (token, valid_until)"
    if not callable(keep):
        raise wrong("keep", wants, keep)
    if any(
        later(keep) for later in (inspect.iscoroutinefunction, inspect.isgeneratorfunction, inspect.isasyncgenfunction)
    ):
        raise TypeError(f"keep is {wants}, and this is one that is done only later.")
    try:
        signature = inspect.signature(keep)
    except (TypeError, ValueError):
        # Of some functions in C nobody knows.
        return
    try:
        signature.bind("token", None)
    except TypeError:
        names = str(signature.replace(return_annotation=signature.empty))
        raise TypeError(f"keep is {wants}, and this is one of {names}.") from None
