"""TURN over DTLS on the port of UDP: openssl s_client; uclient's sessions are in uclient_streams.py."""

import subprocess

from cases.one_port import binding_by
from harness import network as networks
from harness.cases import case, expect, expect_equal, need_program
from harness.clients import connect
from harness.relaying import expect_relayed, stream_server
from harness.servers import Listener
from turnclient import BINDING, REQUEST, build, readable


def dtls_client(server, authority, *more, port=None):
    need_program("openssl")
    argv = ["openssl", "s_client", "-dtls1_2", "-connect", f"{server.address}:{port or server.port}", "-CAfile",
            str(authority.file), "-verify_return_error", "-quiet", "-no_ign_eof", *more]
    return subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                            start_new_session=True)


@case("openssl s_client speaks DTLS 1.2 on the port of UDP")
def _(world):
    server, authority = stream_server(world, ["tcp"])
    binding_by(dtls_client(server, authority))
    expect_relayed(connect(world, server))


@case("a DTLS listener of its own serves DTLS alone", only="turnpike")
def _(world):
    server, authority = stream_server(world, more=[Listener("dtls")])
    port = server.settings.port_of("dtls")
    binding_by(dtls_client(server, authority, port=port))
    with networks.udp_socket(None, "127.0.0.1") as plain:
        plain.sendto(build(BINDING, REQUEST), (server.address, port))
        expect(not readable(plain, 0.5), "plain STUN got an answer")


@case("DTLS with ALPN chooses stun.turn and refuses the unknown", only="turnpike")
def _(world):
    server, authority = stream_server(world, ["tcp"])
    binding_by(dtls_client(server, authority, "-alpn", "stun.turn"))
    refused = world.run(["openssl", "s_client", "-dtls1_2", "-connect", f"{server.address}:{server.port}", "-CAfile",
                         authority.file, "-alpn", "h2"], 10)
    expect("no application protocol" in refused.text, refused.text)


@case("DTLS 1.0 is refused", only="turnpike")
def _(world):
    server, authority = stream_server(world, ["tcp"])
    refused = world.run(["openssl", "s_client", "-dtls1", "-cipher", "ALL:@SECLEVEL=0", "-connect",
                         f"{server.address}:{server.port}", "-CAfile", authority.file], 10)
    expect("Cipher is (NONE)" in refused.text, refused.text)


@case("DTLS over IPv6", only="turnpike")
def _(world):
    server, authority = stream_server(world, ["tcp"], listen=["::1"])
    argv = ["openssl", "s_client", "-dtls1_2", "-connect", f"[::1]:{server.port}", "-CAfile", str(authority.file),
            "-quiet", "-no_ign_eof"]
    binding_by(subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                start_new_session=True))


@case("fifty DTLS clients on two workers", only="turnpike", alone=True)
def _(world):
    server, authority = stream_server(world, ["tcp"], workers=2)
    for shell in [dtls_client(server, authority) for _ in range(50)]:
        binding_by(shell)
    expect_equal(server.answers(1.0), True, "a Binding request over UDP")
