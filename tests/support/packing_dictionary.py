"""Makes a packing dictionary of facts from invented events; prints it as the module of the package holds it.

``python -m support.packing_dictionary`` (in ``tests``). A dictionary that facts are stored with is never made again:
another zstd or another sample gives other bytes. A new one gets the next number in ``packing.py``.
"""

from __future__ import annotations

from base64 import b64encode
from textwrap import wrap
from typing import Final

import zstandard

from support.packing_samples import samples

SIZE: Final = 16 * 1024
"""Bytes of the dictionary: twice as many save three bytes of a hundred more."""
SAMPLES: Final = 6000


def main() -> None:
    """Prints the dictionary."""
    trained = zstandard.train_dictionary(SIZE, list(samples(SAMPLES)), level=6)
    print("\n".join(f'    "{line}"' for line in wrap(b64encode(trained.as_bytes()).decode(), 114)))


if __name__ == "__main__":
    main()
