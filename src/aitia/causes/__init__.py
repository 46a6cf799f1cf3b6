"""Models of causation, run on data: multistep onset, life course, and spread.

>>> from aitia.causes import multistep
"""

from importlib.util import find_spec

from aitia.causes.errors import ModelError

_missing = [name for name in ("numpy", "scipy", "numba") if find_spec(name) is None]
if _missing:
    raise ModelError(
        f"the models of causes need {', '.join(_missing)}, which {'is' if len(_missing) == 1 else 'are'} "
        "not installed: pip install 'aitia[causes]'."
    )
