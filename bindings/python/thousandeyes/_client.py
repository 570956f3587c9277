"""Clients, and the calls that they make."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from ctypes import memset
from typing import Any

from . import _given
from ._calls import call, end_at_exit
from ._errors import answered, checked, failure
from ._library import Handle, native, te_new_token
from ._pages import Items, Pages
from ._process import OfThisProcess
from ._query import Params
from ._response import Response
from ._status import Status
from ._wants import File, keeper, text


class Client(OfThisProcess):
    """One token at one origin; for many threads at once. Touches no network until a call is made.

    Without a token: $TE_TOKEN, else the file $TE_TOKEN_FILE. Times are seconds. client_certificate is a PEM file with
    certificate and key, or a pair of files. What is not given has the default that thousandeyes.h names. A failed call
    raises one of the five kinds of thousandeyes.Error.
    """

    def __init__(
        self,
        token: str | None = None,
        *,
        base_url: str | None = None,
        state_dir: File | None = None,
        account_group: str | int | None = None,
        ca_file: File | None = None,
        client_certificate: File | tuple[File, File] | None = None,
        proxy: str | None = None,
        user_agent: str | None = None,
        timeout: float | None = None,
        connect_timeout: float | None = None,
        idle_timeout: float | None = None,
        body_limit: int | None = None,
        unauthorized_budget: int | None = None,
        retries: int | None = None,
        wait_for_rate_limits: bool | None = None,
    ) -> None:
        settings: dict[str, object] = {
            "base_url": base_url,
            "state_dir": state_dir,
            "account_group": account_group,
            "ca_file": ca_file,
            "client_certificate": client_certificate,
            "proxy": proxy,
            "user_agent": user_agent,
            "timeout": timeout,
            "connect_timeout": connect_timeout,
            "idle_timeout": idle_timeout,
            "body_limit": body_limit,
            "unauthorized_budget": unauthorized_budget,
            "retries": retries,
            "wait_for_rate_limits": wait_for_rate_limits,
        }
        # From here on no traceback that shows local variables shows a secret.
        secret = _given.wipeable(token)
        del token, proxy
        try:
            self._handle = native.te_client_new(secret, _given.options(settings))
        finally:
            settings.clear()
            if secret is not None:
                memset(secret, 0, len(secret))
        checked(self._handle)
        end_at_exit(self)

    def get(
        self,
        path: str,
        *,
        params: Params | None = None,
        aid: str | int | None = None,
        timeout: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Response:
        """GET a path ("tests", "/tests?max=10", "/v7/tests") or a URL of the same origin."""
        return self.request("GET", path, params=params, aid=aid, timeout=timeout, headers=headers)

    def post(
        self,
        path: str,
        *,
        params: Params | None = None,
        json: Any = None,
        aid: str | int | None = None,
        timeout: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Response:
        """POST, with a body as JSON; None: no body."""
        return self.request("POST", path, params=params, json=json, aid=aid, timeout=timeout, headers=headers)

    def put(
        self,
        path: str,
        *,
        params: Params | None = None,
        json: Any = None,
        aid: str | int | None = None,
        timeout: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Response:
        """PUT, with a body as JSON; None: no body."""
        return self.request("PUT", path, params=params, json=json, aid=aid, timeout=timeout, headers=headers)

    def patch(
        self,
        path: str,
        *,
        params: Params | None = None,
        json: Any = None,
        aid: str | int | None = None,
        timeout: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Response:
        """PATCH, with a body as JSON; None: no body."""
        return self.request("PATCH", path, params=params, json=json, aid=aid, timeout=timeout, headers=headers)

    def delete(
        self,
        path: str,
        *,
        params: Params | None = None,
        aid: str | int | None = None,
        timeout: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Response:
        """DELETE a resource."""
        return self.request("DELETE", path, params=params, aid=aid, timeout=timeout, headers=headers)

    def request(
        self,
        method: str,
        path: str,
        *,
        params: Params | None = None,
        json: Any = None,
        data: str | bytes | None = None,
        aid: str | int | None = None,
        timeout: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Response:
        """A call of any method. The body is `json`, or else `data`, whose type the header Content-Type names.

        `params` as None are left out, lists come once for each element, True and False are as JSON writes them, and a
        datetime is sent in UTC. `aid` is the account group of this call; "": the user's login account group. `timeout`
        is for all of it, waits included.
        """
        made = _given.prepared(method, path, params, json, data, aid, timeout, headers)
        return answered(call(native.te_perform, self._open(), made))

    def pages(
        self,
        path: str,
        *,
        params: Params | None = None,
        json: Any = None,
        aid: str | int | None = None,
        timeout: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Pages:
        """The pages of a list, one call each, as they are asked for. With `json` a POST: the API's filters."""
        method = "GET" if json is None else "POST"
        made = _given.prepared(method, path, params, json, None, aid, timeout, headers)
        return Pages(checked(native.te_pages_of_call(self._open(), made)), self)

    def items(
        self,
        path: str,
        key: str | None = None,
        *,
        params: Params | None = None,
        json: Any = None,
        aid: str | int | None = None,
        timeout: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Items:
        """The items of all pages, as they come: of each page's only array, or of its member `key`."""
        of_key = None if key is None else text("key", key)
        return Items(self.pages(path, params=params, json=json, aid=aid, timeout=timeout, headers=headers), of_key)

    def guard(self) -> dict[str, Any]:
        """What the guard knows of the token and of this source IP."""
        known: dict[str, Any] = answered(call(native.te_client_guard, self._open())).json()
        return known

    def unblock_token(self) -> None:
        """A person says: try this token once more now, although it was rejected. At most 3 times an hour."""
        status = call(native.te_client_unblock_token, self._open())
        if status < 0:
            raise failure(status, "The token was not unblocked; that is possible at most 3 times an hour.")

    def rotate_token(self, keep: Callable[[str, str | None], object]) -> None:
        """Makes a new token for the user of this one, and goes on with it; the old is valid for at most 14 days more.

        `keep` is given it, and the time until which it is valid or None, before anything of the call is raised. One
        request is sent at most: when its answer was lost, the error says that a new token may exist.
        """
        keeper(keep)
        made: dict[bytes, bytes | None] = {}
        try:
            # A dict's own method, since no interrupt may be lost in a function that C calls: see _calls.py.
            response = call(native.te_client_rotate_token, self._open(), te_new_token(made.__setitem__), None)
        finally:
            for token, until in made.items():
                keep(token.decode(), until.decode() if until else None)
            made.clear()
        answered(response)

    def cancel(self) -> None:
        """Ends all calls, present and later, within about 100 ms. For shutdown; from any thread."""
        native.te_client_cancel(self._handle)

    def close(self) -> None:
        """Frees it, once or more. A call that another thread makes with it goes on to its end; lists make no more."""
        self._handle.free()

    def _open(self) -> Handle:
        handle: Handle = self._handle
        if not handle.value:
            raise failure(Status.BAD_HANDLE, "This client is closed. Nothing was sent. Make a new one.")
        return handle

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<thousandeyes.Client, {'open' if self._handle.value else 'closed'}>"
