"""Calls to the Cisco ThousandEyes v7 API that cannot get an account locked or an address blocked.

    import thousandeyes

    with thousandeyes.Client() as client:
        for test in client.items("/tests"):
            print(test["testName"])

Independent; not made or endorsed by Cisco.
"""

from ._client import Client
from ._errors import Error, LocalError, RequestError, RetryError, TokenError, WaitError
from ._library import from_text as _from_text
from ._library import native as _native
from ._pages import Items, Pages
from ._response import Headers, RateLimit, Response
from ._status import Sent, Status

__version__ = _from_text(_native.te_version())

__all__ = [
    "Client",
    "Error",
    "Headers",
    "Items",
    "LocalError",
    "Pages",
    "RateLimit",
    "RequestError",
    "Response",
    "RetryError",
    "Sent",
    "Status",
    "TokenError",
    "WaitError",
    "live_handles",
]


def live_handles() -> int:
    """How many handles of the library are alive in this process: 0 when nothing leaks."""
    count: int = _native.te_live_handles()
    return count


for _name in __all__:
    # Tracebacks say thousandeyes.TokenError, as programs do.
    globals()[_name].__module__ = __name__
