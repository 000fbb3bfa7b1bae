command-feeds = Calendars as links, and your subscriptions
command-subscribe = Subscribe to a calendar of others
button-settings-feeds = 🔗 Calendar links
feeds =
    🔗 <b>Calendar links</b>
    A calendar of yours can be read by others with a secret link, without an account. Tap a calendar to make or revoke links.
feeds-taken =

    📥 Calendars of others that you subscribe to:
feeds-taken-none =

    📥 A calendar that is published as a link, such as holidays or matches, can be shown beside yours.
feeds-line = { $number }. { $title } – { $state }
button-feeds-calendar = 📤 { $title } ({ $count })
button-subscribe = ➕ Subscribe to a calendar
feeds-calendar = 📤 <b>{ $title }</b>
feeds-given = These links show it. A link is shown once, when it is made:
feeds-given-none = No link shows it.
feed-full = all details
feed-busy = only busy times
feed-line = { $words }, made { $made }
feed-line-read = { $words }, made { $made }, last read { $read }
button-feed-full = ➕ A link with all details
button-feed-busy = ➕ A link with busy times only
button-feed-revoke = ✖ Revoke { $number }
feed-revoke =
    📤 <b>{ $title }</b>: { $words }
    Shall this link end? Whoever has it sees nothing any more. It cannot come back.
button-feed-end = ✖ Revoke this link
feed-ended = The link is revoked.
feed-gone = This link is revoked already.
feed-made-full =
    🔑 A secret link to “{ $title }”, with all details:
    <code>{ $link }</code>
    <b>Everybody who has this link can read the calendar</b>, without signing in, until you revoke it in /feeds. Private events are left out, and confidential ones show only their time. I show the link only now.
feed-made-busy =
    🔑 A secret link to “{ $title }”, with busy times only:
    <code>{ $link }</code>
    <b>Everybody who has this link can see when you are busy</b>, without signing in, until you revoke it in /feeds. I show the link only now.
feed-hidden = The link was here. It still works; to revoke it: /feeds
button-feed-copy = 📋 Copy the link
button-feed-hide = 🙈 Hide the link
ask-feed = Send me the link of the calendar. It begins with https:// or webcal:// and often ends in .ics. /cancel stops.
subscribe-usage =
    I need the link of a calendar. For example: /subscribe https://example.com/holidays.ics
    The words after it are its title.
subscribe-offer =
    📥 This looks like a calendar at { $host }:
    <code>{ $url }</code>
    Shall I subscribe you? Its events are shown beside yours, for reading only, and I read it again every hour.
button-subscribe-this = 📥 Subscribe
subscribed = ✅ You are subscribed. I read the calendar now.
subscribed-already = You are subscribed to this calendar already:
subscription =
    📥 <b>{ $title }</b>, for reading only
    <code>{ $url }</code>
subscription-events = { $count ->
    [one] { $count } event
   *[other] { $count } events
    }
subscription-taken = last read { $at }
subscription-error = ⚠️ { $at }: { $words }
subscription-next = Next time: { $at }
subscription-new = not read yet
subscription-not-in-agenda = It is not in /today and /week: you have turned shared calendars off (/settings shared on).
subscription-gone = You are not subscribed to it any more.
subscription-hurried = I read it at once, or a minute after the last time.
subscription-ended = You are not subscribed any more.
button-read-again = 🔄 Read it now
button-unsubscribe = ✖ Unsubscribe
unsubscribe = Shall “{ $title }” go? Its events leave your calendar and your apps. You can subscribe again with its link.
feed-error-unreachable = its server does not answer
feed-error-forbidden-address = its address is not one of the public internet
feed-error-too-many-redirects = its address leads in circles
feed-error-not-a-calendar = there is no calendar at the address
feed-error-too-large = it is too large
feed-error-partly-unreadable = some of its events cannot be read
feed-error-internal = something went wrong here
feed-error-http = its server answers { $status }
