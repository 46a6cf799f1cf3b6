"""What was made from a library is kept in memory, as long as the library is the same."""

import threading
from collections import OrderedDict
from collections.abc import Hashable
from typing import Generic, TypeVar
from weakref import WeakKeyDictionary

from aitia.documents import DocumentLibrary
from aitia.service import Library

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")

_MOST = 1000
"""Things of one library that are kept at a time: pages of answers take some 60 kB each."""


class Remembered(Generic[Key, Value]):
    """What was made last from each library, as long as the library is the same. Safe to share between threads."""

    def __init__(self) -> None:
        self._by_library: WeakKeyDictionary[Library | DocumentLibrary, OrderedDict[Key, Value]] = (
            WeakKeyDictionary()
        )
        self._lock = threading.Lock()

    def find(self, library: Library | DocumentLibrary, key: Key) -> Value | None:
        """What was kept under a key, if it still is."""
        with self._lock:
            held = self._by_library.get(library)
            if held is None or key not in held:
                return None
            held.move_to_end(key)
            return held[key]

    def keep(self, library: Library | DocumentLibrary, key: Key, value: Value) -> Value:
        """Keep a value, and let the one go that was not asked for longest; gives the value."""
        with self._lock:
            held = self._by_library.setdefault(library, OrderedDict())
            held[key] = value
            if len(held) > _MOST:
                held.popitem(last=False)
        return value
