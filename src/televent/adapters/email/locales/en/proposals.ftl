subject-counter = New time proposed: { $summary } @ { $when }
subject-decline-counter = Proposed time declined: { $summary } @ { $when }
lead-counter = { $name } proposes another time: { $summary }
lead-decline-counter = { $name } keeps the time of: { $summary }. The proposed time is declined.
comment = Comment: { $comment }
