button-accept = ✅ Accept
button-decline = ❌ Decline
button-tentative = ❔ Tentative
button-change = Change response
button-note = 💬 Add a note
button-one-date = 📆 One date only…
button-this-date = Only this date
button-following = This date and all later ones
button-all-dates = All dates
button-next-date = Answer the next date ▸
invited-by = <i>{ $name } invited you.</i>
card-repeats = 🔁 { $rule }
one-of = 🔁 one date of: { $rule }
card-updated = 🔄 <i>{ $name } changed this meeting.</i>
card-asks-again = 🔄 <i>{ $name } asks you to answer again.</i>
card-back = It takes place after all.
card-confirmed = It is certain now.
card-not-certain = It is not certain yet.
card-cancelled = 🚫 <i>This meeting was cancelled.</i>
card-cancelled-date = 🚫 <i>This date of the meeting was cancelled.</i>
card-removed = 🚫 <i>{ $name } took you off the list. The meeting goes on without you.</i>
card-over = ⌛ <i>This event is over.</i>
date-changed = 📆 <b>{ $when }</b>: { $changes }
date-edited = its description or status changed
date-cancelled = 🚫 <b>{ $when }</b>: cancelled
date-added = ➕ <b>{ $when }</b>: new
more-dates = { $count ->
    [one] … and { $count } more date
   *[other] … and { $count } more dates
 }
and-dates = { $count ->
    [one] and { $count } more date
   *[other] and { $count } more dates
 }
changed-property = { $name ->
    [DESCRIPTION] 📝 The description changed.
    [ATTACH] 📎 The attachments changed.
   *[other] 🔗 The link changed.
 }
answer-date = Your answer is for this date only.
answer-following = Your answer is for this date and all later ones.
which-date = Which date do you want to answer?
you-accepted = ✅ <i>You accepted this invitation.</i>
you-declined = ❌ <i>You declined this invitation.</i>
you-tentative = ❔ <i>You answered “maybe”.</i>
you-accepted-date = ✅ <i>You accepted this date.</i>
you-declined-date = ❌ <i>You declined this date.</i>
you-tentative-date = ❔ <i>You answered “maybe” for this date.</i>
you-accepted-following = ✅ <i>You accepted this date and all later ones.</i>
you-declined-following = ❌ <i>You declined this date and all later ones.</i>
you-tentative-following = ❔ <i>You answered “maybe” for this date and all later ones.</i>
toast-accepted = Accepted
toast-declined = Declined
toast-tentative = Tentative
toast-already = You have answered that already
toast-gone = This event is not there any more.
toast-cancelled = This meeting was cancelled.
toast-removed = You are no longer invited to this meeting.
toast-over = This event is over.
toast-not-invited = Nobody waits for your answer to this event.
toast-moved = The time has changed, so this did not count. Please answer on the new card.
toast-newer-card = This did not count: there is a newer card of this meeting below.
toast-not-from-there = Please answer the earlier dates first, or all dates: an answer that begins later cannot be sent to the organizer.
ask-note = 💬 What shall I tell { $name }? Send one message, or /cancel.
note-sent = 💬 { $name } gets your note.
note-too-long = A note may have { $limit } characters. Yours has { $length }. Please send a shorter one.
answer-first = Please answer the invitation first.
rsvp-usage =
    /rsvp accept|decline|tentative &lt;event&gt;
    For one date of a series: /rsvp accept &lt;event&gt; friday
rsvp-organizer = You organize “{ $title }”, so you take part already. To call it off: /cancel { $code }
rsvp-own = “{ $title }” is your own event: nobody waits for an answer.
rsvp-no-date = “{ $title }” does not take place on that day. Nothing was answered.
they-accepted = { $name } accepted your meeting.
they-declined = { $name } declined your meeting.
they-tentative = { $name } tentatively accepted your meeting.
they-changed = { $name }: { $was } → { $now }
they-noted = { $name } ({ $answer }) wrote a note.
word-accepted = accepted
word-declined = declined
word-tentative = tentative
they-bring = { $count ->
    [one] { $count } more person comes along.
   *[other] { $count } more people come along.
 }
