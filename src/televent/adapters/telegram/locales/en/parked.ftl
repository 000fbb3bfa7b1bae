settings-strangers = 📨 Invitations from strangers: { $value }
setting-strangers =
    📨 Invitations by mail from senders you do not know. “Ask first” shows them to you before anything is in your calendar.
    Now: <b>{ $value }</b>
setting-strangers-never = refuse
setting-strangers-ask = ask first
setting-strangers-always = accept into the calendar
button-settings-strangers = 📨 Strangers
button-settings-believed = 🤝 Believed senders
believed-none = You believe no sender without proof. A card about a mail that I cannot prove has a button for it.
believed-list = I believe mails from these senders although nothing proves them. Anybody can write such an address into a mail, so keep the list short. Tap one to remove it.
believed-removed = I do not believe { $sender } without proof any more.
believed-gone = That sender is not on the list any more.
usage-strangers = I did not understand that. For example: <code>/settings strangers ask</code>, <code>never</code> or <code>always</code>.
settings-uninvited = 🚪 People you did not invite: { $value }
setting-uninvited =
    🚪 People who answer your meetings without an invitation, and people whom a guest sends instead. “Let them in” invites them, “refuse” tells them that they are not invited.
    Now: <b>{ $value }</b>
setting-uninvited-allow = let them in
setting-uninvited-ask = ask first
setting-uninvited-deny = refuse
button-settings-uninvited = 🚪 Uninvited people
usage-uninvited = I did not understand that. For example: <code>/settings uninvited ask</code>, <code>allow</code> or <code>deny</code>.
