"""Law: a parameter of a fault has a kind, bounds and a default, and says in half a sentence what it does not take."""

from dataclasses import dataclass

Param = int | str


@dataclass(frozen=True, slots=True)
class Whole:
    """A whole number from `least` to `most`."""

    least: int
    most: int
    default: int | None
    unit: str
    what: str

    def check(self, value: object) -> Param:
        """The value, or ValueError in half a sentence."""
        if isinstance(value, bool) or not isinstance(value, int) or not self.least <= value <= self.most:
            raise ValueError(f"is a whole number from {self.least} to {self.most} ({self.unit}), not {value!r}")
        return value

    @property
    def values(self) -> str:
        """What may stand there, for a reader."""
        return f"{self.least}..{self.most} {self.unit}"


@dataclass(frozen=True, slots=True)
class Word:
    """One of a few words, the default first."""

    words: tuple[str, ...]
    what: str

    @property
    def default(self) -> str:
        return self.words[0]

    def check(self, value: object) -> Param:
        """The value, or ValueError in half a sentence."""
        if value not in self.words:
            raise ValueError(f"is one of {', '.join(self.words)}, not {value!r}")
        return str(value)

    @property
    def values(self) -> str:
        """What may stand there, for a reader."""
        return "|".join(self.words)


@dataclass(frozen=True, slots=True)
class Version:
    """Three numbers with points between them, each 0 to 255."""

    default: str
    what: str

    def check(self, value: object) -> Param:
        """The value, or ValueError in half a sentence."""
        parts = value.split(".") if isinstance(value, str) else []
        if len(parts) != 3 or not all(part.isascii() and part.isdigit() and int(part) < 256 for part in parts):
            raise ValueError(f"is three numbers 0 to 255 like 1.2.3, not {value!r}")
        return str(value)

    @property
    def values(self) -> str:
        """What may stand there, for a reader."""
        return "like 1.2.3"


Takes = Whole | Word | Version
