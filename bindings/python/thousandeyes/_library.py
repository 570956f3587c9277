"""The native library: where it is found, and the types of its functions."""

from __future__ import annotations

import os
import sys
from ctypes import CDLL, CFUNCTYPE, POINTER, c_char_p, c_double, c_int32, c_int64, c_size_t, c_void_p, py_object
from functools import partial
from typing import Any

ABI_VERSION = 0

# What a client's bundled library and what the system's are called.
_NAMES = {
    "win32": ("thousandeyes.dll", "thousandeyes.dll"),
    "darwin": ("libthousandeyes.dylib", "libthousandeyes.0.dylib"),
}
BUNDLED, _OF_SYSTEM = _NAMES.get(sys.platform, ("libthousandeyes.so", "libthousandeyes.so.0"))


class Handle(c_void_p):
    """What the library gave away: made by ctypes before any Python code runs, and so never lost to an interrupt."""

    native: Any

    def free(self) -> None:
        """Frees it, once or more. A call that another thread makes with it goes on to its end."""
        self.native.te_free(self)
        self.value = None


class Level(c_int32):
    """The level of a line for the log. Every line's own, and so a key for it: see _calls.py."""

    __hash__ = object.__hash__


te_interrupt = CFUNCTYPE(c_int32, py_object)
# Here too `user` is left out.
te_new_token = CFUNCTYPE(None, c_char_p, c_char_p)
# The last parameter, `user`, is left out: a C function may take fewer than it is given.
te_log = CFUNCTYPE(None, Level, c_char_p)

_TEXT = c_char_p
_LENT = c_void_p  # text with a length, read by ctypes.string_at
_LENGTH = POINTER(c_size_t)

# Every function of thousandeyes.h: its result, then its arguments. A function that ctypes is not told of would return
# half a handle. tests/python/test_header.py holds the table to the header.
FUNCTIONS: dict[str, tuple[type | None, ...]] = {
    "te_status_name": (_TEXT, c_int32),
    "te_status_kind": (c_int32, c_int32),
    "te_version": (_TEXT,),
    "te_abi_version": (c_int32,),
    "te_free": (None, c_void_p),
    "te_live_handles": (c_int64,),
    "te_status_of": (c_int32, c_void_p),
    "te_message": (_TEXT, c_void_p),
    "te_client_new": (Handle, _TEXT, c_void_p),
    "te_get": (Handle, c_void_p, _TEXT),
    "te_request": (Handle, c_void_p, _TEXT, _TEXT, _TEXT, c_size_t),
    "te_perform": (Handle, c_void_p, c_void_p),
    "te_client_cancel": (None, c_void_p),
    "te_client_unblock_token": (c_int32, c_void_p),
    "te_client_rotate_token": (Handle, c_void_p, te_new_token, c_void_p),
    "te_client_guard": (Handle, c_void_p),
    "te_response_http_status": (c_int32, c_void_p),
    "te_response_sent": (c_int32, c_void_p),
    "te_response_body": (_LENT, c_void_p, _LENGTH),
    "te_response_header": (_TEXT, c_void_p, _TEXT),
    "te_response_header_count": (c_int32, c_void_p),
    "te_response_header_name": (_TEXT, c_void_p, c_int32),
    "te_response_header_value": (_TEXT, c_void_p, c_int32),
    "te_response_retry_after_ms": (c_int64, c_void_p),
    "te_response_rate_limit": (c_int64, c_void_p, _TEXT),
    "te_response_rate_limit_remaining": (c_int64, c_void_p, _TEXT),
    "te_response_rate_limit_reset_ms": (c_int64, c_void_p, _TEXT),
    "te_response_json_string": (_TEXT, c_void_p, _TEXT, _TEXT),
    "te_response_json_int64": (c_int64, c_void_p, _TEXT, c_int64),
    "te_response_json_double": (c_double, c_void_p, _TEXT, c_double),
    "te_response_json_bool": (c_int32, c_void_p, _TEXT, c_int32),
    "te_response_json_count": (c_int64, c_void_p, _TEXT),
    "te_response_json_name": (_TEXT, c_void_p, _TEXT, c_int64),
    "te_response_json_raw": (_LENT, c_void_p, _TEXT, _LENGTH),
    "te_response_json_items": (_TEXT, c_void_p, _TEXT),
    "te_response_json_type": (c_int32, c_void_p, _TEXT),
    "te_call_new": (Handle, _TEXT, _TEXT),
    "te_call_set_query": (c_int32, c_void_p, _TEXT, _TEXT),
    "te_call_set_header": (c_int32, c_void_p, _TEXT, _TEXT),
    "te_call_set_body": (c_int32, c_void_p, _TEXT, c_size_t, _TEXT),
    "te_call_set_account_group": (c_int32, c_void_p, _TEXT),
    "te_call_set_timeout_ms": (c_int32, c_void_p, c_int64),
    "te_call_cancel": (None, c_void_p),
    "te_pages_new": (Handle, c_void_p, _TEXT),
    "te_pages_of_call": (Handle, c_void_p, c_void_p),
    "te_pages_next": (Handle, c_void_p),
    "te_options_new": (Handle,),
    "te_options_set_base_url": (c_int32, c_void_p, _TEXT),
    "te_options_set_state_dir": (c_int32, c_void_p, _TEXT),
    "te_options_set_account_group": (c_int32, c_void_p, _TEXT),
    "te_options_set_ca_file": (c_int32, c_void_p, _TEXT),
    "te_options_set_client_certificate": (c_int32, c_void_p, _TEXT, _TEXT),
    "te_options_set_proxy": (c_int32, c_void_p, _TEXT),
    "te_options_set_user_agent": (c_int32, c_void_p, _TEXT),
    "te_options_set_timeout_ms": (c_int32, c_void_p, c_int64),
    "te_options_set_connect_timeout_ms": (c_int32, c_void_p, c_int64),
    "te_options_set_idle_timeout_ms": (c_int32, c_void_p, c_int64),
    "te_options_set_body_limit": (c_int32, c_void_p, c_int64),
    "te_options_set_unauthorized_budget": (c_int32, c_void_p, c_int32),
    "te_options_set_retries": (c_int32, c_void_p, c_int32),
    "te_options_set_wait_for_rate_limits": (c_int32, c_void_p, c_int32),
    "te_options_set_interrupt": (c_int32, c_void_p, te_interrupt, py_object),
    "te_options_set_log": (c_int32, c_void_p, te_log, c_void_p),
}


