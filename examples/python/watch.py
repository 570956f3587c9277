#!/usr/bin/env python3
"""Prints each item of a list when it first appears: watch.py [SECONDS [PATH [ID]]]; by default 60, /alerts, their "id".

Ctrl-C and SIGTERM end it at once, also while a call waits: with 130 and 143, as a shell calls it.
"""
import json
import signal
import sys
import time
from typing import Any, NoReturn

import thousandeyes


def watch(client: thousandeyes.Client, seconds: float, path: str, key: str) -> NoReturn:
    known: set[Any] = set()
    while True:
        pause = seconds
        try:
            for item in client.items(path):
                # What has no such member is new each time.
                if item.get(key) is None or item[key] not in known:
                    known.add(item.get(key))
                    print(json.dumps(item), flush=True)
        except thousandeyes.RetryError as error:
            print(f"{error.status_name}: {error}", file=sys.stderr)
        except thousandeyes.WaitError as error:
            print(f"{error.status_name}: {error}", file=sys.stderr)
            pause = max(seconds, error.retry_after or 0)
        time.sleep(pause)


def main() -> int:
    arguments = sys.argv[1:] + ["60", "/alerts", "id"][len(sys.argv) - 1 :]
    # What a handler raises ends a call, as Ctrl-C does without one.
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))
    try:
        with thousandeyes.Client() as client:
            watch(client, max(1, float(arguments[0])), arguments[1], arguments[2])
    except thousandeyes.Error as error:
        print(f"{error.status_name}: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 128 + signal.SIGINT


if __name__ == "__main__":
    sys.exit(main())
