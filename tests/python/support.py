"""A stand-in of the API for every test, and programs that run beside it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import unittest
import urllib.request
from typing import Any

import thousandeyes

GOOD = "python-good-token"


def needed(name: str) -> str:
    """A setting of tests/python_package.rs, which starts these tests."""
    value = os.environ.get(name)
    if not value:
        raise RuntimeError(f"{name} is not set; run: cargo test --features test-hooks --test python_package")
    return value


class StandIn:
    """A server of one test's own. What it saw is what counts."""

    def __init__(self) -> None:
        command = [needed("TE_TEST_STAND_IN"), "--quiet", "--until-stdin-closes", "--token", GOOD]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert self._process.stdout
        self.url = self._process.stdout.readline().split("TE_BASE_URL=")[1].split(" ")[0]
        self._http = urllib.request.build_opener(urllib.request.ProxyHandler({}))

    @property
    def requests(self) -> int:
        count: int = self._get("counts")["requests"]
        return count

    @property
    def log(self) -> list[dict[str, Any]]:
        """Requests as the server saw them: method, target, headers, body, status."""
        lines: list[dict[str, Any]] = self._get("log")
        return lines

    def tell(self, control: str, body: str = "") -> None:
        """A control such as "revoke?token=T"."""
        request = urllib.request.Request(f"{self.url}/_stand_in/{control}", body.encode(), method="POST")
        self._http.open(request).close()

    def script(self, path: str, *answers: dict[str, Any]) -> None:
        """The next answers of a path."""
        self.tell("script", json.dumps({"path": path, "answers": answers}))

    def stop(self) -> None:
        assert self._process.stdin and self._process.stdout
        self._process.stdin.close()
        self._process.wait()
        self._process.stdout.close()

    def _get(self, what: str) -> Any:
        with self._http.open(f"{self.url}/_stand_in/{what}") as answer:
            return json.load(answer)


class Case(unittest.TestCase):
    """A test with a server of its own. It begins and ends with no handle alive."""

    def setUp(self) -> None:
        self.server = StandIn()
        self.addCleanup(self.server.stop)
        self.addCleanup(lambda: self.assertEqual(thousandeyes.live_handles(), 0, "a handle was left"))

    def client(self, token: str | None = GOOD, **settings: Any) -> thousandeyes.Client:
        """A client of the test's server, closed at its end."""
        settings = {"base_url": self.server.url, "state_dir": "", **settings}
        client = thousandeyes.Client(token, **settings)
        self.addCleanup(client.close)
        return client

    def program(self, code: str, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Runs a program of this interpreter on the test's server."""
        return run([sys.executable, *arguments, "-c", code], self.environment(**environment))

    def environment(self, **more: str) -> dict[str, str]:
        return {**os.environ, "TE_BASE_URL": self.server.url, "TE_TOKEN": GOOD, "TE_STATE_DIR": "", **more}


def run(command: list[str], environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60)
