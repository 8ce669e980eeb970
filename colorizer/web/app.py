"""The page as a whole: tabs, queue and launch options."""

from typing import Any

import gradio as gr
from starlette.middleware import Middleware
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from colorizer.film.isolation import films_can_be_had
from colorizer.photo.isolation import IsolatedDecoder
from colorizer.service.colorizer_service import ColorizerService
from colorizer.settings import Settings
from colorizer.web import gradio_internals, i18n, theme
from colorizer.web.about.page import AboutPage
from colorizer.web.callers import Callers
from colorizer.web.colorize.page import TOKEN_SCRIPT, ColorizePage
from colorizer.web.colorize.thumbs import ThumbVotes
from colorizer.web.connections import bound_connections
from colorizer.web.download_folder import DownloadFolder
from colorizer.web.errors import explained
from colorizer.web.fair_queue import Turns
from colorizer.web.film.page import FilmPage
from colorizer.web.health import health_route
from colorizer.web.language import SpokenPage
from colorizer.web.mcp import offers_mcp
from colorizer.web.middleware import Guard, Share
from colorizer.web.page_frame import page_head, small_print
from colorizer.web.previews.palette_page import PalettePage
from colorizer.web.previews.pca_page import PcaPage
from colorizer.web.previews.preview_photo import PreviewSource
from colorizer.web.study.host import StudyHost, host_study
from colorizer.web.study.page import StudyPage
from colorizer.web.temporary_files import Sweeper, temporary_folder
from colorizer.web.validation import fetch_nothing
from colorizer.web.zero_gpu import lent_card

NAME = "Colorizer"


def open_service(settings: Settings) -> ColorizerService:
    """The service that the settings describe: it decodes strangers' files in other processes.

    On ZeroGPU its networks wait for the card.
    """
    decoder = IsolatedDecoder(settings.limits)
    card = lent_card(settings.device)
    device = settings.device if card is None else "cpu"
    return ColorizerService(
        open_photo=decoder.open_photo,
        device=device,
        network_pass=card,
        hub_models=settings.hub_models,
    )


def build_app(
    settings: Settings, *, service: ColorizerService | None = None, host: StudyHost | None = None
) -> gr.Blocks:
    """The whole page, ready to `launch(**launch_options(settings))`.

    service, host: by default those that the settings describe. Whoever brings a host closes it.
    """
    folder = temporary_folder()  # before Gradio looks for a place of its own
    fetch_nothing()
    gradio_internals.replace_error_texts(explained)
    bound_connections(settings)
    service = service or open_service(settings)
    host = host or host_study(settings, service)
    download_folder = DownloadFolder()
    turns = Turns(runs_per_visitor=settings.address_runs)
    app: gr.Blocks
    with i18n.placeholders(), gr.Blocks(title=NAME, analytics_enabled=False) as app:
        page_head(NAME)
        gr.Markdown(i18n.LEAD, elem_id="lead")
        with gr.Tabs(overflow_behavior="wrap"):
            with gr.Tab(i18n.TAB_COLORIZE, elem_id="tab-colorize"):
                colorize = ColorizePage(service, turns, settings, download_folder)
                page = colorize.build()
            token = page.visitor.token
            ThumbVotes(host, service, colorize.visits).wire(page.thumbs, token)
            source = PreviewSource(service, colorize.visits, max_megabytes=settings.max_megabytes)
            if settings.film_seconds and films_can_be_had():
                with gr.Tab(i18n.TAB_FILM, elem_id="tab-film"):
                    FilmPage(service, turns, colorize.visits, settings, download_folder).build(
                        token
                    )
            with gr.Tab(i18n.TAB_PCA, elem_id="tab-pca") as pca:
                PcaPage(service, download_folder, source).build(pca, token)
            with gr.Tab(i18n.TAB_PALETTE, elem_id="tab-palette") as palette:
                another = PalettePage(service, download_folder, source).build(palette, token)
                colorize.take_palettes(page, *another)
            with gr.Tab(i18n.TAB_STUDY, elem_id="tab-study") as study:
                StudyPage(host, service, turns, settings, download_folder).build(study)
            with gr.Tab(i18n.TAB_ABOUT, elem_id="tab-about") as about:
                AboutPage(host).build(about)
        small_print()
        app.load(None, None, token, js=TOKEN_SCRIPT, api_visibility="private")
        # Closed: the direct way to events, which would pass by the queue and its bounds.
        app.queue(max_size=settings.queue_size, default_concurrency_limit=4, api_open=False)
    gradio_internals.at_start(app, host.startup, Sweeper(app, folder).startup)
    gradio_internals.check(app)
    return app


def launch_options(settings: Settings) -> dict[str, Any]:
    """Keyword arguments of `Blocks.launch`, the same for the app and for its tests."""
    mcp = offers_mcp(settings)
    share = Share(
        requests=settings.address_requests,
        waiting=max(1, settings.queue_size // 2),
        events=settings.queue_size // 2 + settings.address_runs,
        hourly_bytes=settings.address_megabytes << 20,
    )
    return gradio_internals.LAUNCH_OPTIONS | {
        "server_name": settings.host,
        "max_file_size": f"{settings.max_megabytes}mb",
        "show_error": False,
        "enable_monitoring": False,
        "run_history": False,
        "ssr_mode": False,
        "share": False,
        # Gradio keeps some 230 kB of every visit, and lets go of none before there are so many.
        "state_session_capacity": 128,
        "footer_links": ["api"],
        "mcp_server": mcp,
        "app_kwargs": {
            "middleware": [
                Middleware(ProxyHeadersMiddleware, trusted_hosts=settings.proxies),
                Middleware(Callers),
                Middleware(Guard, share=share, mcp=mcp),
                Middleware(SpokenPage),
            ],
            "openapi_url": None,
            "routes": [health_route()],
        },
        "theme": theme.theme(),
        "css": theme.CSS,
    }
