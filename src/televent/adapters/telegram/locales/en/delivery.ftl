guest-mail-unreachable = 🔕 { $name } did not get the invitation to “{ $title }”: their mail server says that nobody has this address. Please tell them in another way.
guest-unreachable = 🔕 { $name } did not get the invitation to “{ $title }”: Telegram takes no messages from me for them. Please tell them in another way.
offer-from = 📎 A mail from { $sender } brought a calendar. It invites nobody, so nothing was stored.
guest-undeliverable = 📭 Mails about “{ $title }” do not reach { $address }: the address does not exist or refuses them. Please check it, or tell them in another way.
guest-wrote = ✉️ { $sender } answered “{ $title }” with a mail (the sender is not verified):

    { $subject }

    { $text }
wrote-to-you = ✉️ { $sender } wrote to you about “{ $title }” (the sender is not verified):

    { $subject }

    { $text }
mail-unusable = 📎 A mail from { $sender } brought a calendar that changes nothing: { $why ->
        [task] it is about a task or a note, and Televent takes only events by mail.
        [no-guest] it is an answer that does not say whose it is.
        [method] it asks for something that Televent does not know.
        [large] it is too large.
        [organizer] somebody else organizes this event in your calendar. If the organizer has changed, delete the event and ask for a new invitation.
        [own] it is about an event that you imported or made yourself, which only you can change.
       *[unreadable] no event can be read in it.
    }

    Its subject: { $subject }
