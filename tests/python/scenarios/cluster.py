"""The official client, with what the scenarios ask of it."""

import json
from typing import Any, Callable
from unittest import TestCase
from urllib.parse import quote
from urllib.request import Request, urlopen

from azure.servicefabric import ServiceFabricClientAPIs
from azure.servicefabric import models as sf
from msrest.authentication import Authentication

APPLICATION = "CalcApp"
SERVICE = "CalcApp/CalcService"
PARTITION = "6b1c2f7e-0000-4000-8000-000000000001"
NEIGHBOUR = "6b1c2f7e-0000-4000-8000-000000000002"

check = TestCase()
check.maxDiff = None


class Cluster:
    """A simulated cluster. Every method of the official client is a method here as well."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.client = ServiceFabricClientAPIs(Authentication(), base_url=url)
        self.answered: set[str] = set()
        """The client's methods that were answered with success."""

    def __getattr__(self, method: str) -> Callable[..., Any]:
        call = getattr(self.client, method)

        def answered(*positional: Any, **named: Any) -> Any:
            result = call(*positional, **named)
            self.answered.add(method)
            return result

        return answered

    def refusal(self, method: str, *positional: Any, **named: Any) -> tuple[int, Any]:
        """The status and the code that a call is refused with.

        The server labels its errors text/plain, so the client does not parse them; the text of the response does.
        """
        with check.assertRaises(sf.FabricErrorException) as refused:
            getattr(self.client, method)(*positional, **named)
        response = refused.exception.response
        return response.status_code, json.loads(response.text)["Error"]["Code"]

    def every(self, method: str, *positional: Any, max_results: int) -> list[list[Any]]:
        """All pages of a list."""
        pages, token = [], None
        while True:
            page = getattr(self, method)(*positional, max_results=max_results, continuation_token=token)
            pages.append(page.items)
            if not page.continuation_token:
                return pages
            # The client sends a token as it is, and a raw + in it would reach the server as a space.
            token = quote(page.continuation_token, safe="")

    def advance(self, duration: str) -> None:
        """Has so much of the cluster's time pass (ISO 8601), and returns when all that fell due is done."""
        self.order("clock", {"Advance": duration})

    def order(self, what: str, body: dict[str, Any]) -> Any:
        """Gives the simulator an order below /$sim/."""
        headers = {"Content-Type": "application/json"}
        request = Request(f"{self.url}/$sim/{what}", json.dumps(body).encode(), headers, method="POST")
        with urlopen(request, timeout=60) as answer:
            return json.load(answer)

    def told(self, what: str) -> Any:
        """Asks the simulator below /$sim/."""
        with urlopen(f"{self.url}/$sim/{what}", timeout=60) as answer:
            return json.load(answer)
