"""The official client, with the simulator's control API beside it."""

import json
from typing import Any, Callable
from unittest import TestCase

import requests
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
        while token is None or token:
            page = getattr(self, method)(*positional, max_results=max_results, continuation_token=token)
            pages.append(page.items)
            token = page.continuation_token or ""
        return pages

    def advance(self, duration: str) -> None:
        """Lets so much time pass (ISO 8601), and waits until all that fell due is done."""
        answer = requests.post(f"{self.url}/$sim/clock", json={"Advance": duration}, timeout=60)
        answer.raise_for_status()
