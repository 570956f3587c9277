"""The one way into calls that block: with Ctrl-C, and with lines for the log.

Two facts decide how it is done. Python's signal handlers run only when Python code runs on the main thread, and a
library call is none: so the library asks back, at least every 100 ms. And what a handler raises outside of a `try` in
Python code that C called is lost: at the first instruction of a function, or where a loop jumps back. So C never calls
a Python function here: it resumes a generator that waits inside its `try` and loops there, and puts lines for the log
into a dictionary.
"""

from __future__ import annotations

import atexit
import os
import threading
import time
import weakref
from collections.abc import Generator
from itertools import repeat
from operator import methodcaller
from typing import Any, Callable

from . import _log
from ._library import Handle, native, te_interrupt


class _Thread(threading.local):
    """What the library asks on this thread. Its `ask` is the generator's, which is why no function is entered."""

    ask: Callable[[], int] | None = None


def _watch(thrown: list[BaseException]) -> Generator[int, bool | None, None]:
    """Resumed whenever the library asks; what a signal handler raises is kept and ends the call.

    Sent True it ends.
    """
    try:
        try:
            while True:
                if (yield 0):
                    return
                if _log.lines:
                    _log.tell()
        except GeneratorExit:
            return
        except BaseException as exception:
            # Neither call nor loop, after which Python would heed the next signal: it can wait until the call is over.
            thrown += [exception]
            _thread.ask = _enough
            yield 1
    except GeneratorExit:
        return
    except BaseException as exception:
        # Python 3.9 heeds it at once, in the lines above.
        thrown += [exception]
        _thread.ask = _enough
        yield 1


#: Answers from then on, and runs no Python.
_enough = repeat(1).__next__
_thread = _Thread()
_interrupt = te_interrupt(methodcaller("ask"))
_running: set[object] = set()
_ending = threading.Event()
_clients: weakref.WeakSet[Any] = weakref.WeakSet()


def install(options: Handle) -> None:
    """Makes the library ask and tell."""
    native.te_options_set_interrupt(options, _interrupt, _thread)
    native.te_options_set_log(options, _log.callback, None)


def call(function: Callable[..., Any], *arguments: Any) -> Any:
    """Makes a call that may block. Raises what a signal handler raised meanwhile: KeyboardInterrupt, above all."""
    thrown: list[BaseException] = []
    watch = _watch(thrown)
    next(watch)
    outer, _thread.ask = _thread.ask, watch.__next__
    _running.add(watch)
    try:
        result = function(*arguments)
    finally:
        _running.discard(watch)
        try:
            # Not left to a finalizer, where an interrupt would be lost.
            watch.send(True)
        except StopIteration:
            pass
        _thread.ask = outer
    if _ending.is_set() and threading.current_thread().daemon:
        # As everywhere else in a daemon thread: it goes no further, and nobody hears of it.
        threading.Event().wait()
    if _log.lines:
        _log.tell()
    if thrown:
        raise thrown.pop()
    return result


def end_at_exit(client: Any) -> None:
    """Registers a client: its calls in daemon threads must not outlive the interpreter, which the library asks."""
    _clients.add(client)


def _end() -> None:
    """The interpreter ends a thread that enters it again by unwinding its stack, which no native code survives."""
    if threading.active_count() == 1:
        return
    _ending.set()
    for client in list(_clients):
        client.cancel()
    deadline = time.monotonic() + 1
    while _running and time.monotonic() < deadline:
        time.sleep(0.005)


atexit.register(_end)
if hasattr(os, "register_at_fork"):
    # A child has none of its parent's threads.
    os.register_at_fork(after_in_child=_running.clear)
