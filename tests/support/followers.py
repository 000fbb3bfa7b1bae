"""Followers of the log, run step by step."""

from support.waiting import await_settled
from televent.adapters.postgres.followers.runner import Following, Runner, following
from televent.application.followers import Policy, Projection
from televent.runtime.compose import FOLLOWERS, Core


def runner(core: Core, follower: Projection | Policy | Following) -> Runner:
    """The consumer of that follower, as in a separate worker."""
    consumer = follower if isinstance(follower, Following) else following(follower)
    return Runner(core.store, core.pool, core.wakeups, consumer, core.backend.clock)


def catch_up(core: Core, *followers: Projection | Policy | Following) -> int:
    """Runs followers to the end of the log; without names, all of the composition root. Returns the number of events
    that they processed."""
    await_settled(core.recorder)
    total = 0
    for follower in followers or FOLLOWERS:
        leader = runner(core, follower)
        while done := leader.advance():
            total += done
    return total
