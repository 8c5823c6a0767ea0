"""A certificate authority for tests, made with the openssl command line."""

import dataclasses
import ipaddress
import os
from pathlib import Path

from harness import children
from harness.cases import expect_equal, need_program

HOSTS = ("turn.test", "localhost", "127.0.0.1", "::1", "10.210.1.1", "11.22.33.1")
CONFIG = "[req]\ndistinguished_name = name\n[name]\n"
KEYS = {"ecdsa": ["ec", "-pkeyopt", "ec_paramgen_curve:P-256"], "rsa": ["rsa:2048"]}


@dataclasses.dataclass(frozen=True)
class Certificate:
    chain: Path  # the leaf, then the authority
    key: Path

    def install(self, other):
        """Puts `other`'s files in the place of this one's, as a certificate client does it: beside, then renamed."""
        for mine, theirs in ((self.key, other.key), (self.chain, other.chain)):
            replace(mine, theirs.read_bytes())


def replace(path, content):
    beside = path.with_suffix(".new")
    beside.write_bytes(content)
    os.replace(beside, path)


def _name(host):
    try:
        return f"IP:{ipaddress.ip_address(host)}"
    except ValueError:
        return f"DNS:{host}"


class Authority:
    def __init__(self, folder, name="test-ca"):
        need_program("openssl")
        self.folder = folder
        self._config = folder / "openssl.cnf"
        self._config.write_text(CONFIG)
        self.file = folder / f"{name}.crt"
        self._key = folder / f"{name}.key"
        self._make("ecdsa", self._key, self.file, f"/CN={name}", 30,
                   ["basicConstraints=critical,CA:TRUE", "keyUsage=critical,keyCertSign,cRLSign"])

    def issue(self, name, hosts=HOSTS, kind="ecdsa", days=30):
        """A server certificate that is CA:FALSE, for DNS names and IP addresses."""
        key, leaf, chain = (self.folder / f"{name}.{end}" for end in ("key", "leaf", "crt"))
        self._make(kind, key, leaf, f"/CN={name}", days,
                   ["basicConstraints=critical,CA:FALSE", "extendedKeyUsage=serverAuth",
                    "subjectAltName=" + ",".join(_name(host) for host in hosts)],
                   ["-CA", self.file, "-CAkey", self._key])
        chain.write_bytes(leaf.read_bytes() + self.file.read_bytes())
        return Certificate(chain, key)

    def issue_expired(self, name, hosts=HOSTS):
        """A server certificate that ended yesterday."""
        good = self.issue(name, hosts)
        request, leaf = self.folder / f"{name}.csr", self.folder / f"{name}.old"
        extensions = self.folder / f"{name}.ext"
        extensions.write_text("basicConstraints=critical,CA:FALSE\nextendedKeyUsage=serverAuth\nsubjectAltName="
                              + ",".join(_name(host) for host in hosts) + "\n")
        for argv in (["req", "-config", self._config, "-new", "-key", good.key, "-subj", f"/CN={name}", "-out", request],
                     ["x509", "-req", "-in", request, "-CA", self.file, "-CAkey", self._key, "-CAcreateserial",
                      "-days", "-1", "-extfile", extensions, "-out", leaf]):
            made = children.run(["openssl", *argv], 30)
            expect_equal(made.code, 0, f"exit code of openssl {argv[0]}, it said:\n{made.text}\n")
        good.chain.write_bytes(leaf.read_bytes() + self.file.read_bytes())
        return good

    def _make(self, kind, key, out, subject, days, extensions, more=()):
        argv = ["openssl", "req", "-config", self._config, "-x509", "-newkey", *KEYS[kind], "-nodes", "-keyout", key,
                "-out", out, "-subj", subject, "-days", days, *more]
        argv += [word for extension in extensions for word in ("-addext", extension)]
        made = children.run(argv, 30)
        expect_equal(made.code, 0, f"exit code of openssl req, it said:\n{made.text}\n")
