"""What a caller gives, as the library takes it: settings, the token, and calls."""

from __future__ import annotations

from collections.abc import Mapping
from ctypes import Array, c_char, create_string_buffer
from json import dumps
from typing import Any, Callable

from . import _wants
from ._calls import install
from ._errors import checked
from ._library import Handle, native
from ._query import Params, query

#: Settings as te_options_set_ names them, and what makes of the given one what the library takes.
_SETTINGS: dict[str, Callable[[str, object], Any]] = {
    "base_url": _wants.text,
    "state_dir": _wants.file,
    "account_group": _wants.account_group,
    "ca_file": _wants.file,
    "client_certificate": _wants.certificate,
    "proxy": _wants.text,
    "user_agent": _wants.text,
    "timeout": _wants.milliseconds,
    "connect_timeout": _wants.milliseconds,
    "idle_timeout": _wants.milliseconds,
    "body_limit": lambda name, given: _wants.whole(name, given, 64),
    "unauthorized_budget": lambda name, given: _wants.whole(name, given, 32),
    "retries": lambda name, given: _wants.whole(name, given, 32),
    "wait_for_rate_limits": _wants.switch,
}


def options(given: dict[str, object]) -> Handle:
    """Settings. The first that is wrong sticks, and the client made from them reports it."""
    made: Handle = native.te_options_new()
    for name, taken in _SETTINGS.items():
        if given[name] is not None:
            # No variable here: the proxy may have a password inside.
            _set(made, name, taken(name, given[name]))
    install(made)
    return made


def _set(made: Handle, name: str, value: Any) -> None:
    setter = f"te_options_set_{name}_ms" if name.endswith("timeout") else f"te_options_set_{name}"
    getattr(native, setter)(made, *(value if isinstance(value, list) else [value]))


def wipeable(token: str | None) -> Array[c_char] | None:
    """A copy of the token that can be wiped, made without another one on the way."""
    if token is None:
        return None
    if not isinstance(token, str):
        raise TypeError(f"A token is a str, and this is a {type(token).__name__}.")
    if "\0" in token:
        raise ValueError("The token has U+0000 inside.")
    if not token.isascii():
        # The library refuses it, and says why; nobody was ever given such a token.
        return create_string_buffer(token.encode(errors="replace"))
    secret = create_string_buffer(len(token) + 1)
    for at, letter in enumerate(token):
        secret[at] = letter.encode()
    return secret


def prepared(
    method: str,
    path: str,
    params: Params | None,
    json: Any,
    data: str | bytes | None,
    aid: str | int | None,
    timeout: float | None,
    headers: Mapping[str, str] | None,
) -> Handle:
    """A call, ready to be made."""
    if json is not None and data is not None:
        raise TypeError("A call has a body of json or of data, not both.")
    made: Handle = native.te_call_new(_wants.text("method", method), _wants.text("path", path))
    for name, value in query(params):
        native.te_call_set_query(made, name, value)
    if not isinstance(headers, (Mapping, type(None))):
        raise _wants.wrong("headers", "a mapping", headers)
    content_type = None
    for header, told in (headers or {}).items():
        name, value = _wants.text("A name in headers", header), _wants.text(f"headers[{header!r}]", told)
        if name.lower() == b"content-type":
            content_type = value
        else:
            native.te_call_set_header(made, name, value)
    if json is not None:
        data = dumps(json, allow_nan=False)
    if data is not None:
        if not isinstance(data, (str, bytes, bytearray, memoryview)):
            raise _wants.wrong("data", "a str or bytes", data)
        body = data.encode() if isinstance(data, str) else bytes(data)
        native.te_call_set_body(made, body, len(body), content_type)
    elif content_type is not None:
        native.te_call_set_header(made, b"content-type", content_type)
    if aid is not None:
        native.te_call_set_account_group(made, _wants.account_group("aid", aid))
    if timeout is not None:
        native.te_call_set_timeout_ms(made, _wants.milliseconds("timeout", timeout))
    return checked(made)
