"""Debian's Thunderbird as the guest's program: its own mail window, its buttons for invitations, its calendar."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from interop.by_mail.marionette import Marionette, open_thunderbird
from interop.by_mail.program import Kept, Shown
from interop.by_mail.town import ZED, Mailbox
from support.dovecot import PASSWORD, USER

HEAD = """
const { cal } = ChromeUtils.importESModule("resource:///modules/calendar/calUtils.sys.mjs");
const { CalEvent } = ChromeUtils.importESModule("resource:///modules/CalEvent.sys.mjs");
const { CalAttendee } = ChromeUtils.importESModule("resource:///modules/CalAttendee.sys.mjs");
const { MailServices } = ChromeUtils.importESModule("resource:///modules/MailServices.sys.mjs");
const Transactions = ChromeUtils.importESModule("resource:///modules/CalTransactionManager.sys.mjs");
const { setTimeout } = ChromeUtils.importESModule("resource://gre/modules/Timer.sys.mjs");
const AUTO = { responseMode: Ci.calIItipItem.AUTO };
async function until(look, what) {
  for (let n = 0; n < 1000; n++) {
    const found = await look();
    if (found) return found;
    await new Promise(done => setTimeout(done, 100));
  }
  throw new Error("not so: " + what);
}
function calendar() { return cal.manager.getCalendars()[0]; }
function window_() { return Services.wm.getMostRecentWindow("mail:3pane"); }
async function event(uid) { return await calendar().getItem(uid); }
function occurrences(item) {
  if (!item.recurrenceInfo) return [item];
  const [from, to] = ["20260101T000000Z", "20290101T000000Z"].map(each => cal.createDateTime(each));
  return item.recurrenceInfo.getOccurrences(from, to, 0);
}
function utc(time) { return time.getInTimezone(cal.timezoneService.UTC).icalString; }
"""
SET_UP = """
const [address, user, password, imap, smtp, certificate] = args;
Services.prefs.setBoolPref("signon.rememberSignons", true);
// As a person does who adds a security exception.
const store = Cc["@mozilla.org/security/x509certdb;1"].getService(Ci.nsIX509CertDB);
Cc["@mozilla.org/security/certoverride;1"].getService(Ci.nsICertOverrideService)
  .rememberValidityOverride("localhost", imap, {}, store.constructX509FromBase64(certificate), false);
const out = MailServices.outgoingServer.createServer("smtp"), outgoing = out.QueryInterface(Ci.nsISmtpServer);
outgoing.hostname = "127.0.0.1"; outgoing.port = smtp; out.authMethod = 1; out.socketType = 0;
const box = MailServices.accounts.createIncomingServer(user, "localhost", "imap");
box.port = imap; box.socketType = 3; box.authMethod = 3; box.password = password;
const identity = MailServices.accounts.createIdentity();
identity.email = address; identity.fullName = "Zed"; identity.smtpServerKey = out.key; identity.doFcc = false;
const account = MailServices.accounts.createAccount();
account.incomingServer = box; account.addIdentity(identity);
MailServices.accounts.defaultAccount = account; MailServices.outgoingServer.defaultServer = out;
await until(() => window_() && cal.manager.getCalendars().length == 1, "the window and the calendar are there");
// The calendar of a new profile is off until its owner turns it on.
calendar().setProperty("disabled", false);
calendar().setProperty("imip.identity.key", identity.key);
globalThis.inbox = box;
return Services.appinfo.version;
"""
OPEN_NEXT = """
const box = globalThis.inbox, folder = () => box.rootFolder.getFolderWithFlags(Ci.nsMsgFolderFlags.Inbox);
const header = await until(async () => {
  if (folder()) folder().updateFolder(null); else box.performExpand(null);
  return folder() && [...folder().messages].find(each => !each.isRead);
}, "a new mail");
const tabs = window_().document.getElementById("tabmail");
if (globalThis.tab) tabs.closeTab(globalThis.tab);
globalThis.tab = tabs.openTab("mailMessageTab", { messageURI: folder().getUriForMsg(header), background: false });
const page = await until(() => {
  const shown = globalThis.tab.chromeBrowser.contentWindow;
  return shown && shown.calImipBar && shown.calImipBar.itipItem && shown.gMessage === header && shown;
}, "the bar of the invitation");
header.markRead(true);
const buttons = page.calImipBar.getButtons().filter(each => !each.hidden);
return { subject: header.mime2DecodedSubject, method: page.calImipBar.itipItem.receivedMethod,
         label: page.document.querySelector(".calendar-notification-bar .msgNotificationBarText").textContent,
         buttons: buttons.map(each => each.id) };
