"""The manifests: YAML, what refers to what, and the configuration in them by the program itself. No cluster is asked."""

import re

import yaml

from checking import check, output, same

# What `kubectl create secret` makes by the commands at the top of the files.
SECRETS = {"turnpike": {"turn.secret": "made by openssl rand -base64 32"}, "turnpike-tls": {}}
WORKLOADS = ("DaemonSet", "Deployment")


def manifests(world):
    paths = sorted((world.source / "kubernetes").glob("*.yaml"))
    check(len(paths) >= 2, "there are fewer than two manifests")
    for path in paths:
        kinds = {document["kind"]: document for document in yaml.safe_load_all(path.read_text())}
        workload = next(kinds[kind] for kind in WORKLOADS if kind in kinds)
        yield path, kinds, workload["spec"]


def certificate(folder):
    output(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=test",
            "-keyout", folder / "tls.key", "-out", folder / "tls.crt"])


def projected(world, path, kinds, pod):
    """The folder that the pod finds at /etc/turnpike."""
    folder = world.folder / path.stem
    folder.mkdir()
    mount = next(m for m in pod["containers"][0]["volumeMounts"] if m["mountPath"] == "/etc/turnpike")
    sources = next(v for v in pod["volumes"] if v["name"] == mount["name"])["projected"]["sources"]
    for source in sources:
        if "configMap" in source:
            same(source["configMap"]["name"], kinds["ConfigMap"]["metadata"]["name"], "the ConfigMap")
            files = kinds["ConfigMap"]["data"]
        else:
            files = SECRETS[source["secret"]["name"]]
            if not files:
                certificate(folder)
        for name, text in files.items():
            (folder / name).write_text(text)
    return folder


def shown(world, folder):
    """What `config show` says of the configuration, key by key."""
    lines = output([world.binary, "config", "show", folder / "turnpike.toml"]).split("\n")
    return {key: value.rpartition("  # ")[0] for key, _, value in (line.partition(" = ") for line in lines)}


def check_configurations(world):
    for path, kinds, spec in manifests(world):
        pod = spec["template"]["spec"]
        folder = projected(world, path, kinds, pod)
        output([world.binary, "config", "check", folder / "turnpike.toml"])
        values = shown(world, folder)
        listened = {(scheme, int(port)) for scheme, port in re.findall(r'"(\w+)://[^"]*:(\d+)"', values["listen"])}
        listened = {("UDP" if scheme in ("udp", "dtls") else "TCP", port) for scheme, port in listened}
        container = pod["containers"][0]
        same({(port["protocol"], port["containerPort"]) for port in container["ports"]}, listened, f"{path.name}: its ports")
        for probe, where in (("readinessProbe", "/readyz"), ("livenessProbe", "/healthz")):
            same(container[probe]["httpGet"]["path"], where, f"{path.name}: {probe}")
            check(("TCP", container[probe]["httpGet"]["port"]) in listened, f"{path.name}: {probe} asks where nobody listens")
        deadline = int(re.fullmatch(r'"(\d+)m"', values["server.drain_deadline"])[1]) * 60
        check(pod["terminationGracePeriodSeconds"] > deadline, f"{path.name}: pods are killed before drain_deadline")
        same(container["lifecycle"]["preStop"]["exec"]["command"][:2], ["/usr/bin/turnpike", "drain"], f"{path.name}: preStop")
        if "Service" in kinds:
            check_service(path, kinds["Service"]["spec"], spec, values, listened)


def check_service(path, service, spec, values, listened):
    same(service["selector"], spec["selector"]["matchLabels"], f"{path.name}: what the Service selects")
    same(service["externalTrafficPolicy"], "Local", f"{path.name}: externalTrafficPolicy")
    first, last = (int(port) for port in values["relay.ports"].strip('"').split("-"))
    relayed = {("UDP", port) for port in range(first, last + 1)}
    same({(port["protocol"], port["targetPort"]) for port in service["ports"]}, listened | relayed, f"{path.name}: targets")
    for port in service["ports"]:
        if ("UDP", port["targetPort"]) in relayed:
            same(port["port"], port["targetPort"], f"{path.name}: a relayed port is the same outside and inside, {port}")
    same(len({port["name"] for port in service["ports"]}), len(service["ports"]), f"{path.name}: names of ports")


def check_restrictions(world):
    user = int(re.search(r"(?m)^USER (\d+)", (world.source / "container" / "Dockerfile").read_text())[1])
    for path, _, spec in manifests(world):
        labels = spec["template"]["metadata"]["labels"]
        same(labels | spec["selector"]["matchLabels"], labels, f"{path.name}: labels")
        pod = spec["template"]["spec"]
        context, container = pod["securityContext"], pod["containers"][0]["securityContext"]
        same([context["runAsNonRoot"], context["runAsUser"], context["seccompProfile"]], [True, user, {"type": "RuntimeDefault"}],
             f"{path.name}: the pod's security context")
        same(container, {"allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True, "capabilities": {"drop": ["ALL"]}},
             f"{path.name}: the container's security context")
        same(pod["automountServiceAccountToken"], False, f"{path.name}: automountServiceAccountToken")
        mounted = {mount["mountPath"] for mount in pod["containers"][0]["volumeMounts"]}
        check({"/etc/turnpike", "/run/turnpike"} <= mounted, f"{path.name}: mounts {mounted}")


CASES = [("the configurations in the Kubernetes examples are valid and go with their ports and probes", check_configurations),
         ("the Kubernetes examples keep to the restricted pod security", check_restrictions)]
