"""A meeting in a winmail.dat goes the way of every other invitation."""

from support.post import EDGE, PostOffice
from support.town import Town
from support.winmail import GLOBAL_ID, mail_with, meeting_values, winmail_dat

PROVEN = f"Authentication-Results: {EDGE}; dmarc=pass header.from=example.net\r\n"


def test_a_meeting_from_outlook_is_applied_and_cancelled(town: Town, post: PostOffice) -> None:
    ann = town.person("ann")
    uid = GLOBAL_ID.hex().upper()
    invitation = winmail_dat("IPM.Microsoft Schedule.MtgReq", meeting_values())
    verdict = post.take(mail_with(invitation, proven=PROVEN), ann.address)
    assert (verdict.state, "read from winmail.dat" in verdict.reason) == ("applied", True)
    assert "DTSTART:20261201T100000Z" in ann.text(uid).decode()
    cancelled = winmail_dat("IPM.Schedule.Meeting.Canceled", meeting_values(sequence=1))
    # Nobody has proven that this one comes from the organizer.
    assert post.take(mail_with(cancelled), ann.address).state == "parked"
    assert "STATUS:CANCELLED" not in ann.text(uid).decode()
    assert post.take(mail_with(cancelled, proven=PROVEN), ann.address).state == "applied"
    assert "STATUS:CANCELLED" in ann.text(uid).decode()


def test_a_series_is_not_applied_and_the_reason_is_stored(town: Town, post: PostOffice) -> None:
    ann = town.person("ann")
    series = winmail_dat("IPM.Microsoft Schedule.MtgReq", meeting_values(recurring=True))
    verdict = post.take(mail_with(series, proven=PROVEN), ann.address)
    assert "which only Outlook can read" in verdict.reason
    assert ann.rows(GLOBAL_ID.hex().upper()) == []
