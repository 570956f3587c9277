"""Makes calls with a token of its standard input, and lets its client go, for a test that then looks through its memory.

    holds_secrets.py LIBRARY

As tests/c/secrets.c: the proxy in the second line is not used, and the token never becomes an object of Python's.
"""
import ctypes
import os
import sys

library = ctypes.CDLL(sys.argv[1])
for name, result, arguments in [
    ("te_options_new", ctypes.c_void_p, []),
    ("te_options_set_ca_file", ctypes.c_int32, [ctypes.c_void_p, ctypes.c_char_p]),
    ("te_client_new", ctypes.c_void_p, [ctypes.c_void_p, ctypes.c_void_p]),
    ("te_get", ctypes.c_void_p, [ctypes.c_void_p, ctypes.c_char_p]),
    ("te_status_of", ctypes.c_int32, [ctypes.c_void_p]),
    ("te_free", None, [ctypes.c_void_p]),
]:
    function = getattr(library, name)
    function.restype, function.argtypes = result, arguments


def say(word: str) -> None:
    os.write(1, f"{word} {os.getpid()}\n".encode())
    os.read(0, 1)


token = ctypes.create_string_buffer(4096)
os.readv(0, [token])
token[next(at for at in range(4096) if token[at] == b"\n")] = b"\0"
options = library.te_options_new()
library.te_options_set_ca_file(options, os.environ["SECRETS_CA"].encode())
client = library.te_client_new(token, options)
ctypes.memset(token, 0, 4096)
for _ in range(100):
    response = library.te_get(client, b"/tests")
    assert library.te_status_of(response) == 0
    library.te_free(response)
say("called")
library.te_free(client)
library.te_free(options)
say("gone")