def _open() -> CDLL:
    """The file in $TE_LIBRARY and no other, else the one in this package, else what the system finds."""
    named = os.environ.get("TE_LIBRARY")
    bundled = os.path.join(os.path.dirname(os.path.abspath(__file__)), BUNDLED)
    files = [named] if named else [bundled, _OF_SYSTEM]
    failures = []
    for file in files:
        if file == bundled and not os.path.exists(file):
            failures.append(f"{file}: there is no such file")
            continue
        try:
            return CDLL(file)
        except OSError as failure:
            failures.append(str(failure) if file in str(failure) else f"{file}: {failure}")
    origin = "TE_LIBRARY names it. " if named else ""
    raise ImportError(
        f"The native library could not be loaded. {origin}Looked for: {'; '.join(failures)}. Install the wheel, which "
        "has it inside, or name its file in the environment variable TE_LIBRARY.",
        name="thousandeyes",
    )


def _declared(native: CDLL) -> CDLL:
    """The library with the types of its functions, if it is one for this package."""
    name = native._name
    try:
        native.te_abi_version.restype = c_int32
        found = native.te_abi_version()
        if found != ABI_VERSION:
            text = f"The library {name} has the C interface {found}; this package needs {ABI_VERSION}."
            raise ImportError(f"{text} Install both from one release.", name="thousandeyes")
        for function, (result, *arguments) in FUNCTIONS.items():
            declared = getattr(native, function)
            declared.restype, declared.argtypes = result, arguments
    except AttributeError as failure:
        text = f"The library {name} is another one, or older than this package: {failure}."
        raise ImportError(f"{text} Install both from one release.", name="thousandeyes") from None
    return native


native = Handle.native = _declared(_open())

# A finalizer that enters no Python function: what a signal handler raised there, such as KeyboardInterrupt, would be
# lost. Python reads the property, which is partial(te_free, handle), and calls that.
Handle.__del__ = property(partial(partial, native.te_free))  # type: ignore[attr-defined]


def to_text(value: str) -> bytes:
    """Text as the library takes it."""
    if "\0" in value:
        raise ValueError("The text has U+0000 inside, and the library would take it for the end.")
    return value.encode()


def from_text(lent: bytes | None) -> str:
    """Text as the library gives it; it never gives NULL where this is used."""
    return (lent or b"").decode(errors="replace")
