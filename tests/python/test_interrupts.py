"""Ctrl-C and other signals, threads, processes and asyncio."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import subprocess
import sys
import threading
import time
import traceback
from concurrent.futures import ThreadPoolExecutor
from types import FrameType
from typing import Any, Callable

import thousandeyes
from support import Case

# How late a signal may be answered: the library asks every 100 ms at least.
AT_ONCE = 0.15


class Alarm(Exception):
    """Raised by a signal handler."""


class Interrupts(Case):
    def in_a_while(self, seconds: float = 0.2) -> list[float]:
        """Sends SIGINT to this process; says when."""
        sent: list[float] = []

        def send() -> None:
            sent.append(time.monotonic())
            os.kill(os.getpid(), signal.SIGINT)

        timer = threading.Timer(seconds, send)
        timer.start()
        self.addCleanup(timer.join)
        return sent

    def test_ctrl_c_ends_a_call_at_once(self) -> None:
        client = self.client()
        client.get("/tests")
        for _ in range(5):
            sent = self.in_a_while()
            with self.assertRaises(KeyboardInterrupt):
                client.get("/slow?ms=5000")
            self.assertLess(time.monotonic() - sent[0], AT_ONCE)
        self.assertEqual(client.get("/tests").status_code, 200)

    def test_ctrl_c_ends_every_kind_of_wait(self) -> None:
        headers = {"X-Organization-Rate-Limit-Remaining": "0", "X-Organization-Rate-Limit-Reset": "50"}
        self.server.script("/v7/tests", {"status": 429, "headers": headers})
        client = self.client()
        pages = client.pages("/slow?ms=5000")
        with self.assertLogs("thousandeyes", logging.INFO) as told:
            waits: list[Callable[[], object]] = [lambda: next(pages), lambda: client.get("/tests")]
            for wait in waits:
                sent = self.in_a_while(0.4)
                with self.assertRaises(KeyboardInterrupt):
                    wait()
                self.assertLess(time.monotonic() - sent[0], AT_ONCE)
        # The line came while the call was waiting, not after it.
        lines = [record for record in told.records if "Rate limit reached: waiting" in record.getMessage()]
        self.assertLess(lines[0].created, time.time() - (time.monotonic() - sent[0]) - 0.1)

    def test_no_ctrl_c_is_lost_between_short_calls(self) -> None:
        # Signals at all moments of calls of a millisecond: each one is a KeyboardInterrupt, here.
        program = """
import os, random, signal, threading, time, thousandeyes
client = thousandeyes.Client()
client.get("/tests")
caught, inside, done = 0, -1, threading.Event()
def send():
    for number in range(200):
        while inside != caught:
            time.sleep(0.0005)
        seen = caught
        time.sleep(random.uniform(0, 0.004))
        os.kill(os.getpid(), signal.SIGINT)
        end = time.monotonic() + 5
        while caught == seen and time.monotonic() < end:
            time.sleep(0.0005)
    done.set()
thread = threading.Thread(target=send)
thread.start()
while not done.is_set():
    try:
        while not done.is_set():
            inside = caught
            client.get("/tests")
    except KeyboardInterrupt:
        caught += 1
