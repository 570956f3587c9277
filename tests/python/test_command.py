"""python3 -m thousandeyes."""

from __future__ import annotations

import json
import os
import pty
import signal
import subprocess
import sys
import time

import thousandeyes
from support import Case, run

COMMAND = [sys.executable, "-m", "thousandeyes"]


class Command(Case):
    def runs(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        return run([*COMMAND, *arguments], self.environment(**environment))

    def test_get_prints_the_body(self) -> None:
        done = self.runs("get", "/tests", "--aid", "7")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertEqual(len(json.loads(done.stdout)["tests"]), 3)
        self.assertEqual(self.server.log[0]["target"], "/v7/tests?aid=7")

    def test_all_prints_one_item_a_line(self) -> None:
        self.server.tell("tests?total=7&page_size=3")
        done = self.runs("get", "/tests", "--all", "--key", "tests", "--aid", "7")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertEqual([json.loads(line)["testId"] for line in done.stdout.splitlines()], list("1234567"))
        self.assertEqual(self.server.requests, 3)

    def test_progress_is_for_a_person(self) -> None:
        self.server.tell("tests?total=7&page_size=3")
        terminal, line = pty.openpty()
        command = [*COMMAND, "get", "/tests", "--all"]
        done = subprocess.run(command, env=self.environment(), stdout=subprocess.PIPE, stderr=line, timeout=60)
        os.close(line)
        shown = os.read(terminal, 4096).decode()
        os.close(terminal)
        self.assertEqual(len(done.stdout.splitlines()), 7)
        self.assertEqual(shown, "\rpage 2, 3 items so far\rpage 3, 6 items so far\r\n")

    def test_what_was_read_before_a_page_failed_is_printed(self) -> None:
        self.server.tell("tests?total=7&page_size=3")
        self.server.script("/v7/tests", {"pass": True}, {"status": 400})
        done = self.runs("get", "/tests", "--all")
        self.assertEqual((done.returncode, len(done.stdout.splitlines())), (6, 3))
        self.assertRegex(done.stderr, r"^TE_E_HTTP: Page 2 \(GET /v7/tests\?cursor=")

    def test_the_guard(self) -> None:
        done = self.runs("guard")
        self.assertEqual((done.returncode, json.loads(done.stdout)["origin"]), (0, self.server.url))
        self.assertEqual(self.runs("guard", "--unblock").returncode, 0)
        self.assertEqual(self.server.requests, 0)

    def test_exit_codes_by_kind(self) -> None:
        self.server.script("/v7/waits", {"status": 429})
        self.server.script("/v7/breaks", {"status": 500})
        for code, arguments, environment in (
            (1, ["get", "/tests"], {"TE_BASE_URL": self.server.url.replace("http:", "https:")}),
            (2, ["get"], {}),
            (2, [], {}),
            (3, ["get", "/tests"], {"TE_TOKEN": "never-accepted"}),
            (3, ["guard"], {"TE_TOKEN": ""}),
            (4, ["get", "/waits"], {}),
            (5, ["get", "/breaks"], {}),
            (6, ["get", "/nothing"], {}),
        ):
            with self.subTest(code=code, arguments=arguments):
                done = self.runs(*arguments, **environment)
                self.assertEqual(done.returncode, code, done.stderr)
                self.assertEqual(done.stdout, "")
                if code != 2:
                    self.assertRegex(done.stderr, r"^TE_E_\w+: [^\n]+\n$")
                self.assertNotIn("never-accepted", done.stderr)

    def test_ctrl_c_ends_it_without_a_traceback(self) -> None:
        command = [*COMMAND, "get", "/slow?ms=20000"]
        with subprocess.Popen(command, env=self.environment(), stderr=subprocess.PIPE, text=True) as process:
            while self.server.requests == 0:
                time.sleep(0.02)
            process.send_signal(signal.SIGINT)
            assert process.stderr
            self.assertEqual((process.stderr.read(), process.wait(timeout=10)), ("", 130))

    def test_a_reader_that_has_enough(self) -> None:
        self.server.tell("tests?total=20000&page_size=10000")
        shell = f"{sys.executable} -m thousandeyes get /tests --all | head -n 1"
        done = run(["bash", "-c", f"set -o pipefail; {shell}"], self.environment())
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertEqual(json.loads(done.stdout)["testId"], "1")

    def test_a_standard_output_that_takes_nothing(self) -> None:
        full = "Standard output cannot be written: No space left on device.\n"
        for arguments in ("get /tests", "get /tests --all", "guard"):
            for unbuffered in ("", "1"):
                shell = f"{sys.executable} -m thousandeyes {arguments} >/dev/full"
                done = run(["bash", "-c", shell], self.environment(PYTHONUNBUFFERED=unbuffered))
                self.assertEqual((done.returncode, done.stderr), (1, full))
        # What comes first is told.
        self.server.tell("tests?total=7&page_size=3")
        self.server.script("/v7/tests", {"pass": True}, {"status": 400})
        shell = f"{sys.executable} -m thousandeyes get /tests --all >/dev/full"
        done = run(["bash", "-c", shell], self.environment(PYTHONUNBUFFERED=""))
        self.assertEqual((done.returncode, len(done.stderr.splitlines())), (6, 1), done.stderr)
        requests = self.server.requests
        for command in ("get /tests", "get /tests --all", "guard --unblock"):
            shell = f"{sys.executable} -m thousandeyes {command} >&-"
            done = run(["bash", "-c", shell], self.environment())
            self.assertEqual((done.returncode, done.stderr), (1, "Standard output is closed. Nothing was sent.\n"))
        self.assertEqual(self.server.requests, requests)

    def test_a_standard_error_that_is_closed(self) -> None:
        self.server.tell("tests?total=7&page_size=3")
        for code, arguments in ((0, "get /tests --all"), (6, "get /nothing")):
            done = run(["bash", "-c", f"{sys.executable} -m thousandeyes {arguments} 2>&-"], self.environment())
            self.assertEqual((done.returncode, len(done.stdout.splitlines())), (code, 0 if code else 7))

    def test_what_does_not_fit_together(self) -> None:
        for arguments, told in (
            (["get", "/tests", "--key", "tests"], "--key is for --all"),
            (["get", "/tests", "--aid", "a b"], "digits only"),
        ):
            done = self.runs(*arguments)
            self.assertEqual((done.returncode, done.stdout), (2, ""))
            self.assertIn(told, done.stderr.splitlines()[-1])
        self.assertEqual(self.server.requests, 0)

    def test_version(self) -> None:
        self.assertEqual(self.runs("--version").stdout, f"{thousandeyes.__version__}\n")
