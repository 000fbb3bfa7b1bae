command-deleteaccount = Delete your account
command-keepaccount = Keep the account after all
button-delete-account = 🗑 Delete my account
button-keep-account = Keep my account
erasure-ask =
    🗑 <b>Delete your account?</b>
    • It is deleted in { $days } days. Until then everything works as before, and you can change your mind: /keepaccount
    • Then all that is yours becomes unreadable for good: calendars, events, files, settings, passwords of calendar apps. Nobody can bring it back.
    • Others keep the meetings that they were sent. In them “Deleted user” stands for you. Nobody is told.
    • What is in Telegram is out of my reach: you can delete this chat yourself.
erasure-requested =
    🗑 Your account will be deleted on <b>{ $at }</b>.
    Until then everything works as before. I will remind you 7 days and 1 day before. To keep it: /keepaccount, /start or this button.
erasure-ahead =
    ⏳ Your account will be deleted on <b>{ $at }</b>, with everything in it. Nobody can bring it back.
    To keep it: /keepaccount, /start or this button.
erasure-line = ⏳ Your account will be deleted on { $at }. To keep it: /keepaccount
erasure-kept = ✅ Your account is kept. Nothing was deleted.
erasure-not-asked = Nobody asked to delete your account. It stays.
erasure-not-wanted = All right, your account stays.
toast-organizer-gone = Noted in your calendar. The organizer has deleted their account, so nobody is told.
note-organizer-gone = The organizer has deleted their account: nobody would read your note.
deleted-person = Deleted user
