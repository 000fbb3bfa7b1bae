parked-nobody = nobody
parked-unverified = { $name } (unverified)
parked-from = It says that it is from { $name } (unverified).
parked-from-proven = It is from { $name }, and that is proven.
parked-why-unjudged = Nobody has checked where it really comes from.
parked-why-unsigned = It has no signature of the sender’s domain, so anybody can have sent it.
parked-why-broken = It has a signature of the sender’s domain that does not hold: the mail was changed on its way, or is forged.
parked-why-failed = The mail server says that it does not come from the sender’s domain. It is probably forged.
parked-why-unanswered = The sender’s domain gave no answer, so I could not check the signature.
parked-why-nobody = It does not name one sender.
parked-why-other = The sender is not the one whose event or answer this is.
parked-why-unknown = You have had no meeting with this sender before.
parked-why-unknown-team = The team calendar has had no meeting with this sender before.
parked-team = It came to the team calendar { $title }. You are asked because you manage it; the first answer counts.
parked-lead-reply-unproven = An answer came that I cannot prove
parked-lead-request-unproven = A change of an event came that I cannot prove
parked-lead-sender-unknown = { $count ->
    [one] An invitation from a sender you do not know
   *[other] { $count } mails from a sender you do not know
}
parked-new = New: “{ $title }”, { $when }
parked-changed = “{ $title }”, { $when }: { $changes }
parked-cancelled = Cancels “{ $title }”, { $when }
parked-cancelled-new = Cancels the invitation to “{ $title }”
parked-answer = Counts for { $name }: { $answer } (“{ $title }”)
parked-proposal = { $name } proposes another time for “{ $title }”: was { $was } → now { $now }
parked-other = About “{ $title }”
parked-details = details
parked-more = { $count ->
    [one] … and one more
   *[other] … and { $count } more
}
parked-untitled = untitled
parked-partstat-ACCEPTED = accepted
parked-partstat-DECLINED = declined
parked-partstat-TENTATIVE = maybe
parked-partstat-other = answered
parked-nothing-yet-event = Nothing has changed in your calendar.
parked-nothing-yet-new = Nothing of it is in your calendar yet.
parked-nothing-yet-event-team = Nothing has changed in the team calendar.
parked-nothing-yet-new-team = Nothing of it is in the team calendar yet.
parked-by-applied = ✅ { $name } has applied this for the team calendar { $title }.
parked-by-ignored = 🚫 { $name } has ignored this for the team calendar { $title }. Nothing has changed.
parked-not-asked = You do not manage this team calendar any more, so you are not asked.
parked-done-applied = ✅ Applied.
parked-done-unchanged = Nothing changed: your calendar was already so, or something newer came.
parked-done-unchanged-team = Nothing changed: the team calendar { $title } was already so, or something newer came.
parked-done-ignored = 🚫 Ignored. Nothing has changed.
parked-done-was-applied = This was applied already.
parked-done-was-ignored = This was ignored already. Nothing has changed.
parked-done-gone = This mail is not kept any more. Nothing has changed.
parked-done-believed = From now on I believe mails from { $sender }. You can take that back in /settings.
parked-button-apply = Apply
parked-button-ignore = Ignore
parked-button-believe = Always believe this sender
parked-subject = Please decide: { $lead }
parked-private = The link is for you alone. Opening it changes nothing.
parked-elsewhere = Log in to your calendar to compare. There is no link, because this server has no public address.
