they-delegated = { $name } delegated your meeting to somebody else.
they-delegated-to = { $name } delegated your meeting to { $delegate }.
they-completed = { $name } has completed your task.
they-started = { $name } has started on your task.
they-took-back = { $name } took back the answer to your meeting.
they-answered = { $name } answered your meeting: { $answer }
