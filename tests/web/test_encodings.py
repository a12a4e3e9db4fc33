"""What is sent compressed, to whom, and what never is."""

import gzip

import brotli
import pytest

from jobfair.content import content_root

CSS = "/static/anyam.css"
CSS_BYTES = (content_root() / "static" / "anyam.css").read_bytes()
UNPACK = {"br": brotli.decompress, "gzip": gzip.decompress, None: bytes}


def raw(client, address, encoding, **headers):
    """Return an answer and its bytes as they were sent."""
    headers = {"accept-encoding": encoding, **headers}
    with client.stream("GET", address, headers=headers) as answer:
        return answer, b"".join(answer.iter_raw())


@pytest.mark.parametrize(
    ("takes", "sent"),
    [("gzip, br", "br"), ("gzip", "gzip"), ("br;q=0, gzip", "gzip"), ("br;q=0.5", "br"),
     ("identity", None), ("", None), ("gzip;q=0", None), ("br ; q=0.00, gzip;q=0.000", None),
     ("zstd, x;q=;", None)],
)  # fmt: skip
def test_a_static_file_comes_in_the_best_encoding_a_browser_takes(client, takes, sent):
    answer, body = raw(client, CSS, takes)

    assert answer.headers.get("content-encoding") == sent
    assert UNPACK[sent](body) == CSS_BYTES
    assert answer.headers["vary"] == "Accept-Encoding"
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["content-type"] == "text/css; charset=utf-8"


def test_each_encoding_of_a_file_has_an_etag_of_its_own(client):
    tags = {raw(client, CSS, takes)[0].headers["etag"] for takes in ("br", "gzip", "")}
    assert len(tags) == 3

    for takes in ("br", "gzip", ""):
        own = raw(client, CSS, takes)[0].headers["etag"]
        found = [raw(client, CSS, takes, **{"if-none-match": tag})[0] for tag in sorted(tags)]
        assert [one.status_code for one in found].count(304) == 1
        assert next(one for one in found if one.status_code == 304).headers["etag"] == own


def test_a_font_is_not_compressed_again_and_what_is_not_there_is_not_found(client):
    answer, body = raw(client, "/static/pjs.woff2", "br, gzip")

    assert answer.headers["content-type"] == "font/woff2"
    assert body == (content_root() / "static" / "pjs.woff2").read_bytes()
    for name in ("tidak.css", "../pyproject.toml", "%2e%2e/pyproject.toml", "anyam.css.br"):
        assert client.get(f"/static/{name}").status_code == 404
