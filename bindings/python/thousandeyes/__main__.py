"""Calls from the command line; token: $TE_TOKEN, else the file $TE_TOKEN_FILE.

Exit codes: 0 it worked; 1 something on this machine is wrong; 2 the command line; 3 a person must look after the token
or the account; 4 wait, then try again; 5 the network or the server had a fault; 6 the call is wrong or not allowed;
130 Ctrl-C.
"""

from __future__ import annotations

import argparse
import json
import os
import sys

from . import _wants
from . import Client, Error, LocalError, RequestError, RetryError, TokenError, WaitError, __version__

EXIT_CODES = {LocalError: 1, TokenError: 3, WaitError: 4, RetryError: 5, RequestError: 6}


def _account_group(text: str) -> str:
    try:
        return _wants.account_group("it", text).decode()
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _arguments(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python3 -m thousandeyes", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--version", action="version", version=__version__)
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    get = commands.add_parser("get", help="GET a path and print the body")
    get.add_argument("path", help='"/tests", "/tests?max=10", or a URL of the API')
    get.add_argument("--all", action="store_true", help="the items of all pages, each as one line of JSON")
    get.add_argument("--key", help="with --all: the array that holds the items, where a page has several")
    get.add_argument("--aid", type=_account_group, help="account group")
    guard = commands.add_parser("guard", help="print what the guard knows of the token and of this source IP")
    guard.add_argument("--unblock", action="store_true", help="first let a rejected token be tried once more")
    given = parser.parse_args(arguments)
    if given.command == "get" and given.key is not None and not given.all:
        get.error("--key is for --all")
    return given


def _get(client: Client, path: str, aid: str | None) -> None:
    response = client.get(path, aid=aid)
    if response.message:
        print(response.message, file=sys.stderr)
    sys.stdout.buffer.write(response.content)
    if not response.content.endswith(b"\n"):
        sys.stdout.buffer.write(b"\n")


def _get_all(client: Client, path: str, key: str | None, aid: str | None) -> None:
    # Both on one terminal would be written into each other.
    shows = sys.stderr.isatty() and not sys.stdout.isatty()
    page = 1
    items = client.items(path, key, aid=aid)
    try:
        for count, item in enumerate(items):
            if shows and items.pages_read > page:
                page = items.pages_read
                print(f"\rpage {page}, {count} items so far", end="", file=sys.stderr, flush=True)
            print(json.dumps(item))
    finally:
        if page > 1:
            print(file=sys.stderr)


def _run(arguments: argparse.Namespace) -> None:
    with Client() as client:
        if arguments.command == "guard":
            if arguments.unblock:
                client.unblock_token()
            print(json.dumps(client.guard(), indent=2))
        elif arguments.all:
            _get_all(client, arguments.path, arguments.key, arguments.aid)
        else:
            _get(client, arguments.path, arguments.aid)
        sys.stdout.flush()


def _done(arguments: argparse.Namespace) -> int:
    """Runs a command, and gives its exit code."""
    try:
        _run(arguments)
        return 0
    except Error as error:
        print(f"{error.status_name}: {error}", file=sys.stderr)
        return EXIT_CODES.get(type(error), 1)
    except BrokenPipeError:
        # Whoever read the lines has enough, as `head` has.
        return 0
    except OSError as error:
        print(f"Standard output cannot be written: {error.strerror}.", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def main(arguments: list[str] | None = None) -> int:
    """Takes a command line, and gives the exit code."""
    if sys.stderr is None:
        # Python would print to standard output instead.
        sys.stderr = open(os.devnull, "w")
    given = _arguments(arguments)
    if sys.stdout is None:
        print("Standard output is closed. Nothing was sent.", file=sys.stderr)
        return 1
    code = _done(given)
    try:
        sys.stdout.flush()
    except OSError:
        # Nor may anything be flushed into it at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return code


if __name__ == "__main__":
    sys.exit(main())
