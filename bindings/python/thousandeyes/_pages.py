"""Lists of several pages, and the items on them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from ._calls import call
from ._errors import answered, failure
from ._library import Handle, from_text, native
from ._process import OfThisProcess
from ._response import Response
from ._status import Status

if TYPE_CHECKING:
    from ._client import Client


class Pages(OfThisProcess, Iterator[Response]):
    """The pages of a list, one call each; by one thread at a time.

    A page that failed raises, and is asked for again by the next `next()`, which first waits as long as the failure
    says, or else a second. The third failure in a row is final.
    """

    def __init__(self, handle: Handle, client: Client) -> None:
        self._handle = handle
        # A client that is dropped is no longer ended when the interpreter exits.
        self._client = client

    def __next__(self) -> Response:
        return self._read()[0]

    def _read(self) -> tuple[Response, Handle]:
        self._client._open()
        handle = call(native.te_pages_next, self._handle)
        page = answered(handle)
        if page.status == Status.DONE:
            raise StopIteration
        return page, handle


class Items(OfThisProcess, Iterator[Any]):
    """The items of all pages, as they come; by one thread at a time. After a failure `next()` goes on, as Pages do."""

    #: How many pages were read so far.
    pages_read: int

    def __init__(self, pages: Pages, key: bytes | None) -> None:
        self._pages = pages
        self._key = key
        self._on_page: Iterator[Any] = iter(())
        self.pages_read = 0

    def __next__(self) -> Any:
        for item in self._on_page:
            return item
        while True:
            self._on_page = iter(self._next_page())
            for item in self._on_page:
                return item

    def _next_page(self) -> list[Any]:
        page, handle = self._pages._read()
        self.pages_read += 1
        pointer = native.te_response_json_items(handle, self._key)
        handle.free()
        if pointer is None:
            raise self._no_items(page)
        document = page.json()
        member = from_text(pointer)[1:].replace("~1", "/").replace("~0", "~")
        items: list[Any] = document[member] if pointer else document
        return items

    def _no_items(self, page: Response) -> Exception:
        try:
            document = page.json()
        except ValueError:
            document = None
        members = document.items() if isinstance(document, dict) else ()
        arrays = ", ".join(name for name, value in members if isinstance(value, list)) or "none"
        named = "" if self._key is None else f" named {from_text(self._key)}"
        text = f"There is no one array of items{named}; the answer's arrays: {arrays}. Name the one to take."
        return failure(Status.INVALID_ARGUMENT, text, page)
