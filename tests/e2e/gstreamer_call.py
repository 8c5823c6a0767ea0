"""Two of GStreamer's webrtcbin, which do ICE with libnice, and nothing but a relay: data channel both ways. Run by
cases/gstreamer.py under Debian's Python. Reads one JSON object from the command line (url, count), prints one."""

import json
import sys

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstSdp", "1.0")
gi.require_version("GstWebRTC", "1.0")
from gi.repository import GLib, Gst, GstSdp, GstWebRTC  # noqa: E402  pylint: disable=wrong-import-position

SECONDS = 40


class Peer:
    def __init__(self, name, url, call):
        self.call = call
        self.name = name
        self.other = None
        self.waiting = []  # candidates of the other's that came before its description
        self.described = False
        self.candidates = []
        self.bin = Gst.ElementFactory.make("webrtcbin", name)
        self.bin.set_property("bundle-policy", GstWebRTC.WebRTCBundlePolicy.MAX_BUNDLE)
        self.bin.set_property("ice-transport-policy", GstWebRTC.WebRTCICETransportPolicy.RELAY)
        if not self.bin.emit("add-turn-server", url):
            raise SystemExit(f"webrtcbin refuses {url}")
        self.bin.connect("on-ice-candidate", self.on_candidate)
        self.pipeline = Gst.Pipeline.new(name)
        self.pipeline.add(self.bin)

    def on_candidate(self, _bin, line, text):
        self.candidates.append(text)
        GLib.idle_add(self.other.take_candidate, line, text)

    def take_candidate(self, line, text):
        if self.described:
            self.bin.emit("add-ice-candidate", line, text)
        else:
            self.waiting.append((line, text))

    def describe(self, kind):
        """Makes an offer or an answer, and gives it to the other."""

        def made(promise):
            reply = promise.get_reply()  # owns the description
            description = reply.get_value(kind)
            text = description.sdp.as_text()
            self.bin.emit("set-local-description", description, None)
            GLib.idle_add(self.other.accept, kind, text)

        self.bin.emit(f"create-{kind}", None, Gst.Promise.new_with_change_func(made))

    def accept(self, kind, text):
        def accepted(_promise):
            GLib.idle_add(self.go_on, kind)

        kinds = {"offer": GstWebRTC.WebRTCSDPType.OFFER, "answer": GstWebRTC.WebRTCSDPType.ANSWER}
        description = GstWebRTC.WebRTCSessionDescription.new(kinds[kind], GstSdp.SDPMessage.new_from_text(text)[1])
        self.bin.emit("set-remote-description", description, Gst.Promise.new_with_change_func(accepted))

    def go_on(self, kind):
        self.described = True
        for candidate in self.waiting:
            self.bin.emit("add-ice-candidate", *candidate)
        if kind == "offer":
            self.describe("answer")


class Call:
    def __init__(self, url, count):
        self.count = count
        self.messages = []
        self.loop = GLib.MainLoop()
        self.left, self.right = Peer("left", url, self), Peer("right", url, self)
        self.left.other, self.right.other = self.right, self.left
        self.keep = []

    def run(self):
        self.right.bin.connect("on-data-channel", self.on_channel)
        for peer in (self.left, self.right):
            peer.pipeline.set_state(Gst.State.READY)
        channel = self.left.bin.emit("create-data-channel", "data", None)
        channel.connect("on-open", self.on_open)
        channel.connect("on-message-string", self.on_answer)
        self.keep.append(channel)
        for peer in (self.left, self.right):
            peer.pipeline.set_state(Gst.State.PLAYING)
        GLib.idle_add(self.left.describe, "offer")
        GLib.timeout_add_seconds(SECONDS, self.loop.quit)
        self.loop.run()
        for peer in (self.left, self.right):
            peer.pipeline.set_state(Gst.State.NULL)
        return {"messages": self.messages, "candidates": self.left.candidates + self.right.candidates}

    def on_open(self, channel):
        for i in range(self.count):
            channel.emit("send-string", f"message {i}")

    def on_channel(self, _bin, channel):
        self.keep.append(channel)
        channel.connect("on-message-string", lambda their, text: their.emit("send-string", "back " + text))

    def on_answer(self, _channel, text):
        self.messages.append(text)
        if len(self.messages) == self.count:
            GLib.idle_add(self.loop.quit)


def main():
    Gst.init(None)
    wanted = json.loads(sys.argv[1])
    print(json.dumps(Call(wanted["url"], wanted["count"]).run()))


main()
