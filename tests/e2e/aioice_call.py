"""Two aioice agents that may use nothing but a relay exchange datagrams. Run by cases/python_ice.py under Debian's
Python. Reads one JSON object from the command line (host, port, tls, transport, username, credential, count), prints
one."""

import asyncio
import json
import sys

import aioice
from aioice.ice import TransportPolicy


async def main():
    wanted = json.loads(sys.argv[1])
    agents = [aioice.Connection(ice_controlling=controlling, components=1, turn_server=(wanted["host"], wanted["port"]),
                                turn_username=wanted["username"], turn_password=wanted["credential"],
                                turn_ssl=wanted["tls"], turn_transport=wanted["transport"],
                                transport_policy=TransportPolicy.RELAY) for controlling in (True, False)]
    for agent in agents:
        await agent.gather_candidates()
    for one, other in (agents, reversed(agents)):
        for candidate in other.local_candidates:
            await one.add_remote_candidate(candidate)
        await one.add_remote_candidate(None)
        one.remote_username, one.remote_password = other.local_username, other.local_password
    await asyncio.gather(*(agent.connect() for agent in agents))
    got = []
    for i in range(wanted["count"]):
        await agents[0].send(b"%d" % i * (i + 1))
        await agents[1].send(await agents[1].recv())
        got.append((await agents[0].recv()).decode())
    print(json.dumps({"messages": got, "types": [c.type for agent in agents for c in agent.local_candidates]}))
    for agent in agents:
        await agent.close()


asyncio.run(asyncio.wait_for(main(), 60))
