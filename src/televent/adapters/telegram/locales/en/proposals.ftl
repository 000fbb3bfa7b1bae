button-propose = 🕒 Propose a new time
button-proposal-accept = ✅ Accept the new time
button-proposal-keep = ↩️ Keep the old time
button-proposal-keep-note = 💬 Keep it, with a note
button-proposal-send = 📨 Send
button-proposal-note = 💬 Add a note
proposal-of = 🕒 <b>{ $name }</b> proposes another time for <b>{ $title }</b>
proposal-time =
    Was: { $was }
    Proposed: <b>{ $now }</b>
proposal-place = Place: { $was } → <b>{ $now }</b>
with-comment = 💬 { $comment }
proposal-outdated = ⚠️ The event has changed since, so this time cannot be accepted with a tap.
proposal-series = 🔁 All dates of the series move by as much.
proposal-declined = ↩️ <b>{ $name }</b> keeps the time of <b>{ $title }</b>. Your proposal was: { $when }
proposal-you-accepted = ✅ <i>The event has the new time. All attendees are asked again.</i>
proposal-you-declined = ↩️ <i>The event stays as it is. { $name } is told.</i>
proposal-sent = 🕒 Sent to { $name }: { $when } for <b>{ $title }</b>. You will hear what { $name } decides.
proposal-sent-already = 🕒 { $name } has this proposal already: { $when } for <b>{ $title }</b>.
proposal-preview =
    Shall I propose this to { $name }?
    <b>{ $title }</b>
    Was: { $was }
    Proposed: <b>{ $now }</b>
proposal-stopped = All right, nothing was proposed.
proposal-unread = I do not understand these words as a time: { $words }. Please send the time alone. You can add a note afterwards.
proposal-unreadable = I could not read that time. Try: tomorrow 3pm, fri 10:30-11:30, 2026-12-01 14:00
ask-proposal-date = Which date do you mean?
ask-proposal-time =
    <b>{ $title }</b>
    Now: { $was }
    When would you like it? Choose, or write a time.
ask-proposal-note = What shall I tell the person? Send it in one message. The event stays as it is.
ask-comment = Which note shall go with it? Send it in one message.
comment-too-long = A note may have { $limit } characters. Please send a shorter one.
quick-hour = +1 h: { $when }
quick-day = +1 day: { $when }
quick-week = +1 week: { $when }
