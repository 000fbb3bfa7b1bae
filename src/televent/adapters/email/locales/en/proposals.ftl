subject-counter = New time proposed: { $summary } @ { $when }
subject-decline-counter = Proposed time declined: { $summary } @ { $when }
lead-counter = { $name } proposes another time: { $summary }
lead-decline-counter = { $name } keeps the time of: { $summary }. The proposed time is declined.
comment = Comment: { $comment }
subject-refresh = { $name } asks for a meeting again
lead-refresh = { $name } got a change of a meeting that they do not have, and asks for the whole meeting.
rest-refresh = Calendar programs answer this mail by themselves. If yours does not, please send the invitation again.