"""
PRESS = """
const [id] = args, page = globalThis.tab.chromeBrowser.contentWindow, button = page.document.getElementById(id);
const changed = new Promise(done => {
  const seen = () => { calendar().removeObserver(observer); done(); };
  const observer = { QueryInterface: ChromeUtils.generateQI(["calIObserver"]), onStartBatch() {}, onEndBatch() {},
    onLoad() {}, onError() {}, onPropertyChanged() {}, onPropertyDeleting() {},
    onAddItem: seen, onModifyItem: seen, onDeleteItem: seen };
  calendar().addObserver(observer);
});
button.doCommand();
await changed;
"""
KEPT = """
const item = await event(args[0]);
if (!item) return null;
const alive = occurrences(item).filter(each => each.status != "CANCELLED");
const answers = of =>
  Object.fromEntries(of.getAttendees().map(who => [who.id.replace(/^mailto:/i, ""), who.participationStatus]));
return { title: item.title, starts: alive.map(each => utc(each.startDate)).sort(), answers: answers(item),
         at: Object.fromEntries(alive.map(each => [utc(each.startDate), answers(each)])) };
"""
INVITE = """
const [text, me, guests] = args, item = new CalEvent(text);
item.organizer = cal.itip.createOrganizer(calendar());
for (const guest of guests) {
  const one = new CalAttendee();
  one.id = "mailto:" + guest; one.role = "REQ-PARTICIPANT";
  one.participationStatus = "NEEDS-ACTION"; one.rsvp = "TRUE";
  item.addAttendee(one);
}
// The box "notify attendees" of the event's window.
item.setProperty("X-MOZ-SEND-INVITATIONS", "TRUE");
await new Transactions.CalAddTransaction(item, calendar(), null, AUTO).doTransaction();
"""
MOVE = """
const [uid, was, start, end] = args, old = await event(uid);
const before = was ? occurrences(old).find(each => utc(each.startDate) == was) : old, after = before.clone();
const at = time => { const made = cal.createDateTime(time); made.timezone = before.startDate.timezone; return made; };
after.startDate = at(start); after.endDate = at(end);
await new Transactions.CalModifyTransaction(after, calendar(), before, AUTO).doTransaction();
"""
ANSWER = """
const [uid, start, status] = args, before = occurrences(await event(uid)).find(each => utc(each.startDate) == start);
const after = before.clone(), me = cal.itip.getInvitedAttendee(after), answer = me.clone();
after.removeAttendee(me); answer.participationStatus = status; after.addAttendee(answer);
await new Transactions.CalModifyTransaction(after, calendar(), before, AUTO).doTransaction();
"""
CANCEL = """
await new Transactions.CalDeleteTransaction(await event(args[0]), calendar(), null, AUTO).doTransaction();
"""
ACCEPTS = ("imipAcceptButton", "imipAcceptRecurrencesButton")
APPLIES = ("imipUpdateButton", "imipDeleteButton", "imipReconfirmButton", "imipAddButton")


class Thunderbird:
    """Implements `Program`."""

    name = "Thunderbird"

    def __init__(self, marionette: Marionette, mailbox: Mailbox) -> None:
        self._marionette = marionette
        certificate = mailbox.certificate.read_text().partition("-----BEGIN CERTIFICATE-----")[2]
        bare = certificate.partition("-----END")[0].replace("\n", "")
        self.version = self._run(SET_UP, ZED, USER, PASSWORD, mailbox.imap, mailbox.smtp, bare)

    def opens_next_mail(self) -> Shown:
        seen = self._run(OPEN_NEXT)
        return Shown(seen["method"], seen["subject"], f"{seen['label']} {seen['buttons']}")

    def accepts(self) -> None:
        self._press(ACCEPTS)

    def applies(self) -> None:
        self._press(APPLIES)

    def answers(self, uid: str, start: str, status: str) -> None:
        self._run(ANSWER, uid, start, status)

    def kept(self, uid: str) -> Kept | None:
        seen = self._run(KEPT, uid)
        return None if seen is None else Kept(seen["title"], tuple(seen["starts"]), seen["answers"], seen["at"])

    def invites(self, event: str, guests: Sequence[str]) -> None:
        self._run(INVITE, event.replace("\n", "\r\n"), ZED, list(guests))

    def moves(self, uid: str, start: str, end: str, *, was: str = "") -> None:
        self._run(MOVE, uid, was, start, end)

    def cancels(self, uid: str) -> None:
        self._run(CANCEL, uid)

    def _press(self, wanted: Sequence[str]) -> None:
        shown = self._run(
            "return globalThis.tab.chromeBrowser.contentWindow.calImipBar.getButtons()"
            ".filter(each => !each.hidden).map(each => each.id);"
        )
        fitting = [each for each in wanted if each in shown]
        assert fitting, f"Thunderbird offers {shown}, and none of {wanted}"
        self._run(PRESS, fitting[0])

    def _run(self, body: str, *arguments: Any) -> Any:
        return self._marionette.run(HEAD + body, *arguments)


@contextmanager
def opened(place: Path, log: Path, mailbox: Mailbox) -> Iterator[Thunderbird]:
    """A running one with the guest's mailbox."""
    with open_thunderbird(place, log) as marionette:
        yield Thunderbird(marionette, mailbox)
