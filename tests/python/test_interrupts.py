"""Ctrl-C and other signals."""

from __future__ import annotations

import logging
import os
import random
import signal
import subprocess
import sys
import threading
import time
import traceback
from collections import deque
from types import FrameType
from typing import Callable

import thousandeyes
from support import Case
from thousandeyes import _calls

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

    def test_nothing_is_lost_wherever_in_its_loop_the_library_asks(self) -> None:
        # All that runs here as Python is the generator, which the library resumes in the same way.
        def handle(number: int, frame: FrameType | None) -> None:
            raise Alarm

        before = signal.signal(signal.SIGALRM, handle)
        self.addCleanup(signal.signal, signal.SIGALRM, before)
        kept = 0
        while kept < 500:
            thrown: list[BaseException] = []
            watch = _calls._watch(thrown)
            next(watch)
            try:
                signal.setitimer(signal.ITIMER_REAL, random.uniform(0.0005, 0.001))
                deque(iter(watch.__next__, 1), 0)
            except Alarm as alarm:
                # A slow machine: it came before the first question.
                frames = [frame.name for frame in traceback.extract_tb(alarm.__traceback__)]
                self.assertNotIn("_watch", frames, f"after {kept} that were kept")
            else:
                self.assertEqual([type(one) for one in thrown], [Alarm])
                kept += 1

    def test_signals_that_come_at_once(self) -> None:
        program = """
import os, signal, threading, time, thousandeyes
class Alarm(BaseException): pass
def handle(*_): raise Alarm
signal.signal(signal.SIGALRM, handle)
def send():
    time.sleep(0.1)
    sent.append(time.monotonic())
    os.kill(os.getpid(), signal.SIGALRM)
    os.kill(os.getpid(), signal.SIGINT)
client = thousandeyes.Client()
client.get("/tests")
late = []
for _ in range(10):
    sent, thread = [], threading.Thread(target=send)
    try:
        try:
            thread.start()
            client.get("/slow?ms=5000")
        finally:
            late.append(time.monotonic() - sent[0])
            thread.join()
    except (Alarm, KeyboardInterrupt):
        pass
print(len(late), max(late) < 0.15)
"""
        done = self.program(program)
        self.assertEqual((done.stdout, done.stderr), ("10 True\n", ""))

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
