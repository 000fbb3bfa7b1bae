# Why something is not done. One text for each class of refusal: refusal-{class}.
refusal-AddressTaken = That address belongs to another account.
refusal-CalendarNameTaken = There is a calendar of that name already.
refusal-ComponentNotSupported = This calendar does not take that kind of entry.
refusal-DefaultCalendarStays = Your default calendar cannot be deleted.
refusal-EndsBeforeStart = The proposed time ends before it starts.
refusal-ErasedSubject = This account has been erased.
refusal-HiddenFromSharees = Private and confidential events belong to the calendar’s owner alone.
refusal-InvalidAddress = That is not an email address. Example: ann@example.com
refusal-InvalidName = That name cannot be used here.
refusal-InvalidObject = The event would not be valid like that. Nothing was changed.
refusal-InvalidPreference = There is no such setting, or it cannot have that value. /settings
refusal-MeetingIsCancelled = This event is cancelled.
refusal-MeetingIsOver = This event is over.
refusal-MeetingStays = A meeting stays in the calendar of the person who takes part in it.
refusal-NoSuchOccurrence = The event does not take place on that date.
refusal-NotFromThere = Please answer the earlier dates first, or all dates: from this date on alone is not possible here.
refusal-NotInvited = You are not invited to this event.
refusal-NotOrganizer = Only the organizer can do that.
refusal-NotSentFromHere = Your calendar app sends your answers to this organizer itself. Please propose the time there.
refusal-NotShared = This calendar is not shared with you.
refusal-ObjectTooLarge = The event is larger than the server takes.
refusal-OnlyEventsMove = Another time can be proposed for an event only.
refusal-OrganizerStays = A meeting keeps its organizer: delete it, and let the other person make one.
refusal-OutdatedProposal = The event has changed since this time was proposed, so it was not moved.
refusal-OwnMeeting = You organize this event: you can move it yourself.
refusal-PreconditionFailed = The event has changed since you last looked. Please look at it again.
refusal-ProposalIsAnswered = You have answered this proposal already.
refusal-ProposeOneOccurrence = This event repeats: propose another time for one date of it.
refusal-QuotaExceeded = Your attachments take as much room as they may.
refusal-ReadOnlyShare = This calendar is shared with you for reading only.
refusal-SameTime = That is the time that the event has.
refusal-SchedulingUidConflict = This meeting is in another calendar of yours already.
refusal-SeriesProposal = The rule of this series cannot move like that. Please change the series yourself.
refusal-TextTooLong = { $field ->
    [SUMMARY] The title
    [LOCATION] The location
    [DESCRIPTION] The description
   *[other] A text
 } may have { $limit } characters. Yours has { $length }. Please send a shorter one.
refusal-TimeIsOver = That time is over already.
refusal-TooManyAttachments = The event has as many attachments as it may have.
refusal-TooManyAttendees = Too many people are invited at once.
refusal-TooManyCodes = Enough codes were sent for now. Please try again later.
refusal-TooManyDevices = There are fifty device passwords already. Revoke one first: /device list
refusal-TooManyProperties = The calendar’s properties would take more room than there is.
refusal-TooManyBelieved = You always believe a hundred senders already. Remove one in /settings first.
refusal-TooManyReminders = An event may have five default reminders, not more.
refusal-TooManySharees = The calendar is shared with two hundred people already.
refusal-TryAgain = The calendar is changing too quickly. Please try again.
refusal-UidConflict = This event is in the calendar already.
refusal-UnknownAccount = There is no such account.
refusal-UnknownAnswer = The answer must be accept, decline or tentative.
refusal-UnknownCalendar = There is no such calendar.
refusal-UnknownDestination = There is no calendar to put it into.
refusal-UnknownDevice = There is no such device password. /device list
refusal-UnknownManagedId = The event has no such attachment.
refusal-UnknownOccurrenceId = The event does not take place on that date any more.
refusal-UnknownProposal = This proposal is not there any more: perhaps a newer one took its place.
refusal-UnknownResource = This event is not there any more.
refusal-UnknownSharee = There is nobody of that name here to share a calendar with.
refusal-UnmanagedId = The event names an attachment that is not there.
refusal-UnmovableSeries = This series cannot be moved like that. Change one of its events, or the repetition.
refusal-Unreachable = The organizer of this event cannot be reached: the address takes no messages.
refusal-UnreadableTimes = The event must end after it starts.
refusal-UnsplittableSeries = This series cannot be divided there. Change one of its events, or all of them.
refusal-WrongCode = That code is not right, or it has expired. Ask for a new one: /start
