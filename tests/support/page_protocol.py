"""Gradio's protocol as the page's script speaks it, without a browser and light enough for 50.

Events wait in the queue (`queue/join`, then a stream of messages from `queue/data`) unless they are
wired without it; the study's votes are single requests to `component_server`.
"""

import asyncio
import copy
import json
import uuid
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx

_API = "gradio_api"
_EVENT_SECONDS = 120.0


class EventError(Exception):
    """An event ended with an error message."""


def _client(url: str, address: str | None = None, language: str = "en") -> httpx.AsyncClient:
    # Given up before the server closes them after 5 s: a request sent just then would be lost. In
    # windows of their own, not kept at all: this loop may be late by more than that in a flood.
    kept = 100 if address is None else 0
    limits = httpx.Limits(
        max_connections=None, max_keepalive_connections=kept, keepalive_expiry=2.0
    )
    transport = httpx.AsyncHTTPTransport(limits=limits, local_address=address)
    headers = {"accept-language": language}
    return httpx.AsyncClient(
        base_url=url, timeout=_EVENT_SECONDS, transport=transport, headers=headers
    )


class Page:
    """The running page; every request and its status is counted in `statuses`."""

    def __init__(
        self, url: str, *, addresses: Iterator[str] | None = None, language: str = "en"
    ) -> None:
        """addresses: where the browsers of `window` are, one address of this machine each.

        language: what this browser asks for.
        """
        self._url = url
        self._addresses = addresses
        self._http = _client(url, language=language)
        self._config: dict[str, Any] = {}
        self._session = uuid.uuid4().hex
        self.statuses: Counter[int] = Counter()

    def window(self) -> "Page":
        """The same page in somebody else's browser, with a session of its own."""
        window = copy.copy(self)
        window._session = uuid.uuid4().hex
        if self._addresses is not None:
            window._http = _client(self._url, next(self._addresses))
        return window

    async def close(self) -> None:
        await self._http.aclose()

    async def open(self) -> None:
        """Read the page's configuration; httpx.TransportError while nobody answers."""
        self._config = (await self._ask("GET", "config")).json()

    @property
    def config(self) -> dict[str, Any]:
        """The page's configuration as its script gets it."""
        return self._config

    @property
    def server_errors(self) -> int:
        return sum(times for status, times in self.statuses.items() if status >= 500)

    async def picture(self, address: str) -> bytes:
        return (await self._ask("GET", address)).content

    async def call_server(self, element: str, name: str, data: object) -> dict[str, Any]:
        """Call a server function of the component with this elem_id."""
        body = {
            "data": data,
            "component_id": self._component(element),
            "fn_name": name,
            "session_hash": self._session,
        }
        answer = await self._ask("POST", f"{_API}/component_server/", json=body)
        reply: dict[str, Any] = answer.json()
        return reply

    async def click(self, element: str, data: list[object]) -> list[Any]:
        """Press the button with this elem_id; returns the outputs' new values."""
        target = [self._component(element), "click"]
        (event,) = (e["id"] for e in self._config["dependencies"] if target in e["targets"])
        return await self._event(event, data)

    async def call(self, api_name: str, data: list[object]) -> list[Any]:
        """Call a named endpoint; what is left out at the end is as on the page."""
        (event,) = (e for e in self._config["dependencies"] if e["api_name"] == api_name)
        shown = {each["id"]: each["props"].get("value") for each in self._config["components"]}
        left_out = [shown[number] for number in event["inputs"][len(data) :]]
        return await self._event(event["id"], [*data, *left_out])

    async def upload(self, file: Path) -> dict[str, Any]:
        """Upload a file; returns what events take for it."""
        files = {"files": (file.name, file.read_bytes())}
        (path,) = (await self._ask("POST", f"{_API}/upload", files=files)).json()
        return {"path": path, "orig_name": file.name, "meta": {"_type": "gradio.FileData"}}

    def _component(self, element: str) -> int:
        (component,) = (
            each["id"]
            for each in self._config["components"]
            if each["props"].get("elem_id") == element
        )
        return int(component)

    async def _ask(self, method: str, path: str, **body: Any) -> httpx.Response:
        answer = await self._http.request(method, path, **body)
        self.statuses[answer.status_code] += 1
        answer.raise_for_status()
        return answer

    async def _event(self, event: int, data: list[object]) -> list[Any]:
        (queued,) = (e["queue"] for e in self._config["dependencies"] if e["id"] == event)
        if queued is False:
            asked = {"data": data, "fn_index": event, "session_hash": self._session}
            answer = await self._ask("POST", f"{_API}/run/predict", json=asked)
            at_once: list[Any] = answer.json()["data"]
            return at_once
        return await self.trigger(event, data)

    async def trigger(self, event: int, data: list[object], event_data: object = None) -> list[Any]:
        """Let the event of this number wait in the queue, as it may, and return its outputs."""
        joining = {
            "data": data,
            "fn_index": event,
            "session_hash": self._session,
            "event_data": event_data,
        }
        await self._ask("POST", f"{_API}/queue/join", json=joining)
        async with asyncio.timeout(_EVENT_SECONDS):
            return await self._outputs()

    async def _outputs(self) -> list[Any]:
        async with self._http.stream(
            "GET", f"{_API}/queue/data", params={"session_hash": self._session}
        ) as stream:
            self.statuses[stream.status_code] += 1
            stream.raise_for_status()
            async for line in stream.aiter_lines():
                message = json.loads(line.removeprefix("data:")) if line else {"msg": ""}
                if message["msg"] == "process_completed":
                    if not message["success"]:
                        raise EventError(str(message["output"].get("error")))
                    outputs: list[Any] = message["output"]["data"]
                    return outputs
        raise httpx.RemoteProtocolError("the stream ended before the event")
