"""The drawings of the body map, in plain characters, so that every terminal and printer shows them.

Of a limb one side is drawn, with "outer" and "inner" at its edges; the other side is its mirror image. Each is
`WIDTH` columns wide and `HEIGHT` rows high under its title.
"""

from __future__ import annotations

WIDTH = 20
HEIGHT = 10

PLATES: dict[str, tuple[str, tuple[str, ...]]] = {
    "calf": (
        "calf, from behind",
        (
            "     |       |",
            "     |  ---  |",
            "    /         \\",
            "   (           )",
            "   (           )",
            "    \\         /",
            "     \\       /",
            "      \\     /",
            "outer  |   |  inner",
            "       (___)",
        ),
    ),
    "hamstring": (
        "thigh, from behind",
        (
            "   .---------.",
            "  (           )",
            "   `---------'",
            "   |         |",
            "   |         |",
            "    |       |",
            "    |       |",
            "     |     |",
            "outer |---| inner",
            "      |   |",
        ),
    ),
    "ankle": (
        "ankle, inner side",
        (
            "    |     |",
            "    |     |",
            "    |     |",
            "    |     |",
            "    |     |",
            "    |   o  \\",
            "   /        \\__",
            "  (            \\__",
            "  |               \\",
            "  (______________/",
        ),
    ),
    "shin": (
        "shin, from in front",
        (
            "     (  _  )",
            "     ( (_) )",
            "    (o     )",
            "    |   |   |",
            "    |   |   |",
            "    |   |   |",
            "     |  |  |",
            "     |  |  |",
            "outer | | | inner",
            "      (___)",
        ),
    ),
    "thigh": (
        "thigh, from in front",
        (
            "   .____     .",
            "   |    `--./",
            "   |         |",
            "   |         |",
            "   |         |",
            "    |        |",
            "    |       |",
            "    |       |",
            "    |  ___  |",
            "outer ( o ) inner",
        ),
    ),
    "knee": (
        "knee, from in front",
        (
            "    |       |",
            "    |       |",
            "    |       |",
            "    |  ___  |",
            "    ( /   \\ )",
            "    ( \\___/ )",
            "    |       |",
            "     |     |",
            "     |     |",
            "outer|     |inner",
        ),
    ),
    "shoulder": (
        "shoulder, from behind",
        (
            "             |  |",
            "         __--'  |",
            "   __--''       |",
            "  /   ________  |",
            " |    \\      /  |",
            " |  |  \\    /   |",
            " |  |   \\  /    |",
            " |  |    \\/     |",
            " |  |           |",
            "outer         spine",
        ),
    ),
    "forearm": (
        "forearm, back of it",
        (
            "     |       |",
            "     |elbow  |",
            "     (       )",
            "    (         )",
            "    (         )",
            "     |       |",
            "     |       |",
            "      |     |",
            "      |wrist|",
            "thumb/       \\",
        ),
    ),
    "trunk_back": (
        "back",
        (
            "      _|   |_",
            "  __--       --__",
            " /       :       \\",
            " | |     :     | |",
            " | |     :     | |",
            " | |     :     | |",
            " | |     :     | |",
            " | |     :     | |",
            " | /    ___    \\ |",
            "L |     \\_/     | R",
        ),
    ),
    "trunk_front": (
        "belly, from in front",
        (
            " | |           | |",
            " | |    ___    | |",
            " | |   /   \\   | |",
            " | |  /     \\  | |",
            " | |           | |",
            " | |     .     | |",
            " | |           | |",
            " | |           | |",
            " | /   \\   /   \\ |",
            "R |     `-'     | L",
        ),
    ),
}
