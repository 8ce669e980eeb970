"""`GET /health`: for containers, load balancers and Spaces, without drawing the page.

It answers as soon as the server does, before any model is loaded, and says nothing of the study:
where its database is away, colouring works, and a restart would help nobody.
"""

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from colorizer import __version__
from colorizer.model.bundled import bundled_checkpoints


def health_route() -> Route:
    """The route; its answer is JSON with `status`, `version` and the bundled `models`."""
    said = {"status": "ok", "version": __version__, "models": list(bundled_checkpoints())}

    async def health(_: Request) -> JSONResponse:
        return JSONResponse(said)

    return Route("/health", health)
