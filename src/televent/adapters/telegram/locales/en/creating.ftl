# Creating events: drafts, previews, the dialogue.
draft-change = ✏️ Change
draft-change-what = What shall I change?
draft-change-title = Title
draft-change-time = Time
draft-change-duration = Duration
draft-change-location = Place
draft-change-invite = Guests
draft-change-description = Description
draft-back = ← Back
draft-others = Did you mean another time?
draft-over = This time is over. Shall I create this all the same?
draft-tomorrow = Tomorrow
draft-week = Next week
draft-unread = I did not understand { $words }.
draft-read-rest = Without these words I read:
draft-without = Leave them out
draft-again = Write it again
draft-pick = 📅 Pick a time
draft-time = Another time
draft-time-unread = I did not understand “{ $words }”. Please send only the time.
draft-no-time =
    I can do most with a time. Try for example:
    Team Meeting tomorrow 3pm for 1 hour
    Lunch fri 12:30-13:30
    Stand-up, every weekday 9:30
draft-as-title = 🆕 New event
draft-new-event = 🆕 New event
draft-help = ❓ Help
draft-stop = ✖️ Stop the question
draft-author = <i>{ $name } wrote this.</i>
draft-made-already = This event is created already. To change it: /event
draft-forgotten = I have forgotten this preview. Please send the sentence again.
draft-whether-title = Is this the title, or a new event?
draft-whether-time = Is this the time, or a new event? As a time, the other words are left out.
draft-whether-duration = Is this the duration, or a new event?
draft-whether-description = Is this the description, or a new event?
draft-whether-location = Is this the place, or a new event?
draft-whether-invite = Is this about guests, or a new event?
draft-whether = Is this your answer, or a new event?
draft-mine = My answer
draft-new = 🆕 A new event
ask-line = Please write the whole sentence again.
talk-hello = 👋 Hello, { $name }! Tell me what is planned, for example “Lunch with Ann tomorrow at noon”, or ask for /today.
talk-thanks = You are welcome! 🙂
talk-fine = 👍
talk-what = I keep your calendar. Tell me what is planned, for example “Lunch with Ann tomorrow at noon”. More: /help
