"""Calls that work, and what they give."""

from __future__ import annotations

import copy
import json
import logging
import pickle

import thousandeyes
from support import GOOD, Case


class Calls(Case):
    def test_a_get_gives_what_the_server_said(self) -> None:
        response = self.client().get("/tests")
        self.assertEqual((response.status, response.status_code, response.ok), (thousandeyes.Status.OK, 200, True))
        self.assertEqual([test["testName"] for test in response.json()["tests"]], [f"Example {n}" for n in (1, 2, 3)])
        self.assertEqual(json.loads(response.text), json.loads(response.content))
        self.assertEqual(response.headers["content-TYPE"], "application/hal+json")
        self.assertIn("Content-Type", response.headers)
        self.assertIs(response.sent, thousandeyes.Sent.YES)
        self.assertIsNone(response.retry_after)
        self.assertEqual(repr(response), "<Response [200]>")
        self.assertEqual(self.server.requests, 1)

    def test_every_method_sends_its_body_query_and_headers(self) -> None:
        client = self.client()
        path, body = "/tests/http-server/7", {"testName": "ü", "interval": 60}
        params = {"a": "1 &ü", "b": [2, True], "c": None}
        client.post("/tests/http-server", json=body, params=params, aid=11, headers={"X-Own": "yes"})
        client.put(path, json=body)
        client.patch(path, json={})
        self.assertEqual(client.delete(path).status_code, 204)
        client.request("POST", "/tests/http-server", data=b"{}", headers={"Content-Type": "application/hal+json"})
        seen = self.server.log
        self.assertEqual([line["method"] for line in seen], ["POST", "PUT", "PATCH", "DELETE", "POST"])
        self.assertEqual(json.loads(seen[0]["body"]), body)
        self.assertEqual(seen[0]["target"], "/v7/tests/http-server?a=1%20%26%C3%BC&b=2&b=true&aid=11")
        headers = dict(seen[0]["headers"])
        self.assertEqual((headers["x-own"], headers["content-type"]), ("yes", "application/json"))
        self.assertEqual([line["body"] for line in seen[2:]], ["{}", "", "{}"])
        self.assertEqual(dict(seen[4]["headers"])["content-type"], "application/hal+json")

    def test_settings_reach_the_wire(self) -> None:
        client = self.client(account_group=22, user_agent="probe/1.0", timeout=5, connect_timeout=2.5)
        client.get("/tests")
        client.get("/tests", aid="")
        first, second = self.server.log
        self.assertEqual((first["target"], second["target"]), ("/v7/tests?aid=22", "/v7/tests"))
        self.assertTrue(dict(first["headers"])["user-agent"].startswith("probe/1.0 "), first)

    def test_a_new_token_is_handed_over_and_used(self) -> None:
        client = self.client()
        kept: list[tuple[str, str | None]] = []
        client.rotate_token(lambda token, until: kept.append((token, until)))
        self.assertEqual(kept, [("renewed-token-1", "2028-11-25T00:00:00Z")])
        self.server.tell(f"revoke?token={GOOD}")
        client.get("/tests")
        with self.assertRaises(thousandeyes.RequestError) as refused:
            self.server.tell(f"accept?token={GOOD}")
            client.rotate_token(lambda token, until: kept.append((token, until)))
        self.assertEqual((refused.exception.http_status, len(kept), self.server.requests), (409, 1, 3))

    def test_a_new_token_that_cannot_be_sent_is_handed_over_first(self) -> None:
        self.server.script("/v7/api-tokens", {"status": 201, "body": {"bearerToken": "two words"}})
        kept: list[str] = []
        with self.assertRaises(thousandeyes.Error):
            self.client().rotate_token(lambda token, _: kept.append(token))
        self.assertEqual(kept, ["two words"])

    def test_partial_success_is_told_and_does_not_raise(self) -> None:
        tags = [{"key": "a", "value": "b"}, {"key": "c"}]
        with self.assertLogs("thousandeyes", logging.WARNING) as told:
            response = self.client().post("/tags/bulk", json={"tags": tags})
        self.assertEqual((response.status, response.status_code), (thousandeyes.Status.PARTIAL, 207))
        self.assertFalse(response.ok)
        self.assertIn("1 item failed (207)", response.message)
        self.assertEqual(told.output, [f"WARNING:thousandeyes:{response.message}"])

    def test_rate_limits_are_read(self) -> None:
        self.server.tell("limit?family=organization&per_window=240&window_ms=60000")
        response = self.client().get("/tests")
        limit = response.rate_limit()
        assert limit and limit.reset is not None
        self.assertEqual((limit.limit, limit.remaining), (240, 239))
        self.assertTrue(0 < limit.reset <= 61, limit)
        self.assertEqual(response.rate_limit("Organization"), limit)
        self.assertIsNone(response.rate_limit("other"))

    def test_headers_that_come_twice(self) -> None:
        raw = "HTTP/1.1 200 OK\r\nX-Twice: a\r\nx-twice: b\r\nContent-Length: 2\r\n\r\n{}"
        self.server.script("/v7/tests", {"raw": raw})
        headers = self.client().get("/tests").headers
        self.assertEqual((headers["X-Twice"], headers.get_all("X-TWICE")), ("a, b", ["a", "b"]))
        self.assertEqual(headers.get("x-none", "none"), "none")

    def test_a_response_is_plain_data(self) -> None:
        client = self.client()
        response = client.get("/tests")
        client.close()
        again = pickle.loads(pickle.dumps(copy.deepcopy(response)))
        self.assertEqual((again.json(), dict(again.headers)), (response.json(), dict(response.headers)))

    def test_numbers_that_no_double_holds(self) -> None:
        self.server.script("/v7/tests", {"status": 200, "body": '{"id": 123456789012345678901}'})
        self.assertEqual(self.client().get("/tests").json()["id"], 123456789012345678901)

    def test_the_guard_tells_what_it_knows(self) -> None:
        client = self.client()
        client.get("/tests")
        guard = client.guard()
        self.assertEqual((guard["token"], guard["origin"], guard["store"]), ("accepted", self.server.url, "memory"))
        client.unblock_token()

    def test_the_log_has_levels_and_this_program_s_settings(self) -> None:
        with self.assertLogs("thousandeyes", logging.DEBUG) as told:
            self.client().get("/tests")
        self.assertRegex(told.output[0], r"^DEBUG:thousandeyes:GET /v7/tests: 200 in \d+ ms$")
        program = "import thousandeyes; thousandeyes.Client().get('/tests')"
        self.assertEqual(self.program(program).stderr, "")
        self.assertRegex(self.program(program, TE_LOG="debug").stderr, r"^thousandeyes: GET /v7/tests: 200 in")
        self.assertEqual(self.program(program, TE_LOG="warn").stderr, "")

    def test_a_handler_of_the_log_may_fail_and_may_make_calls(self) -> None:
        client = self.client()
        logger = logging.getLogger("thousandeyes")
        answers: list[int] = []
        busy: list[bool] = []

        class Handler(logging.Handler):
            def emit(self, record: logging.LogRecord) -> None:
                if not busy:
                    busy.append(True)
                    answers.append(client.get("/agents").status_code)
                raise OSError("no room")

        handler = Handler()
        logger.addHandler(handler)
        logger.setLevel(logging.DEBUG)
        self.addCleanup(logger.setLevel, logging.NOTSET)
        self.addCleanup(logger.removeHandler, handler)
        self.assertEqual(client.get("/tests").status_code, 200)
        self.assertEqual(answers, [200])

    def test_the_token_of_the_environment(self) -> None:
        told = self.program("import thousandeyes as te\nwith te.Client() as c: print(c.get('tests').status_code)")
        self.assertEqual((told.stdout, told.stderr), ("200\n", ""))
        self.assertNotIn(GOOD, told.stdout)
