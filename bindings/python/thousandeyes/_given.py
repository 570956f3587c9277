"""What a caller gives, as the library takes it: settings, the token, and calls."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from ctypes import Array, c_char, create_string_buffer
from json import dumps
from typing import Any, Union

from ._calls import install
from ._errors import checked
from ._library import Handle, native, to_text

Value = Union[str, int, float, bool, None]
Params = Union[Mapping[str, Union[Value, Iterable[Value]]], Iterable[tuple[str, Value]]]


def options(
    texts: dict[str, str | int | None],
    numbers: dict[str, int | None],
    client_certificate: str | tuple[str, str] | None,
) -> Handle:
    """Settings. The first that is wrong sticks, and the client made from them reports it."""
    made: Handle = native.te_options_new()
    for name, value in texts.items():
        if value is not None:
            getattr(native, f"te_options_set_{name}")(made, to_text(str(value)))
    for name, number in numbers.items():
        if number is not None:
            getattr(native, f"te_options_set_{name}")(made, number)
    if client_certificate is not None:
        certificate, key = client_certificate if isinstance(client_certificate, tuple) else (client_certificate, None)
        of_key = None if key is None else to_text(str(key))
        native.te_options_set_client_certificate(made, to_text(str(certificate)), of_key)
    install(made)
    return made


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
    made: Handle = native.te_call_new(to_text(method), to_text(path))
    for name, text in _query(params):
        native.te_call_set_query(made, to_text(name), to_text(text))
    content_type = None
    for name, text in (headers or {}).items():
        if name.lower() == "content-type":
            content_type = to_text(text)
        else:
            native.te_call_set_header(made, to_text(name), to_text(text))
    if json is not None:
        data = dumps(json, allow_nan=False)
    if data is not None:
        body = data.encode() if isinstance(data, str) else bytes(data)
        native.te_call_set_body(made, body, len(body), content_type)
    elif content_type is not None:
        native.te_call_set_header(made, b"content-type", content_type)
    if aid is not None:
        native.te_call_set_account_group(made, to_text(str(aid)))
    if timeout is not None:
        native.te_call_set_timeout_ms(made, milliseconds(timeout))
    return checked(made)


def _query(params: Params | None) -> list[tuple[str, str]]:
    pairs = params.items() if isinstance(params, Mapping) else params or ()
    query = []
    for name, given in pairs:
        several = isinstance(given, Iterable) and not isinstance(given, (str, bytes))
        for value in given if several else [given]:  # type: ignore[union-attr]
            if value is not None:
                query.append((name, str(value).lower() if isinstance(value, bool) else str(value)))
    return query


def milliseconds(seconds: float | None) -> int | None:
    return None if seconds is None else within(math.ceil(min(seconds * 1000, 2.0**62)), 64)


def within(number: int | None, bits: int) -> int | None:
    """A number that ctypes does not wrap around; the library judges it."""
    most = 2 ** (bits - 1) - 1
    return None if number is None else max(-most, min(number, most))
