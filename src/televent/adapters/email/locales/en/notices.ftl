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
notice-webhook-disabled-subject = A webhook is disabled: { $host }
notice-webhook-disabled = { $why ->
        [gone] The program at { $host } answered that it wants no more events (410), so its webhook is disabled.
       *[failing] The program at { $host } has not taken an event for five days, so its webhook is disabled.
    } Enable it again with PATCH /api/webhooks/… when the program is well. Deliveries of the last thirty days can be sent again.
uninvited-subject = May they come? { $person }: { $title }
uninvited-answer = A person who was not invited answered “{ $title }”: { $person }. Nothing was changed so far.
uninvited-delegate = { $delegator } will not come to “{ $title }” and sends { $person } instead. Nothing was sent to { $person } so far.
uninvited-decide = Decide
uninvited-elsewhere = To let them take part, add them to the guests of the event in your calendar app. Else do nothing.
offer-subject = A mail from { $sender } brought a calendar
offer-lead = A mail from { $sender } brought a calendar with { $count ->
        [one] one event, which invites nobody. It is
       *[other] { $count } events, which invite nobody. They are
    } not stored yet.
offer-more = … and { $count } more
offer-look = Look and import
offer-elsewhere = To add them, open the attachment of that mail in your calendar app.
share-offered-subject = { $name } shares a calendar with you: { $title }
share-offered = { $name } shares a calendar with you: “{ $title }”. You may { $access }.
share-accepted-subject = Your access has changed: { $title }
share-accepted = { $name } changed your access to the calendar “{ $title }”: you may { $access }.
share-ended-subject = No longer shared with you: { $title }
share-ended = { $name } no longer shares the calendar “{ $title }” with you.
share-invited-subject = Invitation to a team calendar: { $title }
share-invited = { $name } invites you to the team calendar “{ $title }”. As a member you may { $access }. Nothing is in your calendars until you accept.
share-role-subject = Your role has changed: { $title }
share-role = The team calendar “{ $title }”: you may { $access } now.
share-left-subject = No longer a member: { $title }
share-left = You are no longer a member of the team calendar “{ $title }”.
share-access-manager = change it and choose its members
share-access-read = see it
share-access-write = see and change it
share-look = Accept or decline
share-elsewhere = You can accept it in a calendar app that shows invitations to calendars, such as Apple’s.
notice-share-accepted-by-subject = { $name } accepted your calendar: { $title }
notice-share-accepted-by = { $name } accepted your calendar “{ $title }”.
notice-share-declined-by-subject = { $name } declined your calendar: { $title }
notice-share-declined-by = { $name } declined your calendar “{ $title }”.
notice-guest-mail-unreachable-subject = No invitation for { $name }: { $title }
notice-guest-mail-unreachable = { $name } did not get the invitation to “{ $title }”: their mail server says that nobody has this address. Please tell them in another way.
notice-guest-unreachable-subject = No card for { $name }: { $title }
notice-guest-unreachable = { $name } did not get the invitation to “{ $title }”: Telegram takes no messages from Televent for them. Please tell them in another way.
notice-account-key-added-subject = A new API key: { $name }
notice-account-key-added = A program may now act for your Televent account with a new API key, “{ $name }”.

    If that was not you, revoke the key and set a new password.
notice-account-device-added-subject = A new device password: { $name }
notice-account-device-added = A calendar app may now sign in to your Televent account with a new device password, “{ $name }”.

    If that was not you, revoke it and set a new password.
notice-account-address-added-subject = A new address: { $address }
notice-account-address-added = { $address } is now an address of your Televent account.

    If that was not you, remove it and set a new password.
notice-account-password-set-subject = Your new password
notice-account-password-set = Your Televent account has a new password. Other sessions have ended.

    If that was not you, set another one by “Forgot password”, and look through your API keys and devices.
notice-account-telegram-linked-subject = Telegram is linked
notice-account-telegram-linked = A Telegram account is now linked to your Televent account.

    If that was not you, unlink it and set a new password.
notice-account-telegram-unlinked-subject = Telegram is unlinked
notice-account-telegram-unlinked = Telegram is no longer linked to your Televent account.

    If that was not you, set a new password and link it again.
