"""What can go wrong, each kind with a type of its own and one sentence. All are `ApiError`.

Apart from `BadProtocol` and `CannotDeliver`, which say everything that is wrong at once, each carries a code: the same
that stands in the record.
"""

from __future__ import annotations

from collections.abc import Iterable

from nmes.core.problems import Problem


class ApiError(Exception):
    """Anything this door says no with."""


class BadProtocol(ApiError):
    """The file is no protocol that may be used; `problems` tells every reason with its line."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


class CannotDeliver(BadProtocol):
    """The protocol is sound, and this stimulator cannot deliver it; `problems` tells why and what it would take."""


class CannotOpen(ApiError):
    """The session cannot be opened: the device, its line or the record is not as it must be."""


class Refused(ApiError):
    """What was asked for was not done; `code` says why. The output is as it was before."""

    def __init__(self, code: str, sentence: str) -> None:
        self.code = code
        super().__init__(sentence)


class Halted(ApiError):
    """The output ended without being asked to, and is 0 or on its way there; `why` is the code of the reason.

    A planned pause (nobody attended, the script did not look) keeps its levels and can be resumed. After a STOP or a
    fault every level is void: titrate again, from 0, or leave.
    """

    def __init__(self, why: str, sentence: str) -> None:
        self.why = why
        super().__init__(sentence)
