"""Rooms while the server drains, ends, reloads and comes back; and in the demo."""

import os
import re
import signal

from cases.demo import demo
from cases.rooms_credentials import caller
from cases.rooms_peerjs import opened
from harness import network as networks
from harness.api import eventually
from harness.cases import case, expect, expect_equal
from harness.rooms import OPEN, Client, Native, Rooms, SocketIo
from harness.scrape import parse, total
from harness.websocket import WebSocket

GOING_AWAY = 1001


def refused_join(rooms):
    client = rooms.connect()
    client.send("join-room", roomId="lobby", userId="late", ref="r")
    error = client.until("error")
    return error["code"], error["ref"]


@case("a draining server tells its rooms, lets nobody new in, lets them speak, and closes with 1001", only="turnpike")
def _(world):
    rooms = Rooms(world)
    ann, ben = rooms.enter("lobby", "ann"), rooms.enter("lobby", "ben")
    ann.expect_peer("ben")
    relay = caller(rooms, ann)
    relay.allocate()
    os.kill(rooms.server.pid, signal.SIGTERM)
    for client in (ann, ben):
        expect_equal(client.next("draining")["reconnectAfter"], 5, "reconnectAfter")
    expect_equal(refused_join(rooms), ("draining", "r"), "the error of a new join")
    ann.send("signal", data="still here")
    ben.expect_signal("ann", "still here")
    expect_equal(relay.refresh().error(), 0, "the refresh of the relay")
    ann.socket.reset()
    back = rooms.connect()
    back.send("join-room", roomId="lobby", userId="ann", resume=ann.joined["resume"], lastSeq=ann.joined["seq"] + 1)
    expect_equal(back.until("joined")["resumed"], True, "whether a place can be taken back")
    ben.send("signal", data="welcome back")
    expect_equal(back.until("signal")["data"], "welcome back", "what came")
    relay.refresh(0)
    expect_equal([client.close_code() for client in (back, ben)], [GOING_AWAY] * 2, "close codes at the end")
    expect_equal(rooms.server.child.wait(5.0), 0, "the exit code")


@case("a draining server tells the other dialects as well as they understand it", only="turnpike")
def _(world):
    rooms = Rooms(world)
    sam, pia = rooms.socketio(), opened(rooms, "pia")
    sam.emit("join-room", "lobby", "sam", ack=True)
    relay = caller(rooms, rooms.enter("attic", "ann"))
    relay.allocate()
    os.kill(rooms.server.pid, signal.SIGTERM)
    expect_equal(sam.next("draining"), {"reconnectAfter": 5}, "what sam is told")
    (answer,) = sam.emit("join-room", "cellar", ack=True)
    expect_equal(answer["error"]["code"], "draining", "sam's second join")
    late = rooms.peerjs("late")
    expect_equal(late.next("ERROR")["type"], "ERROR", "what a new PeerJS client is told")
    newcomer = rooms.dial("/socket.io/?EIO=4&transport=websocket")
    newcomer.receive()
    newcomer.send("40")
    expect(newcomer.receive().startswith("44{"), "a new Socket.IO client is connected")
    relay.refresh(0)
    expect_equal([sam.socket.close_code(), pia.close_code()], [GOING_AWAY] * 2, "close codes at the end")
    expect_equal(rooms.server.child.wait(5.0), 0, "the exit code")


@case("rooms alone do not keep a server from ending", only="turnpike")
def _(world):
    rooms = Rooms(world)
    ann, sio = rooms.enter("lobby", "ann"), rooms.socketio()
    sio.emit("join-room", "lobby", ack=True)
    os.kill(rooms.server.pid, signal.SIGTERM)
    expect_equal(ann.close_code(), GOING_AWAY, "the close code")
    sio.socket.close_code()
    expect_equal(rooms.server.child.wait(5.0), 0, "the exit code")


@case("after kill -9 clients join again at once, with a resume of before as well", only="turnpike")
def _(world):
    rooms = Rooms(world)
    ann = rooms.enter("lobby", "ann")
    os.kill(rooms.server.pid, signal.SIGKILL)
    expect_equal(ann.close_code(), None, "the close code")
    rooms.server.child.wait(5.0)
    rooms.server.start()
    rooms.server.wait_until_ready()
    again = rooms.enter("lobby", "ann", resume=ann.joined["resume"], lastSeq=ann.joined["seq"])
    expect_equal(again.joined["resumed"], False, "whether it was resumed")
    rooms.enter("lobby", "ben")
    again.expect_peer("ben")


