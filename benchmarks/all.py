"""Every benchmark one after another; each prints its figures and keeps them with FIELDLOG_WRITE_FIGURES=1.

The scenes of 100, 10,000 and 100,000 incidents are built once (about half an hour) and kept in ``--keep``.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", default=None, help="where to work; needs 20 GiB free, with --large 60")
    parser.add_argument("--keep", default=None, help="a folder outside the repository for the built scenes")
    parser.add_argument("--mib", type=int, default=1024, help="size of the data where it matters, MiB")
    parser.add_argument("--large", action="store_true", help="P3 and P9 at eight times the size")
    parser.add_argument("--only", nargs="+", default=[], metavar="P", help="such as p6 p7")
    asked = parser.parse_args()
    common = ["--mib", str(asked.mib), *(["--folder", asked.folder] if asked.folder else [])]
    more = {
        "p3": ["--large"] if asked.large else [],
        "p9": ["--mib", str(8 * asked.mib)] if asked.large else [],
        "p6": ["--keep", asked.keep] if asked.keep else [],
        "p7": ["--keep", asked.keep] if asked.keep else [],
        "p5_crowd": ["--keep", asked.keep] if asked.keep else [],
    }
    scripts = sorted(HERE.glob("p[0-9]*_*.py"), key=lambda path: int(path.stem.partition("_")[0][1:]))
    failed = []
    for script in scripts:
        number = script.stem.partition("_")[0]
        if asked.only and number not in asked.only:
            continue
        run = subprocess.run(
            [sys.executable, str(script), *common, *more.get(script.stem, more.get(number, []))], check=False
        )
        if run.returncode:
            failed.append(script.name)
    if failed:
        sys.exit(f"failed: {', '.join(failed)}")


if __name__ == "__main__":
    main()
