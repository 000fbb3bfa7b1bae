"""SMTP sessions by a grammar: what is sent, in which pieces, and where it breaks off."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random

COMMANDS = (
    *(b"NOOP", b"RSET", b"HELP", b"VRFY ann", b"VRFY \xff", b"EXPN x", b"AUTH PLAIN", b"AUTH LOGIN AAAA", b"STARTTLS"),
    *(b"BDAT 10 LAST", b"DATA", b"DATA x", b"MAIL FROM:<>", b"MAIL FROM:" + b"(" * 400, b"RCPT TO:<x@y>", b"X" * 700),
    *(
        b"MAIL FROM:<a@b> SIZE=99999999999",
        b"MAIL FROM:<a@b> BODY=BINARYMIME",
        b"RCPT TO:<@a,@b:c@d>",
        b"",
        b"\0",
        b" ",
    ),
    *(
        b"EHLO " + b"x" * 400,
        b"HELO",
        b"LHLO x",
        b"RCPT TO:<\xff@televent.app>",
        b"XCLIENT ADDR=1",
        b"\xff\xfe",
        b"GET /",
    ),
    *(
        b"RCPT TO:<rsvp+00000000000000000000000000000000@televent.app>",
        b"Y" * 70_000,
        b"NOOP\rNOOP",
        b"RCPT TO:<a@b> X=y",
    ),
)
SENDERS = (b"zed@example.net", b"zed@example.net", b"", b"zed@example.net", b"z\xffd@example.net", b'"z d"@example.net')


@dataclass
class Session:
    """The pieces that are sent: bytes, the replies that they ask for, and whether these are awaited before the next.

    ``mails``: the mails in it with their recipients, where it is a valid session that ends.
    """

    pieces: list[tuple[bytes, int, bool]] = field(default_factory=list)
    mails: list[tuple[bytes, list[str]]] = field(default_factory=list)

    def say(self, data: bytes, *, replies: int = 1, waits: bool = True) -> None:
        self.pieces.append((data, replies, waits))

    @property
    def raw(self) -> bytes:
        """All that is sent."""
        return b"".join(data for data, _, _ in self.pieces)


def session(dice: Random, mails: list[bytes], recipients: list[str]) -> Session:
    """A session with these mails: half of them valid, the others with wrong commands, or cut off somewhere."""
    made, valid = Session(), dice.random() < 0.5
    pipelined = dice.random() < 0.3
    made.say(b"EHLO example.net\r\n")
    for mail in mails:
        chosen = dice.sample(recipients, k=dice.choice((1, 1, len(recipients))))
        sender = dice.choice(SENDERS)
        made.say(b"MAIL FROM:<" + sender + b">\r\n", waits=not pipelined)
        for each in chosen:
            made.say(f"RCPT TO:<{each}>\r\n".encode(), waits=not pipelined)
        if not valid:
            for _ in range(dice.choice((0, 1, 3, 200))):
                made.say(dice.choice(COMMANDS) + dice.choice((b"\r\n", b"\r\n", b"\n", b"\r")), waits=False)
        made.say(b"DATA\r\n", waits=not pipelined)
        _content(dice, made, mail)
        if valid:
            made.mails.append((mail, chosen))
    made.say(b"QUIT\r\n")
    if not valid and dice.random() < 0.5:
        del made.pieces[dice.randrange(len(made.pieces)) :]
        made.say(made.raw[-3:] if dice.random() < 0.2 else b"")
    return made


def _content(dice: Random, made: Session, mail: bytes) -> None:
    """The content with its end, in one piece or cut at unfortunate places."""
    stuffed = mail.replace(b"\r\n.", b"\r\n..")
    whole = (b"." if stuffed.startswith(b".") else b"") + stuffed + b"\r\n.\r\n"
    places = sorted(dice.randrange(len(whole)) for _ in range(dice.choice((0, 0, 0, 2, 20))))
    if dice.random() < 0.3:
        places += range(len(whole) - 5, len(whole))
    places = sorted(set(places))
    for start, end in zip([0, *places], [*places, len(whole)], strict=True):
        made.say(whole[start:end], replies=int(end == len(whole)), waits=end == len(whole))
