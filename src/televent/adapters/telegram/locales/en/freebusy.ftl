command-freebusy = When you and others are free
freebusy-heading = 🕒 <b>Busy times</b>: { $people } · { $zone }
freebusy-you = You
freebusy-line = { $name }: { $times }
freebusy-all-free = free all day
freebusy-free = Free for { $length }. Tap a time to make an event:
freebusy-common = Everybody above is free for { $length }. Tap a time to make a meeting:
freebusy-none = There is no common free time of { $length } between 8:00 and 20:00. Try a shorter one or another day, such as /freebusy week 30m
freebusy-unseen = I cannot say when { $people } is free: they are not here, or have not let you ask (they choose it with /settings).
freebusy-too-many = Please ask about at most { $limit } people at once.
freebusy-meeting = Meeting
freebusy-create = Tap this line to copy it, change the title, and send it: <code>{ $line }</code>
freebusy-then-invite = Then I ask whom to invite. Answer with: <code>{ $people }</code>
freebusy-usage =
    I did not understand “{ $words }”. Try for example:
    /freebusy – when you are free today
    /freebusy tomorrow
    /freebusy @bob ann@example.com friday 1h
    /freebusy @bob week 30m
