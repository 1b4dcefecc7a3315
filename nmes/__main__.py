"""The way in. `--version` is answered before anything is imported, so that asking costs nothing."""

from __future__ import annotations

import sys


def main() -> int:
    """Run the command line of this process; returns its exit code."""
    arguments = sys.argv[1:]
    if arguments == ["--version"]:
        from nmes import __version__

        print(f"nmes {__version__}")
        return 0
    import warnings

    from nmes.cli.app import run

    if not sys.warnoptions:
        warnings.simplefilter("ignore")  # what libraries tell programmers is not for therapists
    return run(arguments)


if __name__ == "__main__":
    sys.exit(main())
