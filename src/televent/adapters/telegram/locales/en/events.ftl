command-event = See and change an event
command-history = Who changed what in an event
event-usage =
    Which event? /event &lt;event&gt;
    &lt;event&gt; is its code (/event 3f9a2b), words of its title, or its number among the coming ones (/event 1). A code alone works too.
event-history-usage = Which event? /history &lt;event&gt;

event-there = 🌍 { $time } in { $place }
event-no-history = The history of this event is for the owner of its calendar.
event-repeats = 🔁 { $rule }
event-some-days = on some days
event-this-one = ☝️ Only the one of { $day } is shown
event-next = ⏭ The next one is shown: { $day }
event-over = No more are coming
event-removed-mark = (you are no longer invited)
event-tentative = (tentative)
event-you-accepted = ✉️ { $name } invited you. Your answer: ✅ yes
event-you-declined = ✉️ { $name } invited you. Your answer: ❌ no
event-you-tentative = ✉️ { $name } invited you. Your answer: ❔ maybe
event-you-pending = ✉️ { $name } invited you. You have not answered yet
event-free = 🟢 Does not count as busy
event-before = { $length } before
event-at-start = at the start
event-you = you

event-button-ed = ✏️ Edit
event-button-mv = ⏩ Move
event-button-gu = 👥 Guests
event-button-du = 📋 Duplicate
event-button-hi = 🕘 History
event-button-dl = 🗑 Delete
event-button-this = Only { $day }
event-button-following = { $day } and all that follow
event-button-all = All of them
event-series = 🔁 The whole series
event-back = ‹ Back
event-save = ✅ Save
event-discard = ✖️ Discard
event-none = Leave it empty

event-which-ed = <b>Change which?</b>
event-which-mv = <b>Move which?</b>
event-which-du = <b>Copy which?</b>
event-which-dl = <b>Delete which?</b>
event-scope-this = Only { $day }
event-scope-following = { $day } and all that follow
event-scope-all = All events of the series

event-ask-field = What shall I change?
event-own-fields = Only the organizer changes the rest. You can change your reminders and whether it counts as busy, propose a new time, or decline.
event-field-et = Title
event-field-ew = Time
event-field-eg = Duration
event-field-ep = Place
event-field-en = Description
event-field-er = Repetition
event-field-ea = Reminders
event-field-eb = Busy or free
event-ask-et = Now: { $now }
    What is the new title?
event-ask-ep = Now: { $now }
    Where is it?
event-ask-en = Now: { $now }
    What is the new description?
event-ask-eg = Now: { $now }
    How long is it? Tap, or type: 30m, 1h, 1.5h
event-ask-er = Now: { $now }
    How does it repeat? Tap, or type: every second Tuesday, every weekday until December
event-ask-ea = When shall I remind you? Tap to add or remove, or type all of them: 10m, 1h, 1 day
event-rule-n = Not at all
event-rule-d = Every day
event-rule-k = Every weekday
event-rule-w = Every week
event-rule-2 = Every two weeks
event-rule-m = Every month
event-rule-y = Every year
event-no-rule = not repeated

event-ask-move = Move it by how much?
event-move-h1 = +1 hour
event-move-b1 = −1 hour
event-move-d1 = +1 day
event-move-c1 = −1 day
event-move-w1 = +1 week
event-move-other = 📆 Another time…
event-ask-copy = When shall the copy be?
event-copy-d0 = At the same time
event-copy-d1 = The next day
event-copy-w1 = A week later
event-copy-w2 = Two weeks later
event-ask-guests = Shall the guests be invited to the copy too?
event-copy-guests = { $count ->
    [one] Yes, invite the guest
   *[other] Yes, invite all { $count }
 }
event-copy-alone = No, only me
event-copied = ✅ <b>Copied.</b> This is the new event:

event-told = { $count ->
    [one] { $count } person will be told.
   *[other] { $count } people will be told.
 }
