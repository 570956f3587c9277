"""Statuses of the library, and whether a request was sent."""

from __future__ import annotations

from enum import IntEnum

from ._library import from_text, native


class _Named(IntEnum):
    """A number that is shown by its name, in every Python."""

    def __str__(self) -> str:
        return self.name


class Status(_Named):
    """What became of a call: thousandeyes.h says what each means. Failures are below 0."""

    OK = 0
    DONE = 1
    PARTIAL = 2
    UNAUTHORIZED = -100
    LOCKOUT_SUSPECTED = -101
    TOKEN_REFUSED = -102
    BAD_TOKEN = -103
    NO_TOKEN = -104
    BUDGET_EXHAUSTED = -200
    SOURCE_IP_BLOCKED = -201
    RATE_LIMITED = -202
    DNS = -300
    CONNECT = -301
    TLS = -302
    PROXY = -303
    TIMEOUT = -304
    IO = -305
    BAD_RESPONSE = -306
    SERVER = -307
    HTTP = -400
    FORBIDDEN = -401
    NOT_FOUND = -402
    TOO_LARGE = -403
    FOREIGN_LINK = -404
    INVALID_ARGUMENT = -405
    CANCELLED = -500
    BAD_HANDLE = -501
    NO_MEMORY = -502
    PANIC = -503


class Sent(_Named):
    """Whether a request reached the wire. May a POST be repeated? `if not error.sent` it may."""

    PERHAPS = -1
    NO = 0
    YES = 1


def status_of(number: int) -> Status | int:
    """A status; a plain number for one that a newer library has."""
    try:
        return Status(number)
    except ValueError:
        return number


def status_name(status: int) -> str:
    """The name of a status in thousandeyes.h, such as "TE_E_UNAUTHORIZED"."""
    return from_text(native.te_status_name(status))
