notice-offer-subject = A mail from { $sender } brought a calendar
notice-offer = A mail from { $sender } to your Televent address brought { $count } events that invite nobody, so nothing was stored: { $titles }

    To add them, open the attachment of that mail in your calendar app.
notice-guest-undeliverable-subject = Not delivered: { $title }
notice-guest-undeliverable = Mails about “{ $title }” do not reach { $address }: the address does not exist or refuses them. Please check it, or tell them in another way.
notice-guest-wrote-subject = { $sender } answered: { $title }
notice-guest-wrote = { $sender } answered “{ $title }” with a mail (the sender is not verified):

    { $subject }

    { $text }
notice-wrote-to-you-subject = { $sender } wrote about: { $title }
notice-wrote-to-you = { $sender } wrote to you about “{ $title }” (the sender is not verified):

    { $subject }

    { $text }
notice-mail-unusable-subject = A mail from { $sender } changed nothing
notice-mail-unusable = A mail from { $sender } brought a calendar that changes nothing: { $why ->
        [task] it is about a task or a note, and Televent takes only events by mail.
        [no-guest] it is an answer that does not say whose it is.
        [method] it asks for something that Televent does not know.
        [large] it is too large.
        [organizer] somebody else organizes this event in your calendar. If the organizer has changed, delete the event and ask for a new invitation.
        [own] it is about an event that you imported or made yourself, which only you can change.
       *[unreadable] no event can be read in it.
    }

    Its subject: { $subject }
notice-party-crasher-subject = Somebody who was not invited answered: { $title }
notice-party-crasher = A person who was not invited answered one date of “{ $title }”: { $sender }. Nothing was changed. To let them take part, add them to the guests of the event in your calendar app.
notice-uninvited-refused-subject = Somebody who was not invited was refused: { $title }
notice-uninvited-refused = A person who was not invited answered “{ $title }”: { $sender }. They were told that they are not invited, because your settings refuse uninvited people.
notice-delegate-refused-subject = A delegate is not invited: { $title }
notice-delegate-refused = { $delegator } will not come to “{ $title }” and named { $sender } instead. { $sender } is not invited, because your settings refuse delegates.
uninvited-subject = May they come? { $person }: { $title }
uninvited-answer = A person who was not invited answered “{ $title }”: { $person }. Nothing was changed so far.
uninvited-delegate = { $delegator } will not come to “{ $title }” and sends { $person } instead. Nothing was sent to { $person } so far.
uninvited-decide = Decide
uninvited-elsewhere = To let them take part, add them to the guests of the event in your calendar app. Else do nothing.
