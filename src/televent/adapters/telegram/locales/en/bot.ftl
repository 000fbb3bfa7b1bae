welcome = 👋 Hello, { $name }! I keep your calendar: here, and in every calendar app.
ask-email = To receive calendar invites from Gmail/Outlook users, please provide your email:
ask-email-skip = Skip
email-skipped = All right. You can give it later: /start
code-sent = I have sent a code to { $address }. Please send it to me:
code-wait = I have sent enough codes for now: one a minute, five a day. Try again on { $day } at { $clock } ({ $zone }). A code that you have already is still valid for an hour.
email-verified = ✅ { $address } is yours. Invitations to it will arrive here.
email-known = Your addresses: { $addresses }
help =
    <b>What I can do</b>
    Write what is planned: “Lunch with Ann tomorrow at noon”. I show what I have read before I enter it.
    /today, /tomorrow, /week, /list – what is coming
    /search – find an event by any of its words
    /create – a new event, question by question
    /invite, /rsvp, /attendees – other people
    /device add – your calendar on the phone and computer
    /settings – time zone, language and the rest
    /help – all of this with buttons
command-start = Begin
command-help = What I can do
command-create = New event
command-today = Today
command-tomorrow = Tomorrow
command-week = The next seven days
command-list = What is coming
command-search = Find an event
command-invite = Invite people to an event
command-rsvp = Answer an invitation
command-attendees = Who comes
command-cancel = Cancel an event, or stop a dialogue
command-device = Passwords for calendar apps
command-share = Share a calendar
command-timezone = Your time zone
command-settings = Your settings
ask-title = What is it called?
ask-time = When? For example: tomorrow 3pm, next monday 10:30, 2026-12-01 14:00
ask-duration = How long? For example: 30m, 1h, 1.5h
ask-description = A description? Or skip.
ask-location = Where? Or skip.
ask-invite = Invite others? Send email addresses (separated by spaces), @usernames or contacts, or forward a message of theirs.
ask-skipped = ⏭ <i>Skipped.</i>
ask-skipped-invite = ⏭ <i>Skipped: nobody else is invited. Later: /invite</i>
time-unreadable = I could not read that time. Try: tomorrow at 3pm, next monday 10:30, in 2 hours, 2026-12-01 14:00, fri 3-4pm
duration-unreadable = I could not read that. Try: 30m, 1h, 90m, 1 hour, 1.5h
ask-which-time = Which do you mean?
confirm-create = Shall I create this?
button-confirm = ✅ Create
button-cancel = ✖️ Cancel
button-skip = Skip
button-yes-cancel = Yes, cancel it
button-keep = Keep it
created = ✅ Created. Code: <code>{ $code }</code>
create-aborted = All right, nothing was created.
dialogue-aborted = All right, I have stopped.
nothing-to-abort = There is nothing to stop. To cancel an event: /cancel &lt;event&gt;
and-more = … and { $count } more
no-location = No location
no-description = No description
no-title = (no title)
attendee-count = { $count ->
    [one] { $count } attendee
   *[other] { $count } attendees
 }
pending-mark = (not answered)
cancelled-mark = (cancelled)
attendees-usage = /attendees &lt;event&gt;
attendees-none = Nobody else is invited.
status-accepted = Accepted
status-declined = Declined
status-tentative = Tentative
status-pending = Pending
status-delegated = Delegated
event-unknown = I did not find this event: { $query }
event-ambiguous = Which one? Please use its code:
cancel-confirm = Cancel this event? All attendees will be notified.
cancelled = 🚫 Cancelled: { $title }
kept = All right, it stays.
device-usage = /device add [name] · /device list · /device revoke &lt;number&gt; · /device undo &lt;number&gt; &lt;since&gt;
device-added =
    🔑 <b>{ $name }</b>
    Server: <code>{ $url }</code>
    User: <code>{ $user }</code>
    Password: <code>{ $password }</code>
    This password is shown once. In your calendar app choose “CalDAV” and enter these three.
    Then take the password out of this chat: others may see your screen.
device-link = Or tap “Set this phone up”, within { $minutes } minutes: it gives iPhones a profile and Android the settings for DAVx⁵, once.
device-reached-by-network =
    Only devices in the same network reach this server. For all others it needs a public address: its operator sets PUBLIC_URL.
device-reached-by-machine =
    Only the computer that Televent runs on reaches this server. Its operator can change that with API_HOST and PUBLIC_URL.
button-new-password = 🔑 New password
button-set-phone-up = 📱 Set this phone up
button-copy-server = 📋 Server
button-copy-user = 📋 User
button-copy-password = 📋 Password
button-hide-password = 🗑 Take it out of this chat
device-hidden = 🔑 The password is no longer in this chat. It stays valid: /device list
device-none = There are no device passwords. /device add
device-line = { $number }. { $name } – created { $created }, last used { $used }
button-undo-device = ↩️ Undo changes: { $name }
device-undo-since = ↩️ <b>Undo what “{ $name }” did.</b> Since when? What others changed since then stays.
button-undo-hour = 1 hour
button-undo-today = Today
button-undo-week = 7 days
button-undo-other = Another time…
device-undo-other = Send the moment after the number of the device in /device list, such as:
    /device undo { $number } 14:00
    /device undo { $number } 2026-11-21 14:00
