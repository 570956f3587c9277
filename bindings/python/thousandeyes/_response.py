"""What came of a call."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from ctypes import byref, c_size_t, string_at
from typing import Any, NamedTuple

from ._library import Handle, from_text, native
from ._status import Sent, Status, status_name, status_of


class RateLimit(NamedTuple):
    """A window of a rate limit, as an answer told of it; None for what it did not tell."""

    limit: int | None
    remaining: int | None
    #: Seconds from the answer on, by the server's own clock.
    reset: float | None


class Headers(Mapping[str, str]):
    """Headers by name, in any case. What came more than once is joined with ", ", and whole in `get_all`."""

    def __init__(self, pairs: list[tuple[str, str]]) -> None:
        self._values: dict[str, list[str]] = {}
        for name, value in pairs:
            self._values.setdefault(name.lower(), []).append(value)

    def __getitem__(self, name: str) -> str:
        return ", ".join(self._values[name.lower()])

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and name.lower() in self._values

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def get_all(self, name: str) -> list[str]:
        """Every value of that name."""
        return list(self._values.get(name.lower(), []))

    def __repr__(self) -> str:
        return f"Headers({dict(self)!r})"


class Response:
    """What came of a call: plain data, read once, with nothing to close."""

    #: Status.OK, or one above 0 that is news: Status.PARTIAL, or an int that is newer than this package.
    status: Status | int
    #: "" with Status.OK; one line for a person otherwise, such as which items failed.
    message: str
    #: The HTTP status; 0 when no answer came.
    status_code: int
    sent: Sent
    #: In how many seconds calling again is worth it; None: not known.
    retry_after: float | None
    headers: Headers
    #: The body, unpacked.
    content: bytes
    _rate_limits: dict[str | None, RateLimit]

    @classmethod
    def _read(cls, handle: Handle) -> Response:
        response = cls.__new__(cls)
        response.status = status_of(native.te_status_of(handle))
        response.message = from_text(native.te_message(handle))
        response.status_code = native.te_response_http_status(handle)
        response.sent = Sent(native.te_response_sent(handle))
        response.retry_after = _seconds(native.te_response_retry_after_ms(handle))
        response.headers = Headers(_headers(handle))
        length = c_size_t()
        body = native.te_response_body(handle, byref(length))
        response.content = string_at(body, length.value)
        response._rate_limits = _rate_limits(handle, response.headers)
        return response

    @property
    def ok(self) -> bool:
        """Whether it is a success without news."""
        return self.status == Status.OK

    @property
    def status_name(self) -> str:
        """Such as "TE_PARTIAL"."""
        return status_name(self.status)

    @property
    def text(self) -> str:
        """The body as text."""
        return self.content.decode(errors="replace")

    def json(self) -> Any:
        """The body as JSON. ValueError when it is none, as when it is empty (HTTP 204)."""
        return json.loads(self.content)

    def rate_limit(self, name: str | None = None) -> RateLimit | None:
        """The limit of `X-<name>-Rate-Limit-*`, such as "organization"; without a name that of which the least is left.

        None where the answer did not tell.
        """
        return self._rate_limits.get(None if name is None else name.lower())

    def __repr__(self) -> str:
        return f"<Response [{self.status_code or self.status_name}]>"


def _seconds(milliseconds: int) -> float | None:
    return None if milliseconds < 0 else milliseconds / 1000


def _headers(handle: Handle) -> list[tuple[str, str]]:
    name, value = native.te_response_header_name, native.te_response_header_value
    count = native.te_response_header_count(handle)
    return [(from_text(name(handle, at)), from_text(value(handle, at))) for at in range(count)]


def _rate_limits(handle: Handle, headers: Headers) -> dict[str | None, RateLimit]:
    """Those that the headers name, and the tightest."""
    limits: dict[str | None, RateLimit] = {}
    parts = [header.partition("-rate-limit-") for header in headers]
    names = {before[2:] for before, found, _ in parts if found and before.startswith("x-")}
    for name in [None, *names] if names else []:
        told = None if name is None else name.encode()
        limit = native.te_response_rate_limit(handle, told)
        remaining = native.te_response_rate_limit_remaining(handle, told)
        reset = _seconds(native.te_response_rate_limit_reset_ms(handle, told))
        if limit >= 0 or remaining >= 0 or reset is not None:
            limits[name] = RateLimit(limit if limit >= 0 else None, remaining if remaining >= 0 else None, reset)
    return limits
