#!/usr/bin/env python3
"""Lists the tests of the account, all pages, with nothing but ctypes. Token: $TE_TOKEN or the file $TE_TOKEN_FILE."""
import ctypes
import os
import sys
from ctypes import c_char_p, c_int32, c_int64, c_void_p
from typing import Any

TE_DONE = 1


def load() -> ctypes.CDLL:
    """The library, from $TE_LIBRARY or where the system finds it.

    Every function needs its types: ctypes takes what it is not told for a 32-bit int and cuts handles in half. The
    library notices a cut handle and says so, instead of crashing.
    """
    te = ctypes.CDLL(os.environ.get("TE_LIBRARY", "libthousandeyes.so.0"))
    types: dict[str, list[Any]] = {  # the result, then the arguments
        "te_options_new": [c_void_p],
        "te_options_set_base_url": [c_int32, c_void_p, c_char_p],
        "te_client_new": [c_void_p, c_char_p, c_void_p],
        "te_pages_new": [c_void_p, c_void_p, c_char_p],
        "te_pages_next": [c_void_p, c_void_p],
        "te_free": [None, c_void_p],
        "te_status_of": [c_int32, c_void_p],
        "te_status_name": [c_char_p, c_int32],
        "te_message": [c_char_p, c_void_p],
        "te_response_json_count": [c_int64, c_void_p, c_char_p],
        "te_response_json_string": [c_char_p, c_void_p, c_char_p, c_char_p],
    }
    for name, (result, *arguments) in types.items():
        function = getattr(te, name)
        function.restype, function.argtypes = result, arguments
    return te


def main() -> int:
    te = load()
    client = te.te_client_new(None, None)
    pages = te.te_pages_new(client, b"/tests")
    page = te.te_pages_next(pages)
    while te.te_status_of(page) >= 0 and te.te_status_of(page) != TE_DONE:
        for i in range(te.te_response_json_count(page, b"/tests")):
            print(te.te_response_json_string(page, b"/tests/%d/testName" % i, b"(no name)").decode())
        te.te_free(page)
        page = te.te_pages_next(pages)
    status = te.te_status_of(page)
    if status < 0:
        print(te.te_status_name(status).decode(), te.te_message(page).decode(), sep=": ", file=sys.stderr)
    te.te_free(page)
    te.te_free(pages)
    te.te_free(client)
    return 1 if status < 0 else 0


if __name__ == "__main__":
    sys.exit(main())
