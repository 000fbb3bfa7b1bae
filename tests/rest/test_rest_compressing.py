"""Large answers are compressed for clients that take gzip; those with an ETag, streams and secrets are not."""

import gzip
import json

from support.dav import Client, Site
from support.live_tokens import bearer, token
from support.rest import call, raw


def test_a_list_is_compressed_where_the_client_takes_it(site: Site, ann: Client) -> None:
    path, headers = "/api/openapi.json", bearer(token(site, ann))
    status, plain_headers, plain = raw(site.port, "GET", path, None, headers)
    assert (status, "content-encoding" in plain_headers) == (200, False)
    status, seen, packed = raw(site.port, "GET", path, None, {**headers, "Accept-Encoding": "br, gzip"})
    assert (status, seen["content-encoding"], int(seen["content-length"])) == (200, "gzip", len(packed))
    assert "Accept-Encoding" in seen["vary"]
    assert json.loads(gzip.decompress(packed)) == json.loads(plain)
    assert len(packed) < len(plain) / 4
    refused = raw(site.port, "GET", path, None, {**headers, "Accept-Encoding": "gzip;q=0"})[1]
    assert "content-encoding" not in refused


def test_an_answer_with_an_entity_tag_keeps_its_bytes(site: Site, ann: Client) -> None:
    event = {
        "title": "Long",
        "description": "word " * 1000,
        "start": "2026-12-01T10:00:00Z",
        "end": "2026-12-01T11:00:00Z",
    }
    headers = {**bearer(token(site, ann)), "Accept-Encoding": "gzip"}
    made = call(site.port, "POST", "/api/events", event, **bearer(token(site, ann)))
    assert made.status == 201, made.body
    status, seen, body = raw(site.port, "GET", f"/api/events/{made.json['id']}", None, headers)
    assert (status, seen["etag"], "content-encoding" in seen) == (200, made.headers["etag"], False)
    assert len(body) > 5000
