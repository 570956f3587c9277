"""What a call is asked for, as its URL has it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timezone
from enum import Enum
from numbers import Number
from typing import Union

from ._wants import text, wrong

Value = Union[str, float, bool, datetime, None]
Params = Union[Mapping[str, Union[Value, Iterable[Value]]], Iterable[tuple[str, Value]]]

# They can be iterated, and are one value.
_ONE = (str, bytes, bytearray, memoryview, Mapping)


def query(params: Params | None) -> Iterator[tuple[bytes, bytes]]:
    """Names and values, as the library takes them."""
    wants = "a mapping or pairs of name and value"
    if params is None:
        return
    if isinstance(params, (str, bytes)) or not isinstance(params, Iterable):
        raise wrong("params", wants, params)
    for pair in params.items() if isinstance(params, Mapping) else params:
        if not isinstance(pair, (tuple, list)) or len(pair) != 2:
            raise wrong("params", wants, pair)
        name, given = pair
        encoded = text("A name in params", name)
        for value in given if isinstance(given, Iterable) and not isinstance(given, _ONE) else [given]:
            if value is not None:
                yield encoded, text(name, _written(f"params[{name!r}]", value))


def _written(name: str, value: object) -> str:
    if isinstance(value, Enum):
        value = value.value
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, datetime):
        if value.utcoffset() is None:
            text = f"{name} is a datetime without a time zone"
            raise ValueError(f"{text}: give it one, as datetime.now(timezone.utc) has.")
        return value.astimezone(timezone.utc).replace(tzinfo=None).isoformat(timespec="seconds") + "Z"
    if not isinstance(value, Number):
        raise wrong(name, "a str, a number, a bool, a datetime or a list of these", value)
    if not (isinstance(value, int) or math.isfinite(value)):  # type: ignore[arg-type]
        raise ValueError(f"{name} is {value}, which is no number for a query.")
    return str(value)
