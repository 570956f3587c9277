"""Failed statuses as exceptions."""

from __future__ import annotations

from ._library import Handle, from_text, native
from ._response import Response
from ._status import Sent, Status, status_name, status_of


class Error(Exception):
    """A status below 0. The class says what to do about it: see the five that follow."""

    #: A Status, or an int that is newer than this package.
    status: Status | int = Status.OK
    #: What came of the call, for a look at its body; None when no call was made.
    response: Response | None = None

    @property
    def status_name(self) -> str:
        """Such as "TE_E_UNAUTHORIZED"."""
        return status_name(self.status)

    @property
    def http_status(self) -> int:
        """0 when no answer came."""
        return self.response.status_code if self.response else 0

    @property
    def sent(self) -> Sent:
        """Whether the request reached the wire."""
        return self.response.sent if self.response else Sent.NO

    @property
    def retry_after(self) -> float | None:
        """In how many seconds calling again is worth it; None: not known."""
        return self.response.retry_after if self.response else None


class TokenError(Error):
    """Stop; a person must look after the token or the account."""


class WaitError(Error):
    """Wait for `retry_after`, then call again."""


class RetryError(Error):
    """The network or the server had a fault: it may work later."""


class RequestError(Error):
    """The call itself is wrong, or not allowed."""


class LocalError(Error):
    """Something on this machine is wrong, or the call was cancelled."""


# By te_status_kind.
KINDS: dict[int, type[Error]] = {1: TokenError, 2: WaitError, 3: RetryError, 4: RequestError, 5: LocalError}


def failure(status: int, message: str, response: Response | None = None) -> Error:
    """The one place where a failed status becomes an exception."""
    error = KINDS.get(native.te_status_kind(status), LocalError)(message)
    error.status = status_of(status)
    error.response = response
    return error


def checked(handle: Handle) -> Handle:
    """A handle that was made, if making it and setting it up worked."""
    status = native.te_status_of(handle)
    if status < 0:
        raise failure(status, from_text(native.te_message(handle)))
    return handle


def answered(handle: Handle) -> Response:
    """What a call gave, if it is no failure. The handle stays the caller's."""
    response = Response._read(handle)
    if response.status < 0:
        raise failure(response.status, response.message, response)
    return response
