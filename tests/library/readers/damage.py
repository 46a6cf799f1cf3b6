"""What every reader of record files must bear: truncation and flipped bytes."""

from hypothesis import given, settings
from hypothesis import strategies as st

from aitia.library.document import Deleted, Document, DocumentError, Item, Reader, Rejected


def bears_damage(reader: Reader, data: bytes, ends: list[int], titles: list[str]) -> None:
    """Any beginning of the file, and the file with any byte changed, gives items or a DocumentError, no other error.

    `ends` says after which byte each record is whole, and `titles` what it is called. All records before a cut are
    read; all but two at most are read around one changed byte.
    """

    @given(st.integers(0, len(data)))
    @settings(max_examples=80, deadline=None)
    def cut(length: int) -> None:
        found = _titles(reader, data[:length])
        if found is not None:
            whole = [title for end, title in zip(ends, titles, strict=True) if end <= length]
            assert found[: len(whole)] == whole

    @given(st.integers(0, len(data) - 1), st.integers(0, 255))
    @settings(max_examples=120, deadline=None)
    def flipped(position: int, byte: int) -> None:
        found = _titles(reader, data[:position] + bytes([byte]) + data[position + 1 :])
        if found is not None:
            begins = [0, *ends]
            for begin, end, title in zip(begins, ends, titles, strict=False):
                if position < begin - 40 or position > end + 10:
                    assert title in found

    cut()
    flipped()


def _titles(reader: Reader, data: bytes) -> list[str] | None:
    try:
        items: list[Item] = list(reader.read(data, "file"))
    except DocumentError:
        return None
    assert all(isinstance(item, Document | Rejected | Deleted) for item in items)
    return [item.title for item in items if isinstance(item, Document)]
