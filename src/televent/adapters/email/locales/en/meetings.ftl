meeting-subject-invited = Invitation: { $title } @ { $when }
meeting-subject-changed = Changed: { $title } @ { $when }
meeting-subject-cancelled = Cancelled: { $title } @ { $when }
meeting-subject-answers = Answers: { $title } @ { $when }
meeting-subject-proposal = Another time proposed: { $title } @ { $when }
meeting-subject-declined = The time stays: { $title }
meeting-invited = { $name } invited you.
meeting-changed = { $name } changed this meeting.
meeting-asks-again = { $name } asks you to answer again.
meeting-cancelled = This meeting was cancelled.
meeting-cancelled-date = This date of the meeting was cancelled.
meeting-over = This event is over.
meeting-repeats = Repeats: { $rule }
meeting-one-of = One date of: { $rule }
meeting-date-changed = { $when }: { $changes }
meeting-date-edited = its description or status changed
meeting-date-cancelled = { $when }: cancelled
meeting-date-added = { $when }: new
meeting-more-dates = { $count ->
    [one] … and { $count } more date
   *[other] … and { $count } more dates
 }
meeting-back = It takes place after all.
meeting-confirmed = It is certain now.
meeting-not-certain = It is not certain yet.
meeting-property = { $name ->
    [DESCRIPTION] The description changed.
    [ATTACH] The attachments changed.
   *[other] The link changed.
 }
meeting-you-accepted = You accepted.
meeting-you-declined = You declined.
meeting-you-tentative = You answered “maybe”.
meeting-accept = Accept
meeting-decline = Decline
meeting-tentative = Maybe
meeting-answer-private = The link is for you alone: it answers in your name.
meeting-answer-elsewhere = The event is in your calendar. Please answer in your calendar app.
meeting-they-accepted = { $name } accepted your meeting.
meeting-they-declined = { $name } declined your meeting.
meeting-they-tentative = { $name } tentatively accepted your meeting.
meeting-they-delegated = { $name } delegated your meeting to { $delegate }.
meeting-they-took-back = { $name } took back the answer to your meeting.
meeting-they-answered = { $name } answered your meeting: { $answer }
meeting-note = Note: { $note }
meeting-more-answers = { $count ->
    [one] … and { $count } more answer
   *[other] … and { $count } more answers
 }
meeting-proposal = { $name } proposes another time for { $title }
meeting-proposal-accept = Accept the new time
meeting-proposal-keep = Keep the time
meeting-proposal-how = To accept it, move the event in your calendar app. To keep the time, do nothing.
meeting-proposed = Proposed: { $when }
meeting-proposal-place = Place: { $place }
meeting-declined = { $name } keeps the time of { $title }.
meeting-they-bring = { $count ->
    [one] { $count } more person comes along.
   *[other] { $count } more people come along.
 }
