"""Threads, processes and asyncio."""

from __future__ import annotations

import asyncio
import os
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from support import Case


class Threads(Case):
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
