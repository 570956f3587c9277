"""Every failure that can be brought about is raised as its class, with what a program needs to go on."""

from __future__ import annotations

import pickle
import socket
import threading
from typing import Any, Callable

import thousandeyes
from support import Case
from thousandeyes import LocalError, RequestError, RetryError, Sent, Status, TokenError, WaitError


class Failures(Case):
    def fails(
        self,
        error: type[thousandeyes.Error],
        status: Status,
        client: thousandeyes.Client,
        path: str = "/tests",
        **options: Any,
    ) -> thousandeyes.Error:
        """Makes a call that must fail so."""
        with self.assertRaises(error) as raised:
            client.get(path, **options)
        self.assertIs(type(raised.exception), error)
        self.assertEqual(raised.exception.status, status)
        self.assertEqual(raised.exception.status_name, f"TE_E_{status.name}")
        self.assertEqual(raised.exception.args, (str(raised.exception),))
        self.assertTrue(str(raised.exception))
        return raised.exception

    def test_a_token_that_was_never_accepted(self) -> None:
        client = self.client("never-accepted")
        error = self.fails(TokenError, Status.UNAUTHORIZED, client)
        self.assertEqual((error.http_status, error.sent), (401, Sent.YES))
        self.assertEqual((str(error.status), f"{error.sent}"), ("UNAUTHORIZED", "YES"))
        assert error.response
        self.assertEqual(error.response.json()["error"], "invalid_token")
        refused = self.fails(TokenError, Status.TOKEN_REFUSED, client)
        self.assertEqual((refused.http_status, refused.sent), (0, Sent.NO))
        assert refused.retry_after
        self.assertTrue(890 < refused.retry_after <= 900, refused.retry_after)
        self.assertEqual(self.server.requests, 1)
        client.unblock_token()
        self.fails(TokenError, Status.UNAUTHORIZED, client)
        self.assertEqual(self.server.requests, 2)

    def test_unblocking_ends(self) -> None:
        client = self.client("never-accepted")
        for _ in range(3):
            self.assertRaises(TokenError, client.get, "/tests")
            client.unblock_token()
        self.assertRaises(TokenError, client.get, "/tests")
        with self.assertRaisesRegex(thousandeyes.Error, "at most 3 times an hour") as raised:
            client.unblock_token()
        self.assertIsNone(raised.exception.response)
        self.assertEqual((raised.exception.http_status, raised.exception.retry_after), (0, None))
        self.assertEqual(self.server.requests, 4)

    def test_a_token_that_was_revoked_or_an_account_that_was_locked(self) -> None:
        for control in ("revoke", "lock"):
            with self.subTest(control):
                self.server.tell(f"accept?token={control}-token")
                client = self.client(f"{control}-token")
                client.get("/tests")
                self.server.tell(f"{control}?token={control}-token")
                self.fails(TokenError, Status.LOCKOUT_SUSPECTED, client)

    def test_tokens_that_cannot_be_one_and_none(self) -> None:
        for token, status in (("two words", "BAD_TOKEN"), ("tökén", "BAD_TOKEN"), (None, "NO_TOKEN")):
            with self.subTest(status), self.assertRaises(TokenError) as raised:
                self.client(token)
            self.assertEqual(raised.exception.status, Status[status])
        self.assertRaises(TypeError, self.client, 5)
        self.assertRaises(ValueError, self.client, "a\0b")
        self.assertEqual(self.server.requests, 0)

    def test_too_many_tokens_of_one_place(self) -> None:
        self.client().get("/tests")
        self.fails(TokenError, Status.UNAUTHORIZED, self.client("first-bad", unauthorized_budget=1))
        self.fails(WaitError, Status.BUDGET_EXHAUSTED, self.client("second-bad", unauthorized_budget=1))

    def test_a_source_ip_that_is_blocked(self) -> None:
        self.server.script("/v7/tests", {"status": 429})
        client = self.client()
        self.fails(WaitError, Status.SOURCE_IP_BLOCKED, client)
        error = self.fails(WaitError, Status.SOURCE_IP_BLOCKED, client)
        self.assertEqual((error.sent, self.server.requests), (Sent.NO, 1))
        assert error.retry_after
        self.assertTrue(100 < error.retry_after <= 180, error.retry_after)

    def test_a_rate_limit(self) -> None:
        headers = {
            "X-Organization-Rate-Limit-Limit": "240",
            "X-Organization-Rate-Limit-Remaining": "0",
            "X-Organization-Rate-Limit-Reset": "50",
        }
        self.server.script("/v7/tests", {"status": 429, "headers": headers})
        error = self.fails(WaitError, Status.RATE_LIMITED, self.client(wait_for_rate_limits=False))
        assert error.retry_after and error.response
        self.assertTrue(45 < error.retry_after <= 52, error.retry_after)
        self.assertEqual(error.response.rate_limit("organization"), error.response.rate_limit())

    def test_answers_of_the_api(self) -> None:
        problem = {"status": 400, "body": {"title": "Bad", "errors": [{"field": "interval", "message": "too short"}]}}
        for answer, error, status in (
            ({"status": 403}, RequestError, Status.FORBIDDEN),
            ({"status": 404}, RequestError, Status.NOT_FOUND),
            (problem, RequestError, Status.HTTP),
            ({"status": 500}, RetryError, Status.SERVER),
            ({"status": 200, "html": True}, RetryError, Status.BAD_RESPONSE),
            ({"status": 200, "headers": {"Content-Type": "application/json"}, "body": '{"a": '}, RetryError, -306),
            ({"raw": "nonsense\r\n\r\n"}, RetryError, Status.BAD_RESPONSE),
            ({"body": {"a": "b" * 5000}, "cut_after": 2000}, RetryError, Status.IO),
        ):
            with self.subTest(answer=answer):
                server = self.server
                server.script("/v7/tests", answer)
                raised = self.fails(error, Status(status), self.client())
                if "raw" not in answer:
                    self.assertEqual(raised.sent, Sent.YES)
                    self.assertEqual(raised.http_status, answer.get("status", 200))

    def test_the_fields_that_are_wrong_are_in_the_message(self) -> None:
        body = {"title": "Bad", "errors": [{"field": "interval", "message": "too short"}]}
        self.server.script("/v7/tests", {"status": 400, "body": body})
        with self.assertRaisesRegex(RequestError, "interval.*too short") as raised:
            self.client().post("/tests", json={"interval": 1})
        assert raised.exception.response
        self.assertEqual(raised.exception.response.json(), body)

    def test_a_body_that_is_too_large(self) -> None:
        self.fails(RequestError, Status.TOO_LARGE, self.client(body_limit=1000), "/big?bytes=2000")

    def test_time(self) -> None:
        error = self.fails(RetryError, Status.TIMEOUT, self.client(), "/slow?ms=3000", timeout=0.2)
        self.assertEqual(error.sent, Sent.PERHAPS)
        self.assertTrue(error.sent, "a POST may not be repeated")
        self.assertRaises(RequestError, self.client().get, "/tests", timeout=0)
        self.assertRaises(RequestError, self.client().get, "/tests", timeout=-1)
        self.assertEqual(self.client().get("/tests", timeout=float("inf")).status_code, 200)

    def test_no_host_no_port_and_no_tls(self) -> None:
        with socket.socket() as closed:
            closed.bind(("127.0.0.1", 0))
            url = f"http://127.0.0.1:{closed.getsockname()[1]}"
        error = self.fails(RetryError, Status.CONNECT, self.client(base_url=url))
        self.assertEqual((error.sent, error.http_status, error.retry_after), (Sent.NO, 0, None))
        self.assertFalse(error.sent)
        plain = self.server.url.replace("http:", "https:")
        self.fails(LocalError, Status.TLS, self.client(base_url=plain))
        # Names under .invalid are never looked up further than the resolver of this machine.
        self.fails(LocalError, Status.PROXY, self.client(base_url="https://api.invalid", proxy=self.refusing()))

    def refusing(self) -> str:
        """A proxy that wants a password of its own."""
        listener = socket.create_server(("127.0.0.1", 0))
        self.addCleanup(listener.close)

        def refuse() -> None:
            caller, _ = listener.accept()
            with caller:
                asked = b""
                while not asked.endswith(b"\r\n\r\n"):
                    asked += caller.recv(4096)
                caller.sendall(b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n")

        threading.Thread(target=refuse, daemon=True).start()
        return f"http://127.0.0.1:{listener.getsockname()[1]}"

    def test_calls_that_are_wrong_are_not_sent(self) -> None:
        client = self.client()
        self.fails(RequestError, Status.FOREIGN_LINK, client, "https://example.com/v7/tests")
        self.fails(RequestError, Status.INVALID_ARGUMENT, client, "/tests?aid=1", aid=2)
        wrong: list[Callable[[], object]] = [
            lambda: client.request("BREW", "/tests"),
            lambda: client.request("GET", "/tests", json={}),
            lambda: client.get("/tests", headers={"Authorization": "Bearer x"}),
            lambda: client.get("/tests", headers={"X": "a\nb"}),
            lambda: client.pages("/tests", headers={"Host": "x"}),
        ]
        for call in wrong:
            with self.assertRaises(RequestError) as raised:
                call()
            self.assertEqual((raised.exception.status, raised.exception.sent), (Status.INVALID_ARGUMENT, Sent.NO))
        self.assertRaises(ValueError, client.get, "/tests\0")
        self.assertRaises(ValueError, client.get, "/tests\ud800")
        self.assertRaises(ValueError, client.post, "/tests", json=float("nan"))
        self.assertRaises(TypeError, client.post, "/tests", json=object())
        self.assertRaises(TypeError, client.request, "POST", "/tests", json={}, data="{}")
        self.assertEqual(self.server.requests, 0)

    def test_settings_that_are_wrong(self) -> None:
        settings: list[dict[str, Any]] = [
            {"base_url": "http://example.com"},
            {"timeout": 0},
            {"timeout": 1e-9, "connect_timeout": -1},
            {"unauthorized_budget": 111},
            {"unauthorized_budget": 2**32 + 36},
            {"body_limit": -(2**64) + 1},
        ]
        for wrong in settings:
            with self.subTest(wrong), self.assertRaises(thousandeyes.Error) as raised:
                self.client(**wrong)
            self.assertEqual(raised.exception.sent, Sent.NO)

    def test_a_client_that_is_cancelled_or_closed(self) -> None:
        client = self.client()
        threading.Timer(0.2, client.cancel).start()
        self.fails(LocalError, Status.CANCELLED, client, "/slow?ms=5000")
        self.fails(LocalError, Status.CANCELLED, client)
        client.close()
        client.close()
        self.assertIn("closed", str(self.fails(LocalError, Status.BAD_HANDLE, client)))
        self.assertRaises(LocalError, client.items, "/tests")
        self.assertRaises(LocalError, client.guard)
        client.cancel()

    def test_an_error_goes_to_another_process(self) -> None:
        error = self.fails(TokenError, Status.UNAUTHORIZED, self.client("never-accepted"))
        again = pickle.loads(pickle.dumps(error))
        self.assertIs(type(again), TokenError)
        self.assertEqual((str(again), again.status, again.http_status), (str(error), Status.UNAUTHORIZED, 401))

    def test_one_base(self) -> None:
        for kind in (TokenError, WaitError, RetryError, RequestError, LocalError):
            self.assertTrue(issubclass(kind, thousandeyes.Error))
        self.assertEqual(repr(TokenError), "<class 'thousandeyes.TokenError'>")
