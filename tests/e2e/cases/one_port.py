"""One port for everything: TURN, HTTP and HTTPS told apart by ALPN and by their first bytes."""

import ssl
import subprocess
import time

from harness import children
from harness.cases import Failed, case, expect, expect_equal, need_program
from harness.certificates import Authority
from harness.clients import connect_stream, connect_tls, open_stream
from harness.relaying import expect_binding, expect_relayed, stream_server
from turnclient import BINDING, REQUEST, build, parse

GET = b"GET /nowhere HTTP/1.1\r\nHost: turn.test\r\n\r\n"
PROBLEM = '"status":404'


def curl(world, authority, url, *more):
    need_program("curl")
    argv = ["curl", "-sS", "-i", "--max-time", "10", "--noproxy", "*", "--cacert", authority.file, *more, url]
    return world.run(argv, 20)


def expect_not_found(outcome):
    expect_equal(outcome.code, 0, f"exit code of curl, which said:\n{outcome.text}\n")
    head, _, body = outcome.text.partition("\r\n\r\n")
    expect(head.startswith("HTTP/1.1 404 "), outcome.text)
    expect("content-type: application/problem+json" in head.lower(), outcome.text)
    expect("x-content-type-options: nosniff" in head.lower(), outcome.text)
    expect(PROBLEM in body, outcome.text)


@case("curl gets 404 on the port of TURN over TCP", only="turnpike")
def _(world):
    server, authority = stream_server(world, ["tcp"])
    expect_not_found(curl(world, authority, f"http://{server.address}:{server.port}/nowhere"))


@case("curl gets 404 over TLS on the port of TURN over TLS and verifies the certificate", only="turnpike")
def _(world):
    server, authority = stream_server(world, ["tls"])
    expect_not_found(curl(world, authority, f"https://{server.address}:{server.tls_port}/nowhere"))
    for version in ("--tls-max 1.2", "--tlsv1.3"):
        expect_not_found(curl(world, authority, f"https://{server.address}:{server.tls_port}/nowhere", *version.split()))


@case("curl without ALPN is told apart by its first bytes", only="turnpike")
def _(world):
    server, authority = stream_server(world, ["tls"])
    expect_not_found(curl(world, authority, f"https://{server.address}:{server.tls_port}/nowhere", "--no-alpn"))


@case("HEAD, POST and a large body over TLS", only="turnpike")
def _(world):
    server, authority = stream_server(world, ["tls"])
    url = f"https://{server.address}:{server.tls_port}/nowhere"
    head = curl(world, authority, url, "--head")
    expect(head.code == 0 and "404" in head.text and PROBLEM not in head.text, head.text)
    large = world.folder / "large"
    large.write_bytes(bytes(50_000))
    expect_not_found(curl(world, authority, url, "-H", "Expect:", "--data-binary", f"@{large}"))
    large.write_bytes(bytes(5_000_000))
    refused = curl(world, authority, url, "--data-binary", f"@{large}")
    expect("HTTP/1.1 413 " in refused.text, refused.text)


@case("an HTTP request may come byte by byte and pipelined", only="turnpike")
def _(world):
    server, _authority = stream_server(world, ["tcp"])
    with open_stream(server) as sock:
        for octet in GET:
            sock.sendall(bytes([octet]))
        sock.sendall(GET * 49)
        got = b""
        while got.count(PROBLEM.encode()) < 50 and (octets := sock.recv(65536)):
            got += octets
        expect_equal(got.count(PROBLEM.encode()), 50, "answers")


@case("an HTTP stream without a whole request is closed in about ten seconds", seconds=40, only="turnpike")
def _(world):
    server, _authority = stream_server(world, ["tcp"])
    client = connect_stream(world, server, preface=GET[:10])
    took = client.seconds_until_closed(20)
    expect(took is not None and 7 < took < 15, f"closed after {took} s")


@case("ALPN chooses what the client offers and the server knows", only="turnpike")
def _(world):
    server, authority = stream_server(world, ["tls"])
    for offered, chosen in ((["stun.turn"], "stun.turn"), (["stun.nat-discovery"], "stun.nat-discovery"),
                            (["h2", "http/1.1"], "http/1.1"), (["bogus", "stun.turn"], "stun.turn"), ([], None)):
        client = connect_tls(world, server, authority.file, offered)
        expect_equal(client.socket.selected_alpn_protocol(), chosen, f"ALPN of {offered}")
    for offered in (["h2"], ["bogus"]):
        try:
            connect_tls(world, server, authority.file, offered)
            expect(False, f"{offered} was accepted")
        except ssl.SSLError as error:
            expect("application_protocol" in str(error).lower().replace(" ", "_"), str(error))


@case("stun.turn by ALPN is TURN, and HTTP inside it gets no answer", only="turnpike")
def _(world):
    server, authority = stream_server(world, ["tls"])
    expect_relayed(connect_tls(world, server, authority.file, ["stun.turn"]))
    client = connect_tls(world, server, authority.file, ["stun.turn"])
    client.send_raw(GET)
    expect(client.seconds_until_closed(15) is not None, "the stream stays open")


