guests-invited = ✉️ Invited to <b>{ $title }</b>:
guests-not-invited = Not invited:
guests-nobody = I found nobody to invite in that.
guest-chat = { $name } – gets it here, in Telegram
guest-mail = { $name } – gets it by mail
guest-self = { $name } – that is you.
guest-already = { $name } – is invited already
guest-stranger = { $name } – has not used this bot yet
guest-no-name = { $name } – is no email address: the part before the @ is wrong
guest-no-domain = { $name } – is no email address: after the @ there must be a domain such as example.com
guest-no-address = { $name } – is neither an email address nor an @username
guests-forward = I do not know { $names } yet. Forward the next message to them. When they have opened the link, send: <code>/invite { $code } { $names }</code>
guests-link =
    { $name } would like to invite you:
    📅 <b>{ $title }</b>
    🕒 { $when }
    Open { $link } and press Start: then the invitation can reach you.
guests-which = Which event do you invite people to?
guests-no-events = You have no events of your own in the next two months. Make one first: /create
guests-whom = Whom do you invite? Send email addresses or @usernames, share a contact, or forward a message of theirs.
guests-none-named = “{ $words }” names nobody to whom I can write. Please send an email address or an @username, share a contact, or forward a message of theirs. To invite nobody, send: no
guests-not-organizer = Only the organizer can invite people to this event: { $name }. Ask them to do it.
guests-hidden = Telegram does not tell me who { $names } is. Send their @username or their email address instead.
attendees-counted = { $status }: { $count }

button-uninvited-add = ➕ Invite
button-uninvited-no = Leave it
uninvited-added = ✅ Invited. The answer will count once they answer the invitation.
uninvited-there = They are invited already.
uninvited-cannot = No invitation can go to that address.
uninvited-left = Not invited. Nothing was changed.
button-uninvited-deny = 🚫 Refuse
uninvited-invited = ✅ Invited.
uninvited-denied = 🚫 Refused. A cancellation goes to them, so the event leaves their calendar.
uninvited-delegate = { $delegator } will not come to “{ $summary }” and sends { $sender } instead. I have written nothing to { $sender } so far.
uninvited-refused = A person who was not invited answered “{ $summary }”: { $sender }. They were told that they are not invited, as you chose in /settings.
delegate-refused = { $delegator } will not come to “{ $summary }” and named { $sender } instead. { $sender } is not invited, as you chose in /settings.
webhook-disabled = 🔌 { $why ->
        [gone] The program at { $host } answered that it wants no more events (410), so its webhook is disabled.
       *[failing] The program at { $host } has not taken an event for five days, so its webhook is disabled.
    } Enable it again by the API when the program is well.