@case("the metrics of rooms count what happens in them", only="turnpike")
def _(world):
    rooms = Rooms(world, OPEN + "peerjs_discovery = true\nmax_members = 3\n")
    clients = [rooms.enter("lobby", "ann"), rooms.enter("lobby", "ben"), rooms.peerjs("pia"), rooms.socketio()]
    clients[3].emit("join-room", "lobby", "sam", ack=True)
    rooms.connect().refusal("join-room", roomId="lobby")
    clients[0].send("signal", data=1, targetUserId="ben")
    clients[1].send("chat", text="hello")
    clients[1].until("chat")
    rooms.refused(fields={"Origin": "http://elsewhere.example"})
    rooms.connect().refusal("join-room", roomId="lobby", token="a.b.c")
    rooms.kick("lobby", "ben")
    found = parse(rooms.call("GET", "/metrics").body.decode())
    for name, wanted, labels in (
            ("turnpike_rooms", 2, {}), ("turnpike_room_members", 3, {}), ("turnpike_room_joins_total", 4, {}),
            ("turnpike_signaling_clients", 1, {"dialect": "peerjs"}), ("turnpike_room_members_kicked_total", 1, {}),
            ("turnpike_signaling_clients", 1, {"dialect": "socket.io"}), ("turnpike_rooms_closed_total", 0, {}),
            ("turnpike_signaling_messages_total", 2, {}), ("turnpike_signaling_rejections_total", 2, {}),
            ("turnpike_signaling_refusals_total", 2, {})):
        expect_equal(total(found, name, **labels), wanted, f"{name} {labels}")


@case("a reload takes up new limits and ends no room", only="turnpike")
def _(world):
    rooms = Rooms(world)
    ann, ben = rooms.enter("lobby", "ann"), rooms.enter("lobby", "ben")
    ann.expect_peer("ben")
    extra = rooms.server.settings.extra
    rooms.rewrite(extra=extra.replace(OPEN, OPEN + "max_members = 2\n"))
    expect_equal(rooms.admin("POST", "/api/v1/reload").status, 200, "status of the reload")
    eventually(world, lambda: rooms.connect().refusal("join-room", roomId="lobby") == "room-full", "the new limit")
    ann.send("signal", data="still here")
    ben.expect_signal("ann", "still here")
    rooms.rewrite(extra=extra.replace(OPEN, 'auth = "token"\nmax_members = 0\n'))
    broken = rooms.admin("POST", "/api/v1/reload")
    expect(broken.status >= 400 and b"max_members" in broken.body, f"the broken file: {broken.status} {broken.body!r}")
    rooms.rewrite(extra=extra.replace(OPEN, 'auth = "token"\n'))
    expect_equal(rooms.admin("POST", "/api/v1/reload").status, 200, "status of the second reload")
    eventually(world, lambda: rooms.connect().refusal("join-room", roomId="attic") == "unauthorized", "the new mode")
    ann.send("signal", data="still here")
    ben.expect_signal("ann", "still here")


def found(pattern, text):
    places = re.findall(pattern, text)
    expect(places, f"{pattern} is not in:\n{text}")
    return places[0]


@case("the demo's rooms are open to every page, where its banner says, in all dialects", only="turnpike")
def _(world):
    child, _printed = demo(world)
    expect(child.wait_for_text("/signal", 5.0), f"no /signal is printed:\n{child.text()}")
    page = {"Origin": "http://localhost:5173"}
    host, port, path = found(r"\bws://([0-9.]+):(\d+)(/signal)\b", child.text())

    def dial(port, path):
        sock = world.own(networks.tcp_socket(None, host))
        sock.connect((host, int(port)))
        return WebSocket(sock, f"{host}:{port}", path, page)

    clients = [Native(dial(port, path)) for _ in range(2)]
    for client, user in zip(clients, ("ann", "ben")):
        client.join("lobby", user)
    clients[0].expect_peer("ben")
    expect(clients[0].joined["iceServers"], "no ICE servers")
    host, port, path = found(r'host: "([0-9.]+)", port: (\d+), path: "([^"]*)"', child.text())
    expect_equal(Client(dial(port, f"{path}peerjs?key=peerjs&id=one&token=x")).next("OPEN"), {"type": "OPEN"}, "PeerJS")
    host, port = found(r'io\("http://([0-9.]+):(\d+)"\)', child.text())
    sam = SocketIo(dial(port, "/socket.io/?EIO=4&transport=websocket"))
    sam.open()
    sam.emit("join-room", "lobby", "sam", ack=True)
    clients[0].expect_peer("sam")
