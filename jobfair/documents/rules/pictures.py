"""Photos and scans: walked through part by part, without what tells where they were taken.

Nothing is drawn. Of a JPEG the parts that make the picture are kept, its colours, and which way
up it is; of a PNG the chunks that make the picture. Comments, places, times and cameras are left
out, and so is anything behind the end, where another kind of file could hide.
"""

import struct
import zlib

FILL, LEAST = 0xFF, 4
"""What every marker begins with, and the length of the shortest part."""
END, SCAN, EXIF, COLOURS, ADOBE = 0xD9, 0xDA, 0xE1, 0xE2, 0xEE
INSIDE_SCAN = frozenset({0x00, 0x01, *range(0xD0, 0xD8)})
"""What follows ``FILL`` in the lines of a scan without ending it."""
FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
KEPT = FRAMES | {0xC4, 0xCC, 0xDB, 0xDD, 0xE0, SCAN, ADOBE}
ORIENTATION = 0x0112
CHUNKS = frozenset(
    {b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"iCCP", b"pHYs"}
    | {b"bKGD", b"sBIT", b"hIST"}
)
PNG_START = b"\x89PNG\r\n\x1a\n"


class Broken(Exception):
    """This is not a whole picture."""


def _which_way_up(exif: bytes) -> int:
    """Return the orientation (1 to 8) an Exif part tells, 1 when it tells none."""
    body = exif[6:]
    order = {b"II*\0": "<", b"MM\0*": ">"}.get(body[:4])
    if not exif.startswith(b"Exif\0\0") or order is None:
        return 1
    try:
        (at,) = struct.unpack_from(f"{order}I", body, 4)
        (count,) = struct.unpack_from(f"{order}H", body, at)
        for entry in range(at + 2, at + 2 + 12 * count, 12):
            tag, kind, many, value = struct.unpack_from(f"{order}HHIH", body, entry)
            if (tag, kind, many) == (ORIENTATION, 3, 1):
                return value if value in range(1, 9) else 1
    except struct.error:
        pass
    return 1


def _only_orientation(value: int) -> bytes:
    entry = struct.pack(">HHIHH", ORIENTATION, 3, 1, value, 0)
    body = b"Exif\0\0MM\0*" + struct.pack(">IH", 8, 1) + entry + bytes(4)
    return b"\xff\xe1" + struct.pack(">H", len(body) + 2) + body


def _next_marker(data: bytes, at: int) -> int:
    """Return where the next marker with a part begins; what stands before it, readers pass over."""
    while (at := data.find(b"\xff", at)) >= 0 and at + 1 < len(data):
        if data[at + 1] == FILL:
            at += 1
        elif data[at + 1] in INSIDE_SCAN:
            at += 2
        else:
            return at
    raise Broken


def _part(data: bytes, at: int) -> tuple[int, bytes]:
    """Return the marker at ``at`` and its whole part; the end has none of its own."""
    if data[at + 1] == END:
        return END, b""
    length = 2 + int.from_bytes(data[at + 2 : at + 4], "big")
    if not LEAST <= length <= len(data) - at:
        raise Broken
    return data[at + 1], data[at : at + length]


def strip_jpeg(data: bytes) -> bytes:
    """Return the picture alone, or raise :class:`Broken`."""
    kept: list[bytes] = []
    at, way_up, seen = 2, 1, {0}
    while True:
        at = _next_marker(data, at)
        marker, part = _part(data, at)
        if marker == END:
            break
        at += len(part)
        if marker == EXIF:
            way_up = max(way_up, _which_way_up(part[4:]))
        elif marker == SCAN:
            end = _next_marker(data, at)
            part, at = part + data[at:end], end
        seen.add(marker)
        if marker in KEPT or (marker == COLOURS and part[4:].startswith(b"ICC_PROFILE\0")):
            kept.append(part)
    if SCAN not in seen or not seen & FRAMES:
        raise Broken
    turned = [_only_orientation(way_up)] if way_up > 1 else []
    return b"".join([b"\xff\xd8", *turned, *kept, b"\xff\xd9"])


def strip_png(data: bytes) -> bytes:
    """Return the picture alone, or raise :class:`Broken`; checksums of what is kept count."""
    kept, at = [PNG_START], len(PNG_START)
    seen: list[bytes] = []
    while not seen or seen[-1] != b"IEND":
        length, kind = int.from_bytes(data[at : at + 4], "big"), data[at + 4 : at + 8]
        chunk = data[at : at + 12 + length]
        if len(chunk) < 12 + length:
            raise Broken
        if kind in CHUNKS:
            if zlib.crc32(chunk[4:-4]) != int.from_bytes(chunk[-4:], "big"):
                raise Broken
            kept.append(chunk)
        seen.append(kind)
        at += len(chunk)
    if seen[0] != b"IHDR" or b"IDAT" not in seen:
        raise Broken
    return b"".join(kept)
