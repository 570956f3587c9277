#!/usr/bin/env python3
"""Makes one call and prints its answer: first_call.py [PATH]. Token: $TE_TOKEN or the file $TE_TOKEN_FILE."""
import sys

import thousandeyes


def main() -> int:
    path = sys.argv[1] if len(sys.argv) > 1 else "/account-groups"
    try:
        with thousandeyes.Client() as client:
            print(client.get(path).text)
    except thousandeyes.Error as error:
        print(f"{error.status_name}: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
