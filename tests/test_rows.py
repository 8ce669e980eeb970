"""What people expect of an image page, row by row, and the checks that keep each promise.

The browser tests of the Colorize tab carry their row in their name; here are all of them.
"""

import ast
from pathlib import Path

import pytest

TESTS = Path(__file__).parent
ROWS: dict[int, dict[str, str]] = {
    1: {
        "row_1_the_first_screen_shows_a_real_result": "colorize_browser",
        "row_1_the_page_can_be_used_within_five_seconds": "colorize_browser",
    },
    2: {"row_2_photos_are_pasted_and_dropped": "colorize_browser"},
    3: {"row_3_one_obvious_button_and_the_rest_is_folded": "colorize_browser"},
    4: {"row_4_before_and_after_differ_and_fill_the_screen": "colorize_browser"},
    5: {
        "row_5_a_photo_is_saved_at_its_own_size_and_format": "colorize_browser",
        "row_5_all_photos_are_saved_as_one_zip": "colorize_browser",
        "row_5_the_colours_are_saved_as_a_layer": "colorize_browser",
    },
    6: {"row_6_another_model_colours_the_same_photo_at_once": "colorize_browser"},
    7: {
        "row_7_controls_follow_the_keyboard": "colorize_browser",
        "pca_follows_mouse_and_keyboard": "preview_browser",
        "palette_shows_and_copies_its_colours": "preview_browser",
    },
    8: {"row_8_states_are_shown_and_cancel_frees_the_model": "colorize_queue"},
    9: {
        "row_9_every_refused_photo_is_named_with_its_reason": "colorize_browser",
        "the_languages_know_what_the_library_says_and_nothing_else": "library_sentences",
    },
    10: {"row_10_three_photos_of_which_one_is_bad": "colorize_browser"},
    11: {"row_11_an_example_is_shown_when_it_is_chosen": "colorize_browser"},
    12: {
        "row_12_the_page_says_what_happens_to_photos": "colorize_browser",
        "row_12_place_and_camera_do_not_come_along": "web",
        "row_12_pictures_for_the_screen_carry_no_metadata": "screen_pictures",
        "files_go_an_hour_after_they_were_found_and_their_folders_with_them": "temporary_files",
    },
    13: {  # two pictures alike but for their colours, a key press, an instant answer, a score
        "a_session_by_keyboard_and_another_one": "study_browser",
        "the_answer_changes_nothing_but_the_picture": "study_page",
        "the_size_of_a_picture_does_not_tell_the_side": "study_page",
        "the_page_and_its_config_know_nothing_of_trials": "study_page",
    },
    14: {  # rate, interval, n, by model and checkpoint, last saved, recomputable
        "results_are_drawn_told_and_taken_away": "study_browser",
        "groups_by_model_head_revision_and_subject": "study_statistics",
        "only_named_endpoints_are_offered_and_results_are_typed": "study_page",
    },
    15: {"five_kills_lose_no_acknowledged_vote": "study_kill"},
    16: {
        "row_16_every_endpoint_says_what_it_does_and_how_it_is_called": "web",
        "the_example_in_python_runs": "programs",
        "the_example_with_curl_runs": "programs",
        "the_public_endpoints_are_tools_and_nothing_else": "agents",
    },
    17: {
        "row_17_a_phone_needs_no_sideways_scrolling": "colorize_browser",
        "row_17_dark_mode_keeps_words_readable": "colorize_browser",
        "row_17_no_tab_has_a_serious_barrier": "accessibility",
        "row_17_the_keyboard_reaches_every_control": "accessibility",
    },
    18: {"row_18_the_footer_leads_to_models_licence_and_how_it_works": "colorize_browser"},
    19: {
        "row_19_the_app_starts_in_an_empty_environment": "web",
        "without_any_secret_it_shows_its_page": "space",
    },
    20: {"row_8_and_20_the_place_in_the_queue_and_a_busy_page_are_told": "colorize_queue"},
}


def test_there_are_twenty_rows() -> None:
    assert list(ROWS) == list(range(1, 21))
    assert all(ROWS.values())


@pytest.mark.parametrize("row", ROWS)
def test_each_row_has_its_checks(row: int) -> None:
    for name, module in ROWS[row].items():
        tree = ast.parse((TESTS / f"test_{module}.py").read_text())
        tests = {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
        assert f"test_{name}" in tests