@case("TURN inside http/1.1 by ALPN gets no TURN answer", only="turnpike")
def _(world):
    server, authority = stream_server(world, ["tls"])
    client = connect_tls(world, server, authority.file, ["http/1.1"])
    request = build(BINDING, REQUEST)
    client.send_raw(request + b"\r\n\r\n")
    frame = client.socket.recv(65536)
    expect(frame[:2] != b"\x01\x01" and frame[8:20] != request[8:20], f"it answered {frame[:20]!r}")


def s_client(address, port, authority, *more):
    argv = ["openssl", "s_client", "-connect", f"{address}:{port}", "-CAfile", str(authority.file),
            "-verify_return_error", "-quiet", "-no_ign_eof", *more]
    return subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                            start_new_session=True)


def binding_by(process, seconds=10.0):
    """A Binding request through the standard input of s_client, its answer from the output."""
    request = build(BINDING, REQUEST)
    try:
        process.stdin.write(request)
        process.stdin.flush()
        answer, deadline = b"", time.monotonic() + seconds
        while len(answer) < 20 or len(answer) < 20 + int.from_bytes(answer[2:4], "big"):
            expect(time.monotonic() < deadline, f"no answer through s_client: {answer!r}")
            octets = process.stdout.read1(65536)
            if not octets:
                raise Failed(f"s_client ended: {process.stderr.read().decode(errors='replace')}")
            answer += octets
        expect_equal(parse(answer).transaction, request[8:20], "the answer's transaction")
    finally:
        children.end_group(process.pid)
        process.communicate()


@case("curl, openssl s_client and TURN clients on one TLS port at the same time", seconds=90, only="turnpike")
def _(world):
    need_program("openssl")
    server, authority = stream_server(world, ["tls"], workers=2)
    relaying = [connect_tls(world, server, authority.file, ["stun.turn"]), connect_tls(world, server, authority.file)]
    shells = [s_client(server.address, server.tls_port, authority, "-tls1_2"),
              s_client(server.address, server.tls_port, authority, "-tls1_3", "-alpn", "stun.turn")]
    for client in relaying:
        expect_relayed(client)
    expect_not_found(curl(world, authority, f"https://{server.address}:{server.tls_port}/nowhere"))
    for shell in shells:
        binding_by(shell)
    for client in relaying:
        expect_equal(client.refresh().error(), 0, "Refresh")


@case("a TCP listener with a certificate serves TLS too", only="turnpike")
def _(world):
    server, authority = stream_server(world, ["tcp"])
    expect_relayed(connect_tls(world, server, authority.file, port=server.port))
    expect_relayed(connect_stream(world, server))
    expect_not_found(curl(world, authority, f"https://{server.address}:{server.port}/nowhere"))


@case("old versions and weak ciphers of TLS are refused", only="turnpike")
def _(world):
    server, authority = stream_server(world, ["tls"])
    need_program("openssl")
    place = f"{server.address}:{server.tls_port}"
    for words in (["-tls1"], ["-tls1_1"], ["-tls1_2", "-cipher", "AES128-SHA:@SECLEVEL=0"],
                  ["-tls1_2", "-cipher", "ECDHE-RSA-AES128-SHA:ECDHE-ECDSA-AES128-SHA:@SECLEVEL=0"],
                  ["-tls1_2", "-cipher", "NULL:@SECLEVEL=0"]):
        outcome = world.run(["openssl", "s_client", "-connect", place, "-CAfile", authority.file, *words], 10)
        expect(outcome.code != 0, f"{words} got through:\n{outcome.text}")


@case("a session is resumed with a ticket", only="turnpike")
def _(world):
    server, authority = stream_server(world, ["tls"])
    context = ssl.create_default_context(cafile=authority.file)
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    with context.wrap_socket(open_stream(server, port=server.tls_port), server_hostname="turn.test") as first:
        session = first.session
        expect(session.has_ticket, "there is no ticket")
    with context.wrap_socket(open_stream(server, port=server.tls_port), server_hostname="turn.test",
                             session=session) as second:
        expect(second.session_reused, "the session was not resumed")
        second.sendall(build(BINDING, REQUEST))
        second.settimeout(5.0)
        expect_equal(second.recv(2048)[:2], b"\x01\x01", "the answer")


@case("a client gets the ECDSA or the RSA certificate by what it knows", only="turnpike")
def _(world):
    authority = Authority(world.folder)
    both = [authority.issue("ecdsa"), authority.issue("rsa", kind="rsa")]
    server, _ = stream_server(world, ["tls"], authority=authority, certificates=both)
    for cipher in ("ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-RSA-AES128-GCM-SHA256"):
        context = ssl.create_default_context(cafile=authority.file)
        context.maximum_version = ssl.TLSVersion.TLSv1_2
        context.set_ciphers(cipher)
        with context.wrap_socket(open_stream(server, port=server.tls_port), server_hostname="turn.test") as secured:
            expect_equal(secured.cipher()[0], cipher, "the cipher")


@case("the name that a client asks for chooses the certificate", only="turnpike")
def _(world):
    authority = Authority(world.folder)
    several = [authority.issue(name, [name]) for name in ("one.test", "two.test")]
    server, _ = stream_server(world, ["tls"], authority=authority, certificates=several)
    for name in ("two.test", "one.test"):
        client = connect_tls(world, server, authority.file, name=name)
        names = [value for _kind, value in client.socket.getpeercert()["subjectAltName"]]
        expect_equal(names, [name], f"the names of the certificate for {name}")
        expect_binding(client)
