"""The tab of the colorization Turing test: play, compare, results, and studies of one's own."""

from functools import partial

import gradio as gr

from colorizer.service.colorizer_service import ColorizerService
from colorizer.settings import Settings
from colorizer.web import i18n
from colorizer.web.download_folder import DownloadFolder
from colorizer.web.fair_queue import Turns
from colorizer.web.study.host import StudyHost
from colorizer.web.study.own import OwnStudyPage
from colorizer.web.study.pictures import StudyPictures
from colorizer.web.study.play import PlayPage
from colorizer.web.study.prefer import PreferencePage
from colorizer.web.study.private import PrivatePage
from colorizer.web.study.results import ResultsPage

_PLAY, _PRIVATE, _RESULTS = "play", "private", "results"


class StudyPage:
    """Puts the parts into tabs of their own."""

    def __init__(
        self,
        host: StudyHost,
        service: ColorizerService,
        turns: Turns,
        settings: Settings,
        download_folder: DownloadFolder,
    ) -> None:
        pictures = StudyPictures()
        self._play = PlayPage(host, settings, pictures)
        self._private = PrivatePage(
            host, service, turns, pictures, max_megabytes=settings.max_megabytes
        )
        self._prefer = PreferencePage(host, pictures)
        self._results = ResultsPage(host, download_folder)
        self._own = OwnStudyPage(host, service, turns, max_megabytes=settings.max_megabytes)
        self._settings = settings

    def build(self, tab: gr.Tab) -> None:
        """Lay out the components inside `tab` and wire them."""
        # Not secret: the token inside is signed by the study, which trusts nothing else.
        token = gr.BrowserState(None, storage_key="colorizer-study", secret="colorizer-study")
        with gr.Tabs(overflow_behavior="wrap") as tabs:
            with gr.Tab(i18n.TAB_STUDY_PLAY, id=_PLAY) as play:
                to_results, to_private = self._play.build([tab.select, play.select], token)
            with gr.Tab(i18n.TAB_STUDY_PRIVATE, id=_PRIVATE):
                self._private.build()
            with gr.Tab(i18n.TAB_STUDY_PREFER):
                self._prefer.build(token)
            with gr.Tab(
                i18n.TAB_STUDY_RESULTS, id=_RESULTS, elem_id="study-results-tab"
            ) as results:
                self._results.build([results.select, to_results.click], token)
            with gr.Tab(i18n.TAB_STUDY_OWN, visible=self._settings.own_studies > 0):
                self._own.build(hub=self._settings.hub_models > 0)
        for button, target in ((to_results, _RESULTS), (to_private, _PRIVATE)):
            button.click(
                partial(gr.Tabs, selected=target),
                None,
                [tabs],
                queue=False,
                api_visibility="private",
                show_progress="hidden",
            )
