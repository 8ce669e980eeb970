"""Sends the page, which is built once for everybody, in the language that each browser asks for.

Its scripts get the nonce with which `middleware` allows them.
"""

import re

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from colorizer.web.i18n import filled, language_of
from colorizer.web.open_routes import route_path

_SCRIPT = re.compile(rb"<script(?=[\s>])")
"""All that Gradio's template begins itself; the values in it escape `<`."""

_PAGES = {"/", "/config", "/config/", "/gradio_api/info", "/gradio_api/info/"}
"""Where Gradio tells of the page's components: as HTML, as JSON, and to programs."""


class SpokenPage:
    """ASGI middleware that fills the placeholders of `colorizer.web.i18n`."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass everything on, the pages in their reader's language."""
        if scope["type"] != "http" or route_path(scope) not in _PAGES:
            await self._app(scope, receive, send)
            return
        language = language_of(Headers(scope=scope))
        start: Message = {}
        body = bytearray()

        async def collect(message: Message) -> None:
            nonlocal start
            if message["type"] == "http.response.start":
                start = message
                return
            body.extend(message.get("body", b""))
            if message.get("more_body", False):
                return
            page = filled(bytes(body), language)
            if not route_path(scope).strip("/"):
                page = page.replace(b'lang="en"', f'lang="{language}"'.encode(), 1)
                page = _SCRIPT.sub(f'<script nonce="{scope["state"]["nonce"]}"'.encode(), page)
            headers = MutableHeaders(raw=start["headers"])
            headers.add_vary_header("Accept-Language")
            headers.add_vary_header("Cookie")
            if scope["method"] != "HEAD":
                headers["content-length"] = str(len(page))
            await send(start)
            await send({"type": "http.response.body", "body": page})

        await self._app(scope, receive, collect)
