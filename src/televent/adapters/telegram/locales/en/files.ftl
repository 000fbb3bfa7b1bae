# Calendar files.
file-has = 📥 <b>{ $name }</b>: { $count ->
    [one] { $count } entry
   *[other] { $count } entries
 }
file-over = { $count ->
    [one] { $count } is over already.
   *[other] { $count } are over already.
 }
file-here = { $count ->
    [one] { $count } is in your calendar already.
   *[other] { $count } are in your calendar already.
 }
file-newer = { $count ->
    [one] { $count } is newer than the one in your calendar.
   *[other] { $count } are newer than those in your calendar.
 }
file-unreadable = { $count ->
    [one] { $count } entry cannot be read.
   *[other] { $count } entries cannot be read.
 }
file-sends-nothing = Nobody is told of the import.
file-nothing-new = There is nothing to import.
file-import-all = { $count ->
    [1] 📥 Import
   *[other] 📥 Import all ({ $count })
 }
file-import-new = Only new ({ $count })
file-add = ➕ Add to my calendar
file-invitation = ✉️ An invitation in a file:
file-from = <i>From { $name } ({ $address }). I cannot prove that. An answer goes to this address by mail.</i>
file-unproven = { $name } (from a file)
file-added = ✅ Added. You can answer it below.
file-invitation-here = You have this meeting in your calendar already. I do not change it by a file: only its organizer can.
file-invitation-organizer-here = The organizer of this meeting is here, too. I take invitations only from them directly, and not from a file.
file-invitation-not-me = This invitation is not for you.
file-message = This file is a message about a meeting ({ $method }). I do not apply it, because a file does not prove who wrote it. To change the event yourself: /list
file-too-large = This file is too large. I read up to { $limit } MB.
file-too-many = This file has too many entries or lines. I read up to { $count } entries at once.
file-broken = I cannot read this file as a calendar.
file-empty = There is no event in this file.
file-gone = Telegram does not give me this file any more. Please send it again.
file-forgotten = I have forgotten this file. Please send it again.
file-not-imported = All right, nothing was imported.
file-progress = ⏳ { $done } of { $total } …
file-imported = ✅ { $count ->
    [one] { $count } entry imported.
   *[other] { $count } entries imported.
 }
file-refused = { $count ->
    [one] { $count } entry is not imported.
   *[other] { $count } entries are not imported.
 }
