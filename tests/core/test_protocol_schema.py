"""The JSON schema is made from the model, says what every key means, and is the one that is shipped."""

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from nmes.core.protocol import Protocol
from nmes.core.protocol_meaning import MEANINGS
from nmes.core.protocol_schema import children, json_schema, parts, schema_text
from nmes.core.yaml_tree import read
from tests.core.protocol_forms import FORMS
from tests.core.protocol_making import GOOD

SHIPPED = Path(__file__).parents[2] / "protocols"


def errors(text: str) -> list[str]:
    found = Draft202012Validator(json_schema()).iter_errors(read(text.encode(), "good.yaml").value)
    return [error.message for error in found]


def test_it_is_a_schema_of_its_dialect() -> None:
    assert json_schema()["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    Draft202012Validator.check_schema(json_schema())


def test_the_shipped_schema_is_that_of_the_model() -> None:
    assert (SHIPPED / "protocol.schema.json").read_text(encoding="utf-8") == schema_text()
    assert json.loads(schema_text()) == json_schema()


@pytest.mark.parametrize("text", [GOOD, *FORMS.values()], ids=["contractions", *FORMS])
def test_every_form_of_a_protocol_is_valid(text: str) -> None:
    assert errors(text) == []


def test_every_key_says_what_it_means_and_in_which_unit() -> None:
    found = parts()
    assert set(found) - {""} == set(MEANINGS)
    assert all(part["description"] for part in found.values())
    assert found["channels.N.pad_cm2"]["description"].endswith("[cm²]")
    assert list(found)[1:3] == ["id", "version"]


def test_every_key_that_ends_in_a_unit_says_so() -> None:
    units = {"hz": "Hz", "us": "µs", "ma": "mA", "s": "s", "cm2": "cm²", "percent": "%"}
    for path, meaning in MEANINGS.items():
        unit = units.get(path.rpartition("_")[2]) if "_" in path.rpartition(".")[2] else None
        if unit and path not in {"channels.N.body_sites", "on_includes_ramps"}:
            assert meaning.unit == unit, path


def test_every_limit_says_where_it_comes_from() -> None:
    for path, part in parts().items():
        if path and ("minimum" in part or "enum" in part):
            assert MEANINGS[path].source, path


def test_nothing_is_left_open() -> None:
    """Every group of keys refuses others, every list says what is in it, and every number has its bounds."""
    for path, part in parts().items():
        match part.get("type"):
            case "object":
                assert "additionalProperties" in part, path
            case "array":
                assert "items" in part, path
            case "number" | "integer":
                assert {"minimum", "maximum"} <= set(part), path
            case kind:
                assert kind in {"string", "boolean", None}, path


def test_required_are_the_keys_that_the_model_requires() -> None:
    needed = [name for name, field in Protocol.model_fields.items() if field.is_required()]
    assert json_schema()["required"] == needed
    assert {"purpose", "body_regions", "provenance"} <= set(needed)
    assert "body_sites" in json_schema()["properties"]["channels"]["items"]["required"]


@pytest.mark.parametrize(
    ("part", "names"),
    [
        ({"properties": {"a": {}}}, ["x.a"]),
        ({"items": {}}, ["x.N"]),
        ({"additionalProperties": {}}, ["x.*"]),
        ({"additionalProperties": False}, []),
        ({"oneOf": [{"type": "number"}, {"properties": {"b": {}}}]}, ["x.b"]),
    ],
)
def test_what_stands_below_a_key(part: dict[str, Any], names: list[str]) -> None:
    assert [name for name, _ in children(part, "x")] == names
