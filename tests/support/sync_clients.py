"""Calendar apps that follow sync tokens in different ways, and know only what the server's pages say (RFC 6578)."""

from dataclasses import dataclass, field

from support.dav import Answer, Client, dav

Members = dict[str, str]
"""Entity tag by href."""


def sync(client: Client, path: str, token: str, level: str = "1", limit: int | None = None) -> Answer:
    """One sync-collection."""
    bound = f"<D:limit><D:nresults>{limit}</D:nresults></D:limit>" if limit is not None else ""
    inner = f"<D:sync-token>{token}</D:sync-token><D:sync-level>{level}</D:sync-level>{bound}"
    return client.report(path, "D:sync-collection", inner + "<D:prop><D:getetag/></D:prop>", Depth="0")


def refused(answer: Answer) -> bool:
    """True where the server answers that it does not know the token."""
    if answer.status == 207:
        return False
    assert (answer.status, answer.precondition()) == (403, dav("valid-sync-token"))
    return True


@dataclass
class Copy:
    """A client's copy of one collection. ``whole``: the last page said that there is no more."""

    token: str = ""
    has: Members = field(default_factory=dict)
    whole: bool = False

    def take(self, answer: Answer, path: str) -> dict[str, bool]:
        """Applies a page. Returns the paths in it, and for each whether the resource exists."""
        entries = answer.responses()
        cut = entries.pop(path, None)
        told = {}
        for href, entry in entries.items():
            told[href] = entry.status is None
            if entry.status is None:
                self.has[href] = entry.text(dav("getetag")) if dav("getetag") in entry.props else ""
            else:
                assert "404" in entry.status
                self.has.pop(href, None)
        self.token, self.whole = answer.token(), cut is None
        return told


@dataclass
class CalendarFollower:
    """Follows one URL, also when it names another collection later. Keeps every token with the copy of that moment."""

    client: Client
    path: str
    copy: Copy = field(default_factory=Copy)
    past: list[tuple[str, Members]] = field(default_factory=list)
    resets: int = 0

    def page(self, limit: int | None) -> None:
        answer = sync(self.client, self.path, self.copy.token, limit=limit)
        if answer.status == 404:
            self.copy.whole = False
        elif refused(answer):
            self.copy, self.resets = Copy(), self.resets + 1
        else:
            self.copy.take(answer, self.path)
            self.past.append((self.copy.token, dict(self.copy.has)))

    def again_from(self, number: int) -> Members | None:
        """The copy now of a client whose last sync was at that moment; None if the token is refused."""
        token, had = self.past[number % len(self.past)]
        answer = sync(self.client, self.path, token)
        if answer.status == 404 or refused(answer):
            return None
        copy = Copy(token, dict(had))
        copy.take(answer, self.path)
        return copy.has


@dataclass
class HomeFollower:
    """Asks the home for new and changed calendars, and then those calendars for their changes (macOS)."""

    client: Client
    home: Copy = field(default_factory=Copy)
    calendars: dict[str, Copy] = field(default_factory=dict)

    def page(self, limit: int | None) -> None:
        answer = sync(self.client, self.client.home, self.home.token, limit=limit)
        if refused(answer):
            self.home, self.calendars = Copy(), {}
            return
        for href, stands in self.home.take(answer, self.client.home).items():
            if href.endswith(("/inbox/", "/outbox/", "/notifications/")):
                continue
            if stands:
                self.calendars.setdefault(href, Copy()).whole = False
            else:
                del self.calendars[href]
        for href, copy in self.calendars.items():
            # Only the calendars that the home named: an error of the home becomes an error of this client.
            for _ in range(100):
                if copy.whole:
                    break
                inner = sync(self.client, href, copy.token, limit=limit)
                if inner.status == 404:
                    break
                if refused(inner):
                    self.calendars[href] = copy = Copy()
                else:
                    copy.take(inner, href)

    def all(self) -> Members:
        return {name: etag for copy in self.calendars.values() for name, etag in copy.has.items()}


@dataclass
class DeepFollower:
    """Asks the home for everything below (sync-level infinite)."""

    client: Client
    copy: Copy = field(default_factory=Copy)

    def page(self, limit: int | None) -> None:
        answer = sync(self.client, self.client.home, self.copy.token, "infinite", limit)
        if refused(answer):
            self.copy = Copy()
            return
        for href, stands in self.copy.take(answer, self.client.home).items():
            if href.endswith("/") and not stands:
                # A collection takes its members with it (RFC 6578 §3.5.2).
                self.copy.has = {name: tag for name, tag in self.copy.has.items() if not name.startswith(href)}

    def all(self) -> Members:
        return {name: etag for name, etag in self.copy.has.items() if not name.endswith("/")}