device-undo-preview =
    ↩️ <b>“{ $name }” since { $since }</b>
    Changed: { $changed }
    Deleted: { $deleted }
    Created: { $created }
device-undo-left = Not to be undone: { $count }
device-undo-more = … and { $count } more
device-undo-tells = Guests are told once what changed for them. Each event can be taken back again with /undo.
device-undo-nothing = “{ $name }” has changed nothing since { $since } that is not undone.
device-undo-running = ↩️ Undoing… { $count } of { $total }
device-undo-done =
    ↩️ <b>Undone: what “{ $name }” did since { $since }.</b>
    Changed back: { $changed }
    Brought back: { $deleted }
    Deleted: { $created }
device-undo-again = There is nothing left to undo.
device-undo-moment = I cannot read this moment. Write for example: 14:00, 2h, 2026-11-21 14:00
button-undo-device-yes = ↩️ Undo them
device-gone = { $name } (revoked)
device-never = never
device-revoked = { $name } is revoked. It stops at once.
device-unknown = There is no such device password. /device list
private-only = 🔒 I answer this in our private chat only: it is personal.
button-private = Open our private chat
tap-elsewhere = This button works only in the private chat with me: it is personal.
please-start = Please send /start first.
refused = { $sentence }
failed = Something went wrong. Please try again.
outage = ⏳ I cannot reach the calendars at the moment. You need not repeat this: I will answer as soon as I can.
disk-full = The server has no room left, so nothing was changed. Please try again later.
reply-unproven = An answer to “{ $summary }” came from { $sender }, but I cannot prove that it is theirs. I have not counted it.
request-unproven = A change to “{ $summary }” came from { $sender }, but I cannot prove that it is the organizer’s. I have not applied it.
party-crasher = A person who was not invited answered “{ $summary }”: { $sender }.
person-status = { $name } ({ $status })
share-usage =
    /share &lt;calendar&gt; &lt;email or @id&gt; read|write – let somebody see a calendar of yours, or change it
    /share list – what is shared
    /share stop &lt;number&gt; – stop sharing
share-offered =
    📤 <b>{ $name }</b> shares a calendar with you: <b>{ $title }</b>
    You may { $access }.
share-accepted =
    🔄 <b>{ $name }</b> has changed what you may do in <b>{ $title }</b>: { $access }.
share-ended = 🚫 <b>{ $name }</b> no longer shares <b>{ $title }</b> with you.
share-invited =
    👥 <b>{ $name }</b> invites you to the team calendar <b>{ $title }</b>.
    As a member you may { $access }. Nothing is in your calendars until you accept.
team-you-accepted =
    ✅ You are a member of the team calendar <b>{ $title }</b>. You may { $access }. It is in your calendar apps now.
    /share list – leave it
team-you-declined = ❌ You have declined the team calendar <b>{ $title }</b>.
share-role = 👥 The team calendar <b>{ $title }</b>: you may { $access } now.
share-left = 🚫 You are no longer a member of the team calendar <b>{ $title }</b>.
share-access-manager = change it and choose its members
share-team-waiting = { $count ->
    [one] 📨 One mail waits for the answer of a manager.
   *[other] 📨 { $count } mails wait for the answer of a manager.
}
share-line-team = { $number }. 👥 <b>{ $title }</b>: { $access }
share-line-team-offered = { $number }. 👥 <b>{ $title }</b>: { $access } (you are invited, no answer yet)
share-access-read = see it
share-access-write = see and change it
share-access-busy = see when it is busy
share-you-accepted = ✅ You have accepted <b>{ $title }</b> of { $name }. It is in your calendar apps now.
share-you-declined = ❌ You have declined <b>{ $title }</b> of { $name }.
share-gone = This calendar is not shared with you any more
share-accepted-by = ✅ { $name } has accepted your calendar “{ $title }”.
share-declined-by = ❌ { $name } has declined your calendar “{ $title }”.
share-calendar-unknown = You have no calendar { $title }.
share-done = 📤 <b>{ $title }</b> is shared with { $name }: { $access }.
share-none = Nothing is shared. /share
share-line-mine = { $number }. <b>{ $title }</b> → { $name }: { $access } ({ $status })
share-line-theirs = { $number }. <b>{ $title }</b> ← { $name }: { $access }
share-status-noresponse = no answer yet
share-status-accepted = accepted
share-status-declined = declined
share-unknown = There is no share with that number. /share list
share-stopped = Ended: { $name }.
