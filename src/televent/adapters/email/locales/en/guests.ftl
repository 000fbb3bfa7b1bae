add-to-calendar = Add to calendar:
calendar-file = calendar file (.ics)
one-date = Only this date of a series: { $when }
guest-answer-private = The links answer in your name: do not forward them. You can also answer in your calendar or with the buttons of your mail program.
answer-accepted = accepted
answer-declined = declined
answer-tentative = tentative
