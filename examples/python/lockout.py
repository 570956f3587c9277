#!/usr/bin/env python3
"""Is the token refused, the account locked, this address blocked?

Asks the guard, which sends nothing. Once the account is unlocked or the token renewed: --unblock makes one call now. Ends
with 0 when calls can be made.
"""
import sys
from typing import Any

import thousandeyes


def report(known: dict[str, Any]) -> bool:
    def minutes(name: str) -> int:
        return int(known[name] + 30_000) // 60_000

    refused = known["rejected_ms_ago"] is not None
    blocked = known["source_ip_blocked_ms_ago"] is not None
    if not refused:
        print(f"The token is not refused: {known['token']}.")
    else:
        why = ", but accepted before: is the account locked?"
        if known["accepted_ms_ago"] is None:
            why = " and never accepted: mistyped, expired or revoked?"
        print(f"The token was refused {minutes('rejected_ms_ago')} min ago{why}")
        print(f"No program here sends it for another {minutes('next_try_in_ms')} min.")
    if blocked:
        print(f"The API has blocked this address, as was found {minutes('source_ip_blocked_ms_ago')} min ago.")
    print(f"401 answers within the hour: {known['unauthorized_last_hour']} of {known['budget']}.")
    print(f"Kept: {known['store']}, {known['store_reason']}.")
    return refused or blocked


def main() -> int:
    try:
        with thousandeyes.Client() as client:
            held = report(client.guard())
            if "--unblock" in sys.argv[1:]:
                client.unblock_token()  # at most 3 times an hour
                client.get("/account-groups")
                print("One try now: it worked.")
                held = False
    except thousandeyes.Error as error:
        print(f"{error.status_name}: {error}", file=sys.stderr)
        return 1
    return 1 if held else 0


if __name__ == "__main__":
    sys.exit(main())
