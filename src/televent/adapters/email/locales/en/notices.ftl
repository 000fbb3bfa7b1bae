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
