"""Lists of several pages."""

from __future__ import annotations

import thousandeyes
from support import GOOD, Case


class Pages(Case):
    def setUp(self) -> None:
        super().setUp()
        self.server.tell("tests?total=7&page_size=3")

    def test_items_of_all_pages_come_as_they_are_asked_for(self) -> None:
        items = self.client().items("/tests")
        self.assertEqual(self.server.requests, 0)
        self.assertEqual(next(items)["testName"], "Example 1")
        self.assertEqual((self.server.requests, items.pages_read), (1, 1))
        self.assertEqual([test["testId"] for test in items], list("234567"))
        self.assertEqual((self.server.requests, items.pages_read), (3, 3))
        self.assertEqual(list(items), [])
        self.assertEqual(self.server.requests, 3)

    def test_pages_are_responses(self) -> None:
        with self.client() as client:
            pages = client.pages("/tests", params={"max": 4}, aid=5)
            self.assertEqual([len(page.json()["tests"]) for page in pages], [4, 3])
        self.assertTrue(all("aid=5" in line["target"] for line in self.server.log))

    def test_a_filter_pages_through_post(self) -> None:
        found = list(self.client().items("endpoint/agents/filter", json={"searchFilters": {}}))
        self.assertEqual(len(found), 7)
        seen = [(line["method"], line["body"]) for line in self.server.log]
        self.assertEqual(seen, [("POST", '{"searchFilters": {}}')] * 3)

    def test_a_page_that_fails_is_named_and_asked_for_again(self) -> None:
        items = self.client().items("/tests")
        got = [next(items) for _ in range(3)]
        self.server.script("/v7/tests", {"status": 400})
        with self.assertRaisesRegex(thousandeyes.RequestError, r"^Page 2 \(GET /v7/tests\?cursor=\w+\): ") as raised:
            next(items)
        self.assertEqual(raised.exception.http_status, 400)
        got += items
        self.assertEqual([test["testId"] for test in got], list("1234567"))
        self.assertEqual(self.server.requests, 4)

    def test_pages_go_on_after_a_failure(self) -> None:
        pages = self.client().pages("/tests")
        next(pages)
        self.server.script("/v7/tests", {"status": 500})
        with self.assertRaises(thousandeyes.RetryError):
            next(pages)
        self.assertEqual([len(page.json()["tests"]) for page in pages], [3, 1])

    def test_a_link_elsewhere_is_not_followed(self) -> None:
        links = {"next": {"href": "https://example.com/v7/tests?cursor=1"}}
        self.server.script("/v7/tests", {"body": {"tests": [1], "_links": links}})
        items = self.client().items("/tests")
        self.assertEqual(next(items), 1)
        with self.assertRaises(thousandeyes.RequestError) as raised:
            next(items)
        self.assertEqual(raised.exception.status, thousandeyes.Status.FOREIGN_LINK)
        self.assertEqual(self.server.requests, 1)

    def test_which_array_holds_the_items(self) -> None:
        several = {"body": {"a/b~": [1, 2], "c": [3]}}
        self.server.script("/v7/tests", several, several, {"body": [4, 5]}, {"body": {}}, several)
        client = self.client()
        with self.assertRaisesRegex(thousandeyes.RequestError, "the answer's arrays: a/b~, c. Name") as raised:
            list(client.items("/tests"))
        self.assertEqual(raised.exception.status, thousandeyes.Status.INVALID_ARGUMENT)
        assert raised.exception.response
        self.assertEqual(raised.exception.response.json()["c"], [3])
        self.assertEqual(list(client.items("/tests", "a/b~")), [1, 2])
        self.assertEqual(list(client.items("/tests", "other")), [4, 5])
        with self.assertRaisesRegex(thousandeyes.RequestError, "arrays: none"):
            list(client.items("/tests"))
        with self.assertRaisesRegex(thousandeyes.RequestError, "named d; the answer's arrays: a/b~, c"):
            list(client.items("/tests", "d"))

    def test_a_closed_client_makes_no_more_calls_for_its_lists(self) -> None:
        client = self.client()
        items, pages = client.items("/tests"), client.pages("/tests")
        got = [next(items)]
        client.close()
        with self.assertRaisesRegex(thousandeyes.LocalError, "^This client is closed. Nothing was sent.") as raised:
            for item in items:
                got.append(item)
        self.assertEqual(raised.exception.status, thousandeyes.Status.BAD_HANDLE)
        self.assertRaises(thousandeyes.LocalError, next, pages)
        # What came before is the caller's.
        self.assertEqual([test["testId"] for test in got], list("123"))
        self.assertEqual(self.server.requests, 1)

    def test_lists_keep_a_client_that_is_dropped(self) -> None:
        items = thousandeyes.Client(GOOD, base_url=self.server.url, state_dir="").items("/tests")
        self.assertEqual(len(list(items)), 7)
