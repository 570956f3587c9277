#!/usr/bin/env python3
"""Lists the tests of the account, all pages. Token: $TE_TOKEN or the file $TE_TOKEN_FILE."""
import sys

import thousandeyes


def main() -> int:
    try:
        with thousandeyes.Client() as client:
            for test in client.items("/tests"):
                print(test.get("testName", "(no name)"))
    except thousandeyes.Error as error:
        print(f"{error.status_name}: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
