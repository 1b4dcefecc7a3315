"""The files of the translators: what is to be translated, what is, and the compiled catalogue the program reads.

`python tests/helpers/catalogues.py` takes new sentences of the source into each language's `nmes.po` and compiles it;
sentences that are gone leave it. A sentence without a translation stays empty: a test names it.
"""

from __future__ import annotations

import ast
import io
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, get_args

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from nmes.core import care, delivery, screening_code
from nmes.core.protocol import Region
from nmes.core.protocol_grade import KINDS
from nmes.core.protocol_trust import OUTDATED, TAGS, TO_VERIFY, UNCLEAR
from nmes.core.screening import CATALOGUE, HEADINGS, MEANS
from nmes.language import DOMAIN, FOLDER, LANGUAGES

ROOT: Final = Path(__file__).resolve().parents[2]
KEYWORDS: Final = {"_": 1, "many": 2, "speak": 1}
"""With how many texts they are called. `speak`: how the core is given the language where it puts sentences together."""
EPOCH: Final = datetime(2026, 1, 1, tzinfo=UTC)
"""Of every catalogue: the same sentences give the same file."""
TRANSLATED: Final = tuple(code for code in LANGUAGES if code != "en")


def spoken() -> Catalog:
    """Every sentence of the source that is marked, and those of the core that are shown as they are."""
    found = Catalog(domain=DOMAIN, creation_date=EPOCH)
    for path in sorted((ROOT / "nmes").rglob("*.py")):
        place = path.relative_to(ROOT).as_posix()
        for text in _marked(path):
            found.add(text, locations=[(place, 0)])
    for place, text in _of_the_core():
        found.add(text, locations=[(place, 0)])
    return found


def _marked(path: Path) -> Iterator[str | tuple[str, str]]:
    """Every call of a keyword with plain text; by the syntax tree, because Babel's reader sees nothing in f-strings."""
    for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in KEYWORDS:
            given = [one.value for one in call.args if isinstance(one, ast.Constant) and isinstance(one.value, str)]
            wanted = KEYWORDS[call.func.id]
            if len(given) >= wanted:
                yield given[0] if wanted == 1 else (given[0], given[1])


def _of_the_core() -> Iterator[tuple[str, str]]:
    """The core knows no language: its questions and its advice are translated where they are shown."""
    for entry in CATALOGUE.values():
        yield "nmes/core/contraindications.py", entry.question
        if entry.then:
            yield "nmes/core/contraindications.py", entry.then
    for text in (*HEADINGS.values(), *MEANS.values(), screening_code.TO_VERIFY):
        yield "nmes/core/screening_code.py", text
    for line in (*care.acute_cramp(), *care.after_cramp(get_args(Region)), *care.TAGS.values(), *_of_sheets()):
        yield "nmes/core/care.py", line
    for text in (*TAGS.values(), OUTDATED, TO_VERIFY, UNCLEAR):
        yield "nmes/core/protocol_trust.py", text
    for name, _pattern in KINDS:
        yield "nmes/core/protocol_grade.py", name
    for reason in delivery.CEILING_REASONS:
        yield "nmes/core/delivery.py", reason


def _of_sheets() -> Iterator[str]:
    """What stands on the sheets for patients."""
    for sheet in care.SHEETS.values():
        yield sheet.closing
        for part in sheet.parts:
            yield part.heading
            yield from (line.text for line in part.lines)
            if part.why:
                yield part.why


def file_of(language: str, ending: str) -> Path:
    return FOLDER / language / "LC_MESSAGES" / f"{DOMAIN}.{ending}"


def edited(language: str) -> Catalog:
    """What translators have written."""
    with file_of(language, "po").open("rb") as file:
        return read_po(file, locale=language, domain=DOMAIN)


def compiled(catalog: Catalog) -> bytes:
    """What the program reads: sentences that somebody is not sure of are left out."""
    into = io.BytesIO()
    write_mo(into, catalog)
    return into.getvalue()


def update(language: str) -> int:
    """Take in the source's sentences, compile; how many are still without a translation."""
    path = file_of(language, "po")
    catalog = edited(language) if path.exists() else _new(language)
    catalog.update(spoken(), no_fuzzy_matching=True)
    catalog.obsolete.clear()
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        write_po(file, catalog, width=100, sort_output=True, omit_header=False, include_lineno=False)
    file_of(language, "mo").write_bytes(compiled(edited(language)))
    return sum(not all(_texts(message.string)) for message in catalog if message.id)


def _new(language: str) -> Catalog:
    """An empty one."""
    header = f"What nmes says, in {LANGUAGES[language]}."
    return Catalog(
        locale=language,
        domain=DOMAIN,
        header_comment=f"# {header}",
        project="nmes",
        version="1",
        language_team="nmes",
        last_translator="nmes",
        copyright_holder="nmes",
        msgid_bugs_address="nmes",
        creation_date=EPOCH,
        revision_date=EPOCH,
        fuzzy=False,
    )


def _texts(string: object) -> tuple[str, ...]:
    return tuple(str(text or "") for text in (string if isinstance(string, list | tuple) else (string,)))


if __name__ == "__main__":
    for code in TRANSLATED:
        print(f"{code}: {update(code)} sentences without a translation")
