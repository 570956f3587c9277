#!/usr/bin/env python3
"""Prints each alert when it first appears, until Ctrl-C: watch.py [SECONDS], 60 by default from one look to the next."""
import argparse
import json
import sys
import time
from typing import NoReturn

import thousandeyes


def watch(client: thousandeyes.Client, interval: float) -> NoReturn:
    known: set[str] = set()
    while True:
        pause = interval
        try:
            for alert in client.items("/alerts"):
                if alert["id"] not in known:
                    known.add(alert["id"])
                    print(json.dumps(alert), flush=True)
        except thousandeyes.RetryError as error:
            print(f"{error.status_name}: {error}", file=sys.stderr)
        except thousandeyes.WaitError as error:
            print(f"{error.status_name}: {error}", file=sys.stderr)
            pause = max(interval, error.retry_after or 0)
        time.sleep(pause)


def main() -> int:
    parser = argparse.ArgumentParser(description="Prints each alert when it first appears, until Ctrl-C.")
    parser.add_argument("seconds", nargs="?", type=int, default=60)
    seconds = parser.parse_args().seconds
    if seconds < 1:
        parser.error("SECONDS is at least 1")
    try:
        with thousandeyes.Client() as client:
            watch(client, seconds)
    except thousandeyes.Error as error:
        print(f"{error.status_name}: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:  # at once, also while a call waits
        return 130


if __name__ == "__main__":
    sys.exit(main())
