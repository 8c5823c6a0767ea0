"""The call page when something goes away and comes back: the server, the signaling socket, a person's network."""

import time

from harness.callers import at_home, call_each_other, chat_both_ways
from harness.cases import case
from harness.web import AWAY, PAGE

AWAY_SECONDS = 5.0
# A socket that is gone is noticed at the next heartbeat.
SIGNALING = 'auth = "open"\nheartbeat = "2s"\n'


@case("the server is killed in a call and comes back, and the call with it", seconds=200, **PAGE)
def _(world):
    _homes, site, ann, ben = at_home(world, SIGNALING)
    for person in (ann, ben):
        person.forgive(*AWAY)
    callers = call_each_other(ann, ben)
    site.kill()
    for caller in callers:
        caller.until("call", lambda seen: seen["state"] == "reconnecting", "words that the server is away")
    site.start_again()
    for caller in callers:
        caller.joined(40.0)
    for caller, other in zip(callers, (ben, ann)):
        caller.expect_connected(other.name, seconds=45.0)
        caller.expect_moving()
        caller.expect_relayed("udp")
    chat_both_ways(callers, "again")


@case("the signaling socket is cut and comes back while pictures go on and no message is lost", seconds=150, **PAGE)
def _(world):
    homes, _site, ann, ben = at_home(world, SIGNALING)
    ann.forgive(*AWAY)
    callers = call_each_other(ann, ben)
    on_line, other = callers
    with homes.ann_router.cut("tcp dport 443 reject with tcp reset"):
        on_line.until("call", lambda seen: seen["state"] == "reconnecting", "words that signaling is gone")
        for caller in callers:
            caller.expect_moving()
            caller.until_others(lambda seen: [tile["state"] for tile in seen] == ["connected"], "an unbroken call", 1.0)
        other.say("meanwhile")
    on_line.joined(30.0)
    on_line.expect_said("meanwhile")
    chat_both_ways(callers, "afterwards")
    for caller in callers:
        caller.expect_moving()


@case("where a network lets no more UDP out in a call, the call goes on over TCP", seconds=150, **PAGE)
def _(world):
    homes, _site, ann, ben = at_home(world, SIGNALING)
    callers = call_each_other(ann, ben)
    with homes.ann_router.cut("ip protocol udp drop"):
        for caller, other in zip(callers, (ben, ann)):
            caller.expect_moving(seconds=60.0)
            caller.expect_connected(other.name)
        callers[0].expect_relayed("tcp")
        chat_both_ways(callers, "without UDP")


def latest_expiry(connections):
    """Seconds since 1970 when the credentials end that connections would use now."""
    return min(int(each["username"].split(":")[0]) for each in connections)


@case("a person's network goes away and comes back with another address, and the call goes on with fresh credentials",
      seconds=150, **PAGE)
def _(world):
    homes, _site, ann, ben = at_home(world, SIGNALING + 'credential_ttl = "20s"\n')
    ann.forgive(*AWAY)
    callers = call_each_other(ann, ben)
    first = latest_expiry(callers[0].look("connections"))
    callers[0].until("connections", lambda seen: latest_expiry(seen) > first, "fresh credentials", 20.0)
    time.sleep(max(0.0, first - time.time()))
    homes.unplug_ann()
    time.sleep(AWAY_SECONDS)
    homes.plug_in_ann("192.168.1.77")
    callers[0].joined(40.0)
    for caller, other in zip(callers, (ben, ann)):
        caller.expect_connected(other.name, seconds=45.0)
        caller.expect_moving(seconds=30.0)
    chat_both_ways(callers, "from elsewhere")
