agenda-today = 📅 <b>Today</b> · { $day }
agenda-tomorrow = 📅 <b>Tomorrow</b> · { $day }
agenda-yesterday = 📅 <b>Yesterday</b> · { $day }
agenda-day = 📅 <b>{ $day }</b>
agenda-week = 📅 <b>The next seven days</b> · { $first } – { $last }
agenda-days = 📅 <b>{ $first } – { $last }</b>
agenda-list = 📅 <b>What is coming</b> · until { $last }
agenda-nothing = Nothing is planned. ☀️ For a new event just write, for example: <code>lunch with Ann tomorrow at noon</code>
agenda-repeats = <b>Repeats</b>
agenda-only-repeats = only what repeats
agenda-every-day = Every day
agenda-all-day = All day
agenda-part = ({ $day }/{ $days })
agenda-until = (until { $day })
agenda-now = now
agenda-in = in { $length }
agenda-unanswered = (no answer yet)
agenda-tentative = (tentative)
agenda-day-today = { $day } · today
agenda-day-tomorrow = { $day } · tomorrow
agenda-more = { $count ->
    [one] … and one more: “Later ›”
   *[other] … and { $count } more: “Later ›”
 }
agenda-declined = { $count ->
    [one] One declined event is not shown.
   *[other] { $count } declined events are not shown.
 }
agenda-day-unclear =
    I do not know which day “{ $words }” is. Try for example:
    /today friday
    /today 24 December
    /week next
    /week picture
agenda-gone = This button is from an older message. Send /today or /week.
button-earlier = ‹ Earlier
button-today = Today
button-later = Later ›
button-picture = 🖼 Picture
button-text = 📄 Text
button-dark = 🌙 Dark
button-light = ☀️ Light
picture-free = Nothing is planned
picture-all-day = All day
picture-more = +{ $count } more
picture-not-drawn = { $count ->
    [one] One event has no room in the picture: see the text.
   *[other] { $count } events have no room in the picture: see the text.
 }
picture-caption-day = 📅 { $first }
picture-caption-week = 📅 { $first } – { $last }
search-usage =
    What shall I look for? Write words of the title, the place, the people or the description, in any order. Beginnings are enough, and a typing error does no harm:
    /search dentist
    /search ann budget
    /search yoga 2026-12
search-long = That is too long: { $limit } characters are enough.
search-nothing = I have found nothing. All words must be in one event: in its title, place, people or description. Try fewer words, or only the beginning of a word.
search-no-more = There is nothing more.
agenda-found-day = 📅 Only on { $day }
agenda-found-days = 📅 Only { $first } – { $last }
button-search-more = More ›
button-search-first = ‹ To the beginning
