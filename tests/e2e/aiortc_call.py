"""Two aiortc peers that may use nothing but a relay: data channel both ways. Run by cases/python_ice.py under Debian's
Python. Reads one JSON object from the command line (urls, username, credential, count), prints one."""

import asyncio
import json
import sys

from aioice import Candidate
from aiortc import RTCConfiguration, RTCIceServer, RTCPeerConnection


def only_relayed(description):
    """aiortc has no iceTransportPolicy: what is not a relayed candidate does not leave this program."""
    kept = []
    for line in description.sdp.split("\r\n"):
        if not line.startswith("a=candidate:") or Candidate.from_sdp(line.split(":", 1)[1]).type == "relay":
            kept.append(line)
    description.sdp = "\r\n".join(kept)
    return description


async def connect(left, right):
    await left.setLocalDescription(await left.createOffer())
    await right.setRemoteDescription(only_relayed(left.localDescription))
    await right.setLocalDescription(await right.createAnswer())
    await left.setRemoteDescription(only_relayed(right.localDescription))


def selected_pair(peer):
    """Both ends of the pair that ICE nominated."""
    connection = peer.sctp.transport.transport._connection  # pylint: disable=protected-access
    pair = next(iter(connection._nominated.values()))  # pylint: disable=protected-access
    return pair.local_candidate.type, pair.remote_candidate.type


async def main():
    wanted = json.loads(sys.argv[1])
    servers = [RTCIceServer(urls=wanted["urls"], username=wanted["username"], credential=wanted["credential"])]
    left, right = (RTCPeerConnection(RTCConfiguration(iceServers=servers)) for _ in range(2))
    got, done = [], asyncio.Event()
    channel = left.createDataChannel("data")

    @right.on("datachannel")
    def on_channel(theirs):
        theirs.on("message", lambda message: theirs.send("back " + message))

    @channel.on("message")
    def on_message(message):
        got.append(message)
        if len(got) == wanted["count"]:
            done.set()

    @channel.on("open")
    def on_open():
        for i in range(wanted["count"]):
            channel.send(f"message {i}")

    await connect(left, right)
    await asyncio.wait_for(done.wait(), 30)
    print(json.dumps({"messages": got, "pairs": [selected_pair(left), selected_pair(right)]}))
    await asyncio.gather(left.close(), right.close())


asyncio.run(main())
