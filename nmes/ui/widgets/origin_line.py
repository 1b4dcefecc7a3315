"""Where the training frequency comes from, before anything starts; and of a test, that nobody will find its result."""

from __future__ import annotations

from textual.widgets import Static

from nmes.core.measurement import Origin, Who
from nmes.core.protocol import DerivedFrequency
from nmes.language import _
from nmes.runtime.library import Loaded
from nmes.runtime.measured_words import origin_sentence, unfindable, warning


class OriginLine(Static):
    """Not there where nothing is derived and nothing is measured; loud where something speaks against it."""

    DEFAULT_CSS = """
    OriginLine { height: auto; max-height: 3; padding: 0 1; display: none; text-style: bold; }
    OriginLine.-blocked { text-style: bold reverse; }
    """

    def show(self, loaded: Loaded, who: Who, origin: Origin | None) -> None:
        """`origin` None: nothing is derived, or it is still being looked up."""
        told, measures = _told(loaded, origin), loaded.protocol.assessment
        doubt = warning(origin) if origin is not None else ""
        if measures is not None:
            doubt = unfindable(measures.measures, who.code, who.side)
        self.update(f"{told} {doubt}".strip())
        self.set_class(bool(doubt), "-blocked")
        self.display = bool(told or doubt)


def _told(loaded: Loaded, origin: Origin | None) -> str:
    if origin is not None:
        return origin_sentence(origin)
    return _("Training frequency: looking for what was measured ...") if derived(loaded) else ""


def derived(loaded: Loaded) -> bool:
    """Whether the frequency depends on what was measured of the patient."""
    return any(isinstance(stage.frequency_hz, DerivedFrequency) for stage in loaded.protocol.stages)
