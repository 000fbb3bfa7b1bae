"""RFC 9111 §5.2.2.6, RFC 9110 §8.8.3.3, §13.1.1: a proxy between a client and the server leaves ETags strong, or the
client is told why its condition never holds."""

from support.attachments import add, put, where
from support.dav import Client, Site, event
from support.shares import share


def test_every_answer_with_an_etag_asks_proxies_to_leave_it_alone(site: Site, ann: Client) -> None:
    place = f"{ann.calendar()}a.ics"
    put(ann)
    attached = where(add(ann))
    bob = site.person(102, "Bob", "bob@example.com")
    share(bob, "mailto:ann@example.com", calendar="default")
    (_, notice) = ann.propfind(f"{ann.home}notifications/", "D:getetag", depth="1").responses()
    answers = [
        ann.ask(method, path) for method in ("GET", "HEAD") for path in (place, ann.calendar(), attached, notice)
    ]
    etags = [each.headers["etag"] for each in answers]
    answers += [
        ann.ask("GET", path, If_None_Match=etag)
        for path, etag in zip((place, ann.calendar(), attached, notice), etags, strict=False)
    ]
    answers.append(ann.put(f"{ann.calendar()}b.ics", event("b@example.com")))
    answers.append(ann.put(place, event("a@example.com", "SUMMARY:New"), Prefer="return=representation"))
    answers.append(ann.ask("COPY", f"{ann.calendar()}b.ics", Destination=f"{ann.calendar()}c.ics", Overwrite="F"))
    answers.append(ann.ask("GET", attached, Range="bytes=0-1"))
    for each in answers:
        if "etag" in each.headers:
            assert "no-transform" in each.headers["cache-control"].split(", ")
    assert len([each for each in answers if "etag" in each.headers]) >= len(answers) - 1


def test_a_weak_etag_matches_nothing_and_the_answer_says_who_weakens_it(ann: Client) -> None:
    put(ann)
    place = f"{ann.calendar()}a.ics"
    etag = ann.ask("GET", place).headers["etag"]
    for method in ("PUT", "DELETE", "GET"):
        answer = ann.ask(method, place, event("a@example.com") if method == "PUT" else None, If_Match=f"W/{etag}")
        assert answer.status == 412
        assert "proxy" in answer.text
        assert "If-Match" in answer.text
    assert "proxy" not in ann.ask("DELETE", place, If_Match='"stale"').text
    assert ann.ask("GET", place).headers["etag"] == etag
    # RFC 9110 §13.1.2: here a weak comparison is right.
    assert ann.ask("GET", place, If_None_Match=f"W/{etag}").status == 304
