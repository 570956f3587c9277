"""What a program gives: what is wrong is told by its name, and nothing is sent."""

from __future__ import annotations

import enum
import traceback
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any

import thousandeyes
from support import Case

IN_PARAMS = "a str, a number, a bool, a datetime or a list of these"


class Window(str, enum.Enum):
    HOURS = "2h"


class Parameters(Case):
    def test_a_wrong_type_is_named(self) -> None:
        client = self.client()
        calls: list[tuple[dict[str, Any], str]] = [
            ({"path": None}, "path is a str, and this is a NoneType."),
            ({"method": None}, "method is a str, and this is a NoneType."),
            ({"timeout": "5"}, "timeout is a number of seconds, and this is a str."),
            ({"timeout": True}, "timeout is a number of seconds, and this is a bool."),
            ({"aid": True}, "aid is an account group's id, a str or an int, and this is a bool."),
            ({"aid": 1.5}, "aid is an account group's id, a str or an int, and this is a float."),
            ({"headers": [("X", "a")]}, "headers is a mapping, and this is a list."),
            ({"headers": {"X": 5}}, "headers['X'] is a str, and this is an int."),
            ({"data": 5}, "data is a str or bytes, and this is an int."),
            ({"params": "a=b"}, "params is a mapping or pairs of name and value, and this is a str."),
            ({"params": 5}, "params is a mapping or pairs of name and value, and this is an int."),
            ({"params": ["ab"]}, "params is a mapping or pairs of name and value, and this is a str."),
            ({"params": {5: "a"}}, "A name in params is a str, and this is an int."),
            ({"params": {"a": {"b": "c"}}}, f"params['a'] is {IN_PARAMS}, and this is a dict."),
            ({"params": {"a": b"c"}}, f"params['a'] is {IN_PARAMS}, and this is a bytes."),
            ({"params": {"a": [1, [2]]}}, f"params['a'] is {IN_PARAMS}, and this is a list."),
        ]
        for given, told in calls:
            with self.subTest(given), self.assertRaises(TypeError) as raised:
                client.request(**{"method": "POST", "path": "/tests", **given})
            self.assertEqual(str(raised.exception), told)
        with self.assertRaisesRegex(TypeError, "^key is a str, and this is an int.$"):
            client.items("/tests", 5)  # type: ignore[arg-type]
        self.assertEqual(self.server.requests, 0)

    def test_a_wrong_value_is_named(self) -> None:
        client = self.client()
        calls: list[tuple[dict[str, Any], str]] = [
            ({"timeout": float("nan")}, "timeout is a number of seconds, and this is nan."),
            ({"aid": "a b"}, "aid is an account group's id, digits only: GET /account-groups lists them."),
            ({"aid": -5}, "aid is an account group's id, digits only: GET /account-groups lists them."),
            ({"params": {"a": float("nan")}}, "params['a'] is nan, which is no number for a query."),
            ({"params": {"a": [1, -float("inf")]}}, "params['a'] is -inf, which is no number for a query."),
            ({"params": {"a": Decimal("NaN")}}, "params['a'] is NaN, which is no number for a query."),
            (
                {"params": {"a": datetime(2026, 1, 2)}},
                "params['a'] is a datetime without a time zone: give it one, as datetime.now(timezone.utc) has.",
            ),
        ]
        for given, told in calls:
            with self.subTest(given), self.assertRaises(ValueError) as raised:
                client.get("/tests", **given)
            self.assertEqual(str(raised.exception), told)
        for json in (float("nan"), {"a": [float("inf")]}):
            self.assertRaises(ValueError, client.post, "/tests", json=json)
        self.assertEqual(self.server.requests, 0)

    def test_times_are_seconds(self) -> None:
        for name in ("timeout", "connect_timeout", "idle_timeout"):
            settings: dict[str, Any] = {name: 0}
            with self.assertRaises(thousandeyes.RequestError) as raised:
                self.client(**settings)
            self.assertEqual(str(raised.exception), f"{name} must be more than 0 seconds. Nothing was sent.")
            self.assertIs(raised.exception.status, thousandeyes.Status.INVALID_ARGUMENT)
        with self.assertRaisesRegex(thousandeyes.RequestError, "^timeout must be more than 0 seconds"):
            self.client().get("/tests", timeout=-1)

    def test_wrong_settings_are_named(self) -> None:
        file = "a str or a path"
        cases: list[tuple[str, Any, str]] = [
            ("base_url", 5, "a str, and this is an int"),
            ("proxy", b"x", "a str, and this is a bytes"),
            ("ca_file", 5, f"{file}, and this is an int"),
            ("ca_file", Path("a\0b"), ""),
            ("account_group", True, "an account group's id, a str or an int, and this is a bool"),
            ("connect_timeout", "5", "a number of seconds, and this is a str"),
            ("retries", 1.0, "an int, and this is a float"),
            ("body_limit", True, "an int, and this is a bool"),
            ("wait_for_rate_limits", "no", "True or False, and this is a str"),
            ("client_certificate", ("x",), f"{file}, or a tuple of two: certificate and key, and this is a tuple"),
            ("client_certificate", 5, f"{file}, or a tuple of two: certificate and key, and this is an int"),
            ("client_certificate", ("x", 5), f"{file}, and this is an int"),
        ]
        for name, value, told in cases:
            settings = {"proxy": "http://me:very-secret@x", name: value}
            with self.subTest(name, value=value), self.assertRaises((TypeError, ValueError)) as raised:
                thousandeyes.Client("very-secret", **settings)
            if told:
                self.assertEqual(str(raised.exception), f"{name} is {told}.")
            frames = traceback.TracebackException.from_exception(raised.exception, capture_locals=True).stack
            self.assertNotIn("very-secret", str([frame.locals for frame in list(frames)[1:]]))

    def test_files_may_be_paths(self) -> None:
        wrong: list[dict[str, Any]] = [
            {"ca_file": Path("/nowhere/ca.pem")},
            {"client_certificate": Path("/nowhere/both.pem")},
            {"client_certificate": (Path("/nowhere/a.pem"), "/nowhere/b.pem")},
        ]
        for settings in wrong:
            with self.subTest(settings), self.assertRaisesRegex(thousandeyes.Error, "/nowhere/"):
                self.client(**settings)
        self.client(state_dir=Path("/nowhere/state"))

    def test_what_params_may_be(self) -> None:
        time = datetime(2026, 1, 2, 3, 4, 5, 678, timezone(timedelta(hours=2)))
        params: dict[str, Any] = {"t": time, "w": Window.HOURS, "e": "", "o": [None, False]}
        params["n"] = [1, 2.5, Decimal("0.5"), 10**400]
        self.client().get("/tests", params=params)
        self.client().get("/tests", params=[("a", 1), ("a", 2)])
        sent = f"t=2026-01-02T01%3A04%3A05Z&w=2h&e=&o=false&n=1&n=2.5&n=0.5&n={10**400}"
        self.assertEqual([line["target"] for line in self.server.log], [f"/v7/tests?{sent}", "/v7/tests?a=1&a=2"])

    def test_a_wrong_keep_is_refused_before_there_is_a_new_token(self) -> None:
        async def later(token: str, until: str | None) -> None:
            pass

        wants = "keep is a function of (token, valid_until), and"
        wrong: list[tuple[Any, str]] = [
            (None, f"{wants} this is a NoneType."),
            ("token.txt", f"{wants} this is a str."),
            (lambda token: None, f"{wants} this is one of (token)."),
            (lambda token, until, *, file: None, f"{wants} this is one of (token, until, *, file)."),
            (later, f"{wants} this is one that is done only later."),
        ]
        client = self.client()
        for keep, told in wrong:
            with self.subTest(told), self.assertRaises(TypeError) as raised:
                client.rotate_token(keep)
            self.assertEqual(str(raised.exception), told)
        self.assertEqual(self.server.requests, 0)
        kept: dict[str, str | None] = {}
        client.rotate_token(kept.__setitem__)
        self.assertEqual((list(kept), self.server.requests), (["renewed-token-1"], 1))
        # Of some functions in C nobody knows what they take.
        self.assertRaises(thousandeyes.RequestError, client.rotate_token, max)
        self.assertEqual(self.server.requests, 2)
