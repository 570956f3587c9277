"""What is freed, when the interpreter ends, and what is kept out of sight."""

from __future__ import annotations

import copy
import gc
import pickle
import resource
import sys
import traceback
from typing import Any

import thousandeyes
from support import GOOD, Case
from thousandeyes import _given


class Lifetimes(Case):
    def test_nothing_is_left_and_memory_does_not_grow(self) -> None:
        self.server.script("/v7/agents", {"status": 404, "times": 10_000})
        client = self.client()

        def calls(rounds: int) -> None:
            for _ in range(rounds):
                client.get("/tests", params={"max": 1}).json()
                self.assertRaises(thousandeyes.RequestError, client.get, "/agents")

        calls(1000)
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        calls(9000)
        grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
        self.assertLess(grown, 1024, "KiB")
        self.assertEqual(thousandeyes.live_handles(), 1)
        self.assertEqual(self.server.requests, 20_000)

    def test_what_is_dropped_is_freed(self) -> None:
        gc.disable()
        self.addCleanup(gc.enable)
        items = self.client().items("/tests")
        next(items)
        self.assertGreater(thousandeyes.live_handles(), 1)
        del items
        self.assertEqual(thousandeyes.live_handles(), 1)
        dropped = thousandeyes.Client(GOOD, base_url=self.server.url, state_dir="")
        dropped.get("/tests")
        del dropped
        self.assertEqual(thousandeyes.live_handles(), 1)

    def test_a_context_closes(self) -> None:
        with self.client() as client:
            self.assertEqual(repr(client), "<thousandeyes.Client, open>")
        self.assertEqual(repr(client), "<thousandeyes.Client, closed>")
        self.assertEqual(thousandeyes.live_handles(), 0)

    def test_no_copies_and_no_pickles(self) -> None:
        client = self.client()
        for one in (client, client.pages("/tests"), client.items("/tests")):
            for way in (copy.copy, copy.deepcopy, pickle.dumps):
                with self.assertRaisesRegex(TypeError, f"{type(one).__name__} cannot be copied or pickled"):
                    way(one)

    def test_the_interpreter_ends_quietly(self) -> None:
        self.server.tell("tests?total=7&page_size=3")
        programs = {
            "with everything open": "c = te.Client(); p = c.pages('/tests'); i = c.items('/tests'); next(i)",
            "in a cycle": "class A: pass\na = A(); a.a = a; a.c = te.Client(); a.c.get('/tests')",
            "in a finalizer": "class A:\n def __del__(self): print(self.c.get('/tests').status_code)\n"
            "a = A(); a.c = te.Client(); a.a = a",
            "in an exit handler": "import atexit; c = te.Client(); atexit.register(c.get, '/tests')",
            "with daemon threads in calls": "import threading, time\nc = te.Client(); c.get('/tests')\n"
            "for _ in range(4): threading.Thread(target=c.get, args=['/slow?ms=3000'], daemon=True).start()\n"
            # The end of the interpreter takes a while: the library would ask meanwhile.
            "time.sleep(0.3)\nclass Slow:\n def __del__(self, sleep=time.sleep): sleep(0.4)\nte.slow = Slow()",
        }
        for name, program in programs.items():
            with self.subTest(name):
                done = self.program(f"import thousandeyes as te\n{program}")
                self.assertEqual((done.returncode, done.stderr), (0, ""))

    def test_no_secret_is_seen(self) -> None:
        self.server.tell("accept?token=very-secret-token")
        client = self.client("very-secret-token", proxy="http://me:very-secret-password@127.0.0.1:9")
        seen = [repr(client), repr(vars(client)), repr(client.get("/tests"))]
        self.server.tell("revoke?token=very-secret-token")
        with self.assertRaises(thousandeyes.TokenError) as raised:
            client.get("/tests", params={"token": "very-secret-token"})
        told = traceback.TracebackException.from_exception(raised.exception, capture_locals=True)
        seen += ["".join(told.format()), repr(raised.exception), repr(vars(raised.exception))]
        self.assertNotIn("very-secret", "".join(seen).replace("{'token': 'very-secret-token'}", ""))

    def test_the_token_is_in_no_frame_of_the_package(self) -> None:
        # A frame that was asked for its local variables keeps them.
        self.addCleanup(gc.collect)
        wrong: list[dict[str, Any]] = [{"base_url": "ftp://x"}, {"proxy": "very-secret://x"}]
        for settings in wrong:
            try:
                thousandeyes.Client("very-secret token", **settings)
            except thousandeyes.Error as error:
                told = traceback.TracebackException.from_exception(error, capture_locals=True)
                own = [frame for frame in told.stack if "thousandeyes" in frame.filename.split("/")]
                self.assertTrue(own)
                for frame in own:
                    self.assertNotIn("very-secret token", str(frame.locals))
                    self.assertNotIn("very-secret://", str(frame.locals))
            else:
                self.fail("no error")

    def test_the_copy_of_the_token_is_wiped(self) -> None:
        made = []

        def keeping(token: str | None) -> object:
            made.append(original(token))
            return made[-1]

        original, _given.wipeable = _given.wipeable, keeping  # type: ignore[assignment]
        self.addCleanup(setattr, _given, "wipeable", original)
        self.client("very-secret-token")
        self.assertEqual(made[0].raw, bytes(len("very-secret-token") + 1))  # type: ignore[union-attr]

    def test_a_token_is_not_kept_alive(self) -> None:
        token = "".join(["a", "very", "secret", "token"])
        before = sys.getrefcount(token)
        self.client(token)
        self.assertEqual(sys.getrefcount(token), before)
