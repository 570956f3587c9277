"""Lines of the library for the standard library's logging, under the name "thousandeyes"."""

from __future__ import annotations

import logging
import os

from ._library import Level, te_log

_log = logging.getLogger("thousandeyes")
# Most warnings are raised as well: a program that set up no logging shall not see them twice.
_log.addHandler(logging.NullHandler())

_LEVELS = {"error": logging.ERROR, "warn": logging.WARNING, "info": logging.INFO, "debug": logging.DEBUG}
_BY_NUMBER = dict(enumerate(_LEVELS.values(), start=1))

# As for every other program that uses the library: $TE_LOG names a level, and standard error is told.
_to_stderr = _LEVELS.get(os.environ.get("TE_LOG", "").strip().lower())
if _to_stderr is not None:
    _handler = logging.StreamHandler()
    _handler.setFormatter(logging.Formatter("thousandeyes: %(message)s"))
    _handler.setLevel(_to_stderr)
    _log.addHandler(_handler)
    _log.setLevel(_to_stderr)

#: Lines that were not told yet, of all threads, in their order.
lines: dict[Level, bytes] = {}

#: The library's callback. It enters no Python function; _calls.py says why.
callback = te_log(lines.__setitem__)


def tell() -> None:
    """Tells the lines: after a call, where handlers may do what they like, and in long waits."""
    for key in list(lines):
        text = lines.pop(key, None)
        if text is None:
            continue
        try:
            _log.log(_BY_NUMBER.get(key.value, logging.ERROR), "%s", text.decode(errors="replace"))
        except Exception:
            # The call is worth more than a line about it.
            continue
