"""Where a pad may lie, where never and why, what a place asks for, and the figure of it."""

from itertools import combinations

from helpers.rows import bundled
from nmes.core.body_map import FORBIDDEN, REGIONS, SITES, figure, legend, regional_codes, why_forbidden
from nmes.core.body_plates import HEIGHT, PLATES, WIDTH
from nmes.core.screening import CATALOGUE, Severity


def test_every_place_has_words_a_known_region_and_a_spot_on_its_drawing() -> None:
    for code, site in SITES.items():
        assert site.code == code
        assert site.words
        assert set(site.regions) <= set(REGIONS)
        assert (site.plate in PLATES) == bool(site.regions) == (site.view != "any"), "a free place is on no drawing"
        assert 0 <= site.x <= WIDTH - 2
        assert 0 <= site.y < HEIGHT
    assert {region for site in SITES.values() for region in site.regions} == set(REGIONS)


def test_no_two_places_of_a_drawing_share_a_spot() -> None:
    for one, other in combinations(SITES.values(), 2):
        apart = one.plate != other.plate or one.y != other.y or abs(one.x - other.x) > 1
        free = not one.plate or not other.plate
        side_by_side = {one.code, other.code} == {"upper_trapezius_left", "upper_trapezius_medial"}
        assert apart or free or side_by_side, (one.code, other.code)


@bundled(
    ("code", "why"),
    [
        ("neck_front", "larynx"),
        ("neck_anterior_left", "larynx"),
        ("left_carotid", "larynx"),
        ("submental", "larynx"),
        ("cheek_left", "the head, the eyes or the mouth"),
        ("head", "the head, the eyes or the mouth"),
        ("chest_left", "across the chest"),
        ("genitals", "genitals"),
    ],
)
def test_a_forbidden_place_is_no_place_and_says_why_with_its_source(code: str, why: str) -> None:
    assert code not in SITES
    assert why in why_forbidden(code)
    assert "[source" in why_forbidden(code)


def test_what_is_only_misspelt_or_allowed_is_not_called_forbidden() -> None:
    for code in (*SITES, "calf_middle", "neck_back", ""):
        assert why_forbidden(code) == ""


def test_no_place_is_forbidden_too() -> None:
    assert not set(SITES) & set(FORBIDDEN)
    for code in FORBIDDEN:
        assert why_forbidden(code) == FORBIDDEN[code]


def test_a_placement_asks_for_the_local_questions_of_its_regions() -> None:
    everywhere = ("malignancy", "damaged_skin", "recent_radiotherapy")
    assert regional_codes(()) == everywhere
    assert regional_codes(["thigh_front_proximal"]) == everywhere
    assert regional_codes(["calf_medial_head", "calf_distal"]) == (*everywhere, "varicose_veins_local")
    assert set(regional_codes(["lower_abdomen_left"])) == {*everywhere, "abdomen_pelvis", "menstruating_uterus"}
    assert "anterior_neck_carotid" in regional_codes(["upper_trapezius_left"])
    assert "transthoracic_heart" in regional_codes(["shoulder_supraspinatus"])


def test_a_free_place_asks_for_the_questions_of_every_region() -> None:
    for site in SITES:
        assert set(regional_codes([site])) <= set(regional_codes(["pain_bracket_first"]))


def test_every_regional_question_is_asked_of_both_kinds() -> None:
    for code in regional_codes(["pain_bracket_first"]):
        assert CATALOGUE[code].severity("nmes") is not Severity.NONE
        assert CATALOGUE[code].severity("tens") is not Severity.NONE


# --- the figure ---


@bundled("plate", PLATES)
def test_a_drawing_is_plain_text_of_one_size(plate: str) -> None:
    title, rows = PLATES[plate]
    assert len(rows) == HEIGHT
    assert all(line.isascii() and len(line) <= WIDTH + 1 for line in (title, *rows))


def test_the_pads_are_marked_by_channel_and_letter_where_they_lie() -> None:
    lines = figure([["calf_medial_head", "calf_distal"]], 80)
    assert len(lines) == HEIGHT + 1
    assert lines[0] == "calf, from behind"
    assert lines[1 + 3][12:14] == "1a"
    assert lines[1 + 6][8:10] == "1b"
    assert sum(mark in line for mark in ("1a", "1b") for line in lines) == 2


def test_channels_on_one_drawing_share_it_and_an_absent_channel_keeps_its_number() -> None:
    lines = figure([[], ["lumbar_left", "lumbar_right"], ["sacral_left", "sacral_right"]], 80)
    assert len(lines) == HEIGHT + 1
    text = "\n".join(lines)
    assert all(mark in text for mark in ("2a", "2b", "3a", "3b"))
    assert "1a" not in text


def test_drawings_stand_side_by_side_as_far_as_the_width_goes() -> None:
    pads = [["lower_abdomen_left", "lower_abdomen_right"], ["sacral_left", "sacral_right"]]
    wide, narrow = figure(pads, 41), figure(pads, 40)
    assert len(wide) == HEIGHT + 1
    assert max(map(len, wide)) <= 41
    assert len(narrow) == 2 * (HEIGHT + 1) + 1
    assert narrow[HEIGHT + 1] == ""
    assert len(figure(pads, 5)) == len(narrow), "never narrower than one drawing"


def test_two_pads_on_one_place_are_both_seen() -> None:
    text = "\n".join(figure([["calf_distal", "calf_distal"], ["calf_distal"]], 80))
    assert all(mark in text for mark in ("1a", "1b", "2a"))


def test_a_place_without_a_drawing_is_in_the_words_only() -> None:
    pads = [["pain_bracket_first", "pain_bracket_second"]]
    assert figure(pads, 80) == []
    assert legend(pads) == [
        ("1a", "on one side of the pain, within the same dermatome"),
        ("1b", "on the other side of the pain, within the same dermatome"),
    ]
