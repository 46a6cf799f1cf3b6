"""From bytes to text, without guessing where it matters: a wrong guess shows wrong words."""

import codecs
import re

from aitia.library.document import DocumentError

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# Beginnings of other formats that hold few control characters.
_OTHERS = (
    b"%PDF-",
    b"PK\x03\x04",
    b"{\\rtf",
    b"%!PS",
    b"\x1f\x8b",
    b"\x89PNG",
    b"GIF8",
    b"\xff\xd8\xff",
    b"\xd0\xcf\x11\xe0",
)
_CONTROLS = re.compile(rb"[\x00-\x08\x0e-\x1f\x7f]")
_CONTROL_LETTERS = re.compile("[\x00-\x08\x0e-\x1f]")
_UNUSED_IN_CP1252 = re.compile(rb"[\x81\x8d\x8f\x90\x9d]")


def is_text(beginning: bytes) -> bool:
    """Whether the first bytes of a file can be text in one of the encodings that `decode` knows."""
    if any(beginning.startswith(mark) for mark, _ in _MARKS):
        return True
    return bool(beginning.strip()) and not beginning.startswith(_OTHERS) and not _CONTROLS.search(beginning)


def decode(content: bytes) -> str:
    """The text: UTF-8, or what a byte order mark says, or Windows-1252 where that is plausible.

    Plausible: no control characters and none of the five bytes that Windows-1252 does not use, at most three
    bytes in ten outside ASCII, and letters or signs that stand as they do in Western text.
    Raises DocumentError with the offset of the first byte that cannot be read.
    """
    for mark, name in _MARKS:
        if content.startswith(mark):
            try:
                return _checked(content[len(mark) :].decode(name))
            except UnicodeDecodeError as error:
                raise _cannot(
                    error.start + len(mark), name.upper().removesuffix("-LE").removesuffix("-BE")
                ) from None
    control = _CONTROLS.search(content)
    if control:
        raise DocumentError(
            f"It is not text: byte {control.start()} is the control character {control.group()[0]:#04x}; "
            "save it as plain text in UTF-8."
        )
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        if _plausibly_western(content):
            return content.decode("cp1252")
        raise _cannot(error.start, "UTF-8") from None


def _plausibly_western(content: bytes) -> bool:
    if _UNUSED_IN_CP1252.search(content):
        return False
    foreign = content.translate(None, bytes(range(128)))
    if len(foreign) * 10 > len(content) * 3:
        return False
    # In Western text a byte outside ASCII is a letter among letters or one of a few signs; Cyrillic, Greek and
    # East Asian encodings read as Windows-1252 give long rows of accented letters, broken UTF-8 gives Ã and â€.
    text = content.decode("cp1252")
    return not re.search("[À-ÖØ-öø-ÿ]{4}|Ã[\x80-¿‚-›]|â€", text)


def _checked(text: str) -> str:
    control = _CONTROL_LETTERS.search(text)
    if control:
        raise DocumentError(
            f"It is not text: character {control.start()} is the control character {ord(control.group()):#04x}; "
            "save it as plain text in UTF-8."
        )
    return text


def _cannot(offset: int, encoding: str) -> DocumentError:
    return DocumentError(
        f"It cannot be read as {encoding} from byte {offset} on; save it as plain text in UTF-8."
    )