event-saved = ✅ <b>Saved</b>
event-past = ⚠️ That time is over already.
event-deleted = 🗑 <b>Deleted</b>
event-declined-following = ❌ <b>Declined</b>
event-decline-confirm = Delete this event from your calendar? The organizer will hear that you decline.
event-removed = ✅ { $name } is no longer invited.
event-forgotten = This change was waiting for too long, so it is not saved. This is the event as it is now:
event-stale = ⚠️ <b>This event has changed since you looked, so I have changed nothing.</b> This is how it is now:
event-unread = I do not understand “{ $words }” here, so I have changed nothing. Please write it in another way, such as: tomorrow 3pm
event-no-title = An event needs a title.
event-unreadable = I could not read that.
event-rule-unreadable = I could not read how it repeats. Try: every day, every second Tuesday, every month until June
event-reminders-unreadable = I could not read that. Try: 10m, 1h, 1 day (at most five, at most 28 days before)
event-too-many-reminders = An event can have { $count } reminders here. Remove one first.
event-refused-organizer = ⚠️ Only the organizer can change that. You can propose a new time, or decline.
event-refused-share = ⚠️ This calendar is shared with you for reading only. Its owner can let you change it.
event-refused-occurrence = ⚠️ This event no longer has that date. This is how it is now:
event-refused-move = ⚠️ The rule of this series cannot move like that. Move one of its events, or give it a new repetition.
event-refused-split = ⚠️ This series cannot be divided there. Change one of its events, or all of them.
event-refused-times = ⚠️ The event must end after it starts.
event-refused-invalid = ⚠️ The event would not be valid after that change.
event-refused-busy = ⚠️ The event is changing too quickly. Please try again.

event-organizer = Organizer: { $name }
event-invite = ➕ Invite
event-ask-remove = Take { $name } off the list? They will get a cancellation.
event-guests-changed = The list has changed: please choose again.
event-remove = ✖️ Take off the list
event-page = Page { $page } of { $pages }

picker-day = 📆 Which day?
picker-hour = 📆 { $day }. At which hour?
picker-minute = 📆 { $day }. At what time exactly?
picker-length = 📆 { $day }, { $clock }. For how long?
picker-or-type = Or type it: tomorrow 3pm, Friday 10:30, in 2 hours

history-door-bot = Telegram
history-door-caldav = calendar app
history-door-email = mail
history-door-rest = web
history-door-cli = operator
history-created = Created: { $event }
history-invited = Invitation: { $event }
history-asked-again = An answer is asked for again
history-moved = Moved{ $which }
history-repeats = Repetition
history-title = Title{ $which }
history-place = Place{ $which }
history-status = Status{ $which }
history-confirmed = confirmed
history-status-cancelled = cancelled
history-status-tentative = tentative
history-occurrence-added = A date was added{ $which }
history-occurrence-removed = A date was removed{ $which }
history-edited = Changed: { $fields }
history-unlisted = { $count ->
    [one] { $count } more change
   *[other] { $count } more changes
 }
history-guest-invited = Invited: { $name }
history-guest-removed = No longer invited: { $name }
history-answered = { $name }: { $status }{ $which }
history-uninvited-refused = { $name } was told that they are not invited
history-answered-uninvited = { $name }, who was not invited: { $status }{ $which }
history-proposed = { $name } proposes another time{ $which }
history-proposal-accepted = The proposed time was accepted{ $which }
history-proposal-declined = The proposed time was declined{ $which }
history-cancelled = Cancelled{ $which }
history-parked = A mail was kept and not applied, because nothing proves who sent it
history-filed = Moved to another calendar
history-forgotten = A person of this event deleted their account. A placeholder stands for them.
history-deleted = Deleted: { $event }
history-field-description = description
history-field-reminders = reminders
history-field-attachments = attachments
history-field-categories = categories
history-field-link = link
history-field-conference = conference link
history-field-busy = busy or free
history-field-privacy = who may see it
history-field-colour = colour
history-field-priority = priority
history-field-comment = comment
history-field-other = other details

command-undo = Take back a change of yours
command-trash = Deleted events, and how they come back
undo-which = ↩️ <b>Your last changes.</b> Which one should I take back?
undo-nothing = There is nothing to take back.
undo-done = ↩️ <b>Taken back.</b> Guests are told what changed for them.
undo-gone = ↩️ <b>Taken back.</b> The event is in the /trash now.
button-undo = ↩️ Undo
button-redo = ↪️ Do it again
trash-list = 🗑 <b>Deleted in the last 30 days.</b> Tap one to bring it back; guests are invited again.
trash-empty = 🗑 The trash is empty. Deleted events stay here for 30 days.
trash-deleted = deleted { $at }
trash-restored = ♻️ <b>It is back</b>
trash-too-old = This event is not in the trash any more.
trash-calendar = 🗂 <b>Calendar { $name }</b>, with its events
trash-calendar-running = ⏳ { $count } of { $total } events are back …
trash-calendar-back = ♻️ <b>Calendar { $name } is back</b>, with { $count ->
    [one] one event
   *[other] { $count } events
}. People you shared it with do not see it yet: share it again.
