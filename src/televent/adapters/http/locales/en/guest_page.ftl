guest-gone = This meeting was cancelled.
guest-cancelled = This meeting was cancelled.
guest-removed = You are not invited to this meeting any more.
guest-over = This event is over.
guest-not-counted = This answer did not count. Please see below how the meeting is now.
guest-file = Calendar file (.ics)
guest-file-title = There is no file