thread.join()
client.close()
print(caught, thousandeyes.live_handles())
"""
        done = self.program(program)
        self.assertEqual((done.stdout, done.stderr), ("200 0\n", ""))

    def test_a_handler_that_raises_something_else_and_one_that_does_not(self) -> None:
        def handle(number: int, frame: FrameType | None) -> None:
            seen.append(number)
            if len(seen) == 2:
                raise Alarm

        seen: list[int] = []
        before = signal.signal(signal.SIGALRM, handle)
        self.addCleanup(signal.signal, signal.SIGALRM, before)
        client = self.client()
        signal.setitimer(signal.ITIMER_REAL, 0.1)
        self.assertEqual(client.get("/slow?ms=300").status_code, 200)
        signal.setitimer(signal.ITIMER_REAL, 0.1)
        try:
            client.get("/slow?ms=5000")
        except Alarm as alarm:
            self.assertIn("in handle\n", "".join(traceback.format_tb(alarm.__traceback__)))
        else:
            self.fail("the call went on")
        self.assertEqual(seen, [signal.SIGALRM] * 2)

    def test_a_handler_that_makes_a_call_is_refused_and_the_outer_call_goes_on(self) -> None:
        client, refused = self.client(), []

        def handle(number: int, frame: FrameType | None) -> None:
            with self.assertRaises(thousandeyes.RequestError) as raised:
                client.get("/tests")
            refused.append(raised.exception.status)

        before = signal.signal(signal.SIGALRM, handle)
        self.addCleanup(signal.signal, signal.SIGALRM, before)
        signal.setitimer(signal.ITIMER_REAL, 0.1)
        self.assertEqual(client.get("/slow?ms=400").status_code, 200)
        self.assertEqual(refused, [thousandeyes.Status.INVALID_ARGUMENT])
        # And what comes after it in the same call is heard.
        signal.setitimer(signal.ITIMER_REAL, 0.1)
        sent = self.in_a_while(0.4)
        with self.assertRaises(KeyboardInterrupt):
            client.get("/slow?ms=5000")
        self.assertLess(time.monotonic() - sent[0], AT_ONCE)

    def test_many_threads_share_a_client(self) -> None:
        client = self.client()
        with ThreadPoolExecutor(8) as threads:
            answers = list(threads.map(lambda n: client.get(f"/tests?max={n}").json(), range(1, 201)))
        self.assertEqual([len(answer["tests"]) for answer in answers], [min(n, 3) for n in range(1, 201)])
        self.assertEqual(self.server.requests, 200)

    def test_a_thread_s_wait_does_not_hold_up_others(self) -> None:
        client = self.client()
        # Until its token was accepted, others do wait for it.
        client.get("/tests")
        with ThreadPoolExecutor(1) as threads:
            slow = threads.submit(client.get, "/slow?ms=1000")
            begun = time.monotonic()
            client.get("/tests")
            self.assertLess(time.monotonic() - begun, 0.5)
            self.assertEqual(slow.result().status_code, 200)

    def test_a_forked_child_makes_calls(self) -> None:
        client = self.client()
        client.get("/tests")
        child = os.fork()
        if child == 0:
            code = 1
            try:
                code = 0 if [client.get("/tests").status_code for _ in range(3)] == [200] * 3 else 2
            finally:
                os._exit(code)
        self.assertEqual(client.get("/tests").status_code, 200)
        self.assertEqual(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), 0)
        self.assertEqual(self.server.requests, 5)

    def test_a_child_does_not_wait_for_the_parent_s_threads(self) -> None:
        program = """
import os, threading, time, thousandeyes
client = thousandeyes.Client()
client.get("/tests")
thread = threading.Thread(target=client.get, args=["/slow?ms=2500"])
thread.start()
time.sleep(0.3)
begun = time.monotonic()
child = os.fork()
if child == 0:
    # With a thread of its own, which an end of the interpreter looks after.
    threading.Thread(target=time.sleep, args=[30], daemon=True).start()
else:
    os.waitpid(child, 0)
    print(time.monotonic() - begun < 0.8, thread.is_alive())
"""
        done = self.program(program, "-W", "ignore::DeprecationWarning")
        self.assertEqual((done.stdout, done.stderr), ("True True\n", ""))

    def test_multiprocessing_with_fork_ends(self) -> None:
        program = """
import multiprocessing, thousandeyes
client = thousandeyes.Client()
def names(n): return len(client.get("/tests").json()["tests"])
if __name__ == "__main__":
    client.get("/tests")
    with multiprocessing.get_context("fork").Pool(4) as pool:
        print(pool.map(names, range(8)))
"""
        done = self.program(program, "-W", "ignore::DeprecationWarning")
        self.assertEqual((done.stdout, done.stderr), (f"{[3] * 8}\n", ""))

    def test_asyncio(self) -> None:
        client = self.client()
        client.get("/tests")

        async def main() -> list[Any]:
            slow = asyncio.create_task(asyncio.to_thread(client.get, "/slow?ms=300"))
            quick = await asyncio.to_thread(client.get, "/tests")
            return [slow.done(), quick.status_code, (await slow).status_code]

        self.assertEqual(asyncio.run(main()), [False, 200, 200])

    def test_asyncio_and_ctrl_c_as_the_readme_shows(self) -> None:
        program = """
import asyncio, thousandeyes
async def main():
    with thousandeyes.Client() as client:
        try:
            print("begun", flush=True)
            await asyncio.to_thread(client.get, "/slow?ms=20000")
        except asyncio.CancelledError:
            client.cancel()
            raise
asyncio.run(main())
"""
        self.assert_ends_with(program, -signal.SIGINT, "KeyboardInterrupt")

    def test_ctrl_c_ends_a_program(self) -> None:
        program = """
import thousandeyes
print("begun", flush=True)
thousandeyes.Client().get("/slow?ms=20000")
"""
        self.assert_ends_with(program, -signal.SIGINT, "KeyboardInterrupt")

    def assert_ends_with(self, program: str, code: int, last: str) -> None:
        pipe = subprocess.PIPE
        command = [sys.executable, "-c", program]
        with subprocess.Popen(command, env=self.environment(), stdout=pipe, stderr=pipe, text=True) as process:
            assert process.stdout and process.stderr
            process.stdout.readline()
            time.sleep(0.3)
            begun = time.monotonic()
            process.send_signal(signal.SIGINT)
            told = process.stderr.read()
            self.assertEqual(process.wait(), code, told)
            self.assertLess(time.monotonic() - begun, 1.5)
        self.assertEqual(told.splitlines()[-1], last)
