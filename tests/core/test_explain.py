"""Every key of a protocol file can be explained: meaning, unit, what is accepted, and where that limit comes from."""

import pytest

from helpers.rows import bundled
from nmes.core import limits
from nmes.core.body_map import SITES
from nmes.core.explain import explain, key_paths
from nmes.core.screening import CATALOGUE
from nmes.core.yaml_tree import dotted, read
from tests.core.protocol_forms import FORMS
from tests.core.protocol_making import GOOD


def test_every_key_path_is_explained() -> None:
    for path in key_paths():
        told = explain(path)
        assert told.key == path
        assert len(told.meaning) > 10, path
        assert (told.low is None) == (told.high is None), path
        if told.low is not None and told.high is not None:
            assert told.low < told.high, path
            assert told.source or not told.unit, path


@pytest.mark.parametrize("text", [GOOD, *FORMS.values()], ids=["contractions", *FORMS])
def test_everything_that_stands_in_a_file_is_explained(text: str) -> None:
    for path in read(text.encode(), "good.yaml").values_at:
        if path:
            assert explain(dotted(path)).meaning


def test_a_number_has_its_unit_and_its_bounds() -> None:
    told = explain("channels.0.waveform.phase_us")
    assert (told.unit, told.low, told.high, told.choices) == ("µs", 10, limits.MAX_PHASE_US, ())
    assert explain("stages.12.ramp_up_s").low == 0.5
    assert explain("stages.0.on_s").key == "stages.N.on_s"


def test_a_frequency_is_explained_by_its_plain_form_and_by_each_key_of_the_others() -> None:
    told = explain("stages.0.frequency_hz")
    assert (told.unit, told.low, told.high) == ("Hz", 0.5, limits.MAX_FREQUENCY_MHZ // 1000)
    for key in ("low_hz", "offset_hz", "to_hz", "second_hz", "step_hz"):
        assert explain(f"stages.0.frequency_hz.{key}").unit == "Hz"
    assert explain("stages.0.frequency_hz.base").choices == ("ctf",)


def test_a_list_says_how_many() -> None:
    assert (explain("channels").low, explain("channels").high) == (1, 8)
    assert (explain("channels.0.body_sites").low, explain("outcomes").low) == (2, None)


@bundled(
    ("path", "choices"),
    [
        ("kind", ("nmes", "tens", "assessment")),
        ("clearance", ("none", "surgeon", "medical", "midwife")),
        ("stages.0.continuous", ("true", "false")),
        ("assessment.measures", ("ctf", "motor_threshold", "max_tolerated")),
        ("channels.0.body_sites.1", tuple(SITES)),
        ("contraindications.3", tuple(CATALOGUE)),
        ("causes.0", tuple(CATALOGUE)),
        ("title", ()),
    ],
)
def test_a_choice_has_all_its_words(path: str, choices: tuple[str, ...]) -> None:
    assert explain(path).choices == choices


@pytest.mark.parametrize(
    ("path", "key"),
    [
        ("provenance.stages.0.on_s", "provenance.*"),
        ("provenance.stages.0.on_s.tag", "provenance.*.tag"),
        ("provenance.stages.0.frequency_hz.low_hz.cite.0", "provenance.*.cite.N"),
        ("provenance.position.note", "provenance.*.note"),
    ],
)
def test_the_paths_of_provenance_are_keys_themselves(path: str, key: str) -> None:
    assert explain(path).key == key


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("stages.0.ramp_up", 'did you mean "stages.N.ramp_up_s"?'),
        ("stages.0.0", 'did you mean "stages.N"?'),
        ("", '"" is no key of a protocol file'),
        ("laser", '"laser" is no key of a protocol file'),
    ],
)
def test_what_is_no_key_is_told(path: str, words: str) -> None:
    with pytest.raises(KeyError) as raised:
        explain(path)
    assert raised.value.args == (words,)
