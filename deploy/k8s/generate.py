#!/usr/bin/env python3
"""Writes base/services.yaml: one Deployment, one headless Service, disruption budget, scaler and network policy for each service of services/.

Who may call whom is read from the sources: a service that names another's operation calls it, one that consumes its events pulls them from it."""
import os
import re
import sys

HERE = os.path.dirname(os.path.realpath(__file__))
SERVICES = os.path.join(HERE, "../../services")
PORT, POKES, METRICS = 5551, 5552, 9464
# Who handles the bytes of assets: the gateways pass them, content removes them.
ASSETS = ("content", "gateway")
MOUNT = "\n            - { name: assets, mountPath: /var/lib/wordclaw/assets }"
VOLUME = "\n        - { name: assets, persistentVolumeClaim: { claimName: assets } }"

TEMPLATE = """---
apiVersion: apps/v1
kind: Deployment
metadata: {{ name: {name}, labels: {{ app.kubernetes.io/name: {name}, app.kubernetes.io/part-of: wordclaw }} }}
spec:
  selector: {{ matchLabels: {{ app.kubernetes.io/name: {name} }} }}
  strategy: {{ type: RollingUpdate, rollingUpdate: {{ maxUnavailable: 0, maxSurge: 1 }} }}
  template:
    metadata: {{ labels: {{ app.kubernetes.io/name: {name}, app.kubernetes.io/part-of: wordclaw }} }}
    spec:
      automountServiceAccountToken: false
      terminationGracePeriodSeconds: 20
      securityContext: {{ runAsNonRoot: true, runAsUser: 10001, runAsGroup: 10001, fsGroup: 10001, seccompProfile: {{ type: RuntimeDefault }} }}
      containers:
        - name: {name}
          image: wordclaw
          args: [wordclaw-{name}]
          envFrom: [{{ configMapRef: {{ name: wordclaw }} }}]
          env:
{env}
          ports: {ports}
          securityContext: {{ allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: {{ drop: [ALL] }} }}
          resources: {{ requests: {{ cpu: 100m, memory: 64Mi }}, limits: {{ memory: 512Mi }} }}
          startupProbe: {{ {probe}, periodSeconds: 2, timeoutSeconds: 5, failureThreshold: 60 }}
          readinessProbe: {{ {probe}, periodSeconds: 5, timeoutSeconds: 5 }}
          livenessProbe: {{ {liveness}, periodSeconds: 10, timeoutSeconds: 5, failureThreshold: 6 }}
          volumeMounts:
            - {{ name: tmp, mountPath: /tmp }}
            - {{ name: secrets, mountPath: /var/lib/wordclaw/secrets, readOnly: true }}{mounts}
      volumes:
        - {{ name: tmp, emptyDir: {{ medium: Memory, sizeLimit: 16Mi }} }}
        - name: secrets
          secret: {{ secretName: wordclaw, defaultMode: 0440, items: [{items}] }}{volumes}
---
apiVersion: v1
kind: Service
metadata: {{ name: {name}, labels: {{ app.kubernetes.io/name: {name}, app.kubernetes.io/part-of: wordclaw }} }}
spec:
{service}
  selector: {{ app.kubernetes.io/name: {name} }}
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {{ name: {name} }}
spec:
  maxUnavailable: 1
  selector: {{ matchLabels: {{ app.kubernetes.io/name: {name} }} }}
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {{ name: {name} }}
spec:
  scaleTargetRef: {{ apiVersion: apps/v1, kind: Deployment, name: {name} }}
  minReplicas: 2
  maxReplicas: 8
  metrics: [{{ type: Resource, resource: {{ name: cpu, target: {{ type: Utilization, averageUtilization: 75 }} }} }}]
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {{ name: {name} }}
spec:
  podSelector: {{ matchLabels: {{ app.kubernetes.io/name: {name} }} }}
  policyTypes: [Ingress]
  ingress:
    - ports: [{ingress_ports}]
{ingress}
"""


def services():
    return sorted(name for name in os.listdir(SERVICES) if os.path.exists(os.path.join(SERVICES, name, "main.c")))


def called_by(service, names):
    """Who this service calls or pulls events from."""
    folders = os.walk(os.path.join(SERVICES, service))
    source = "".join(open(os.path.join(path, f)).read() for path, _, files in folders for f in files if f.endswith(".c"))
    called = {other for other in names if other != service and re.search(rf"\boperation_{other}_|\.publisher = \"{other}\"", source)}
    # Everybody's events are read by audit and webhooks; any service's operation may cost something, which payments reserves and settles.
    return set(names) - {service} if service in ("audit", "webhooks", "payments") else called | ({"payments"} & set(names))


def arrows(names):
    """Service -> who may connect to it."""
    callers = {name: {"gateway"} for name in names}
    for name in names:
        for other in called_by(name, names):
            callers[other].add(name)
    return callers


def env(lines):
    return "\n".join(f"            - {{ name: {name}, value: \"{value}\" }}" for name, value in lines)


def items(*names):
    return ", ".join(f"{{ key: {name}, path: {name} }}" for name in names)


def port_list(*ports):
    return "[" + ", ".join(f"{{ name: {name}, containerPort: {port} }}" for name, port in ports) + "]"


def service_manifest(name, callers):
    secrets = "/var/lib/wordclaw/secrets"
    keys = [f"{name}.dsn", f"{name}_system.dsn", "bus.key", "master.key"] + (["audit-signing.key"] if name == "audit" else [])
    command = f'exec: {{ command: [wordclaw-{name}, --ping] }}'
    return TEMPLATE.format(
        name=name, mounts=MOUNT * (name in ASSETS), volumes=VOLUME * (name in ASSETS), items=items(*keys), ports=port_list(("bus", PORT), ("pokes", POKES), ("metrics", METRICS)), probe=command, liveness="tcpSocket: { port: bus }",
        env=env([("WORDCLAW_BIND_ENDPOINT", f"tcp://*:{PORT}"), ("WORDCLAW_POKE_ENDPOINT", f"tcp://*:{POKES}"),
                 ("WORDCLAW_DATABASE_URL_FILE", f"{secrets}/{name}.dsn"), ("WORDCLAW_SYSTEM_DATABASE_URL_FILE", f"{secrets}/{name}_system.dsn")]),
        service="  clusterIP: None\n  publishNotReadyAddresses: false\n  ports: [{ name: bus, port: %d }, { name: pokes, port: %d }]" % (PORT, POKES),
        ingress_ports=f"{{ port: {PORT} }}, {{ port: {POKES} }}",
        ingress="      from:\n" + "\n".join(f"        - podSelector: {{ matchLabels: {{ app.kubernetes.io/name: {caller} }} }}" for caller in sorted(callers)))


def gateway_manifest():
    return TEMPLATE.format(
        name="gateway", mounts=MOUNT, volumes=VOLUME, items=items("bus.key", "mcp.key"), ports=port_list(("http", 4000), ("metrics", METRICS)), probe="httpGet: { path: /ready, port: http }",
        liveness="httpGet: { path: /live, port: http }", env=env([("WORDCLAW_BIND", "0.0.0.0")]),
        service="  ports: [{ name: http, port: 80, targetPort: http }]", ingress_ports="{ port: 4000 }", ingress="      # from anywhere: what the ingress controller is, the cluster's operator knows")


def config_manifest(names):
    lines = ["---", "apiVersion: v1", "kind: ConfigMap", "metadata: { name: wordclaw }", "data:", "  WORDCLAW_BUS_KEY_FILE: /var/lib/wordclaw/secrets/bus.key",
             "  WORDCLAW_METRICS_ADDRESS: 0.0.0.0", f"  WORDCLAW_METRICS_PORT: \"{METRICS}\"", f"  WORDCLAW_GATEWAY_METRICS_PORT: \"{METRICS}\""]
    for name in names:
        lines += [f"  WORDCLAW_{name.upper()}_ENDPOINTS: tcp://{name}:{PORT}", f"  WORDCLAW_{name.upper()}_POKES: tcp://{name}:{POKES}"]
    return "\n".join(lines) + "\n"


def rules_manifest():
    """deploy/observe/alerts.yaml, as the Prometheus operator takes it."""
    alerts = open(os.path.join(HERE, "../observe/alerts.yaml")).read()
    body = "".join("  " + line if line.strip() else line for line in alerts.splitlines(True) if not line.startswith("#"))
    return "# Written by deploy/k8s/generate.py from deploy/observe/alerts.yaml.  Do not edit.\napiVersion: monitoring.coreos.com/v1\nkind: PrometheusRule\n" \
           "metadata: { name: wordclaw }\nspec:\n" + body


def main():
    names = services()
    callers = arrows(names)
    text = "# Written by deploy/k8s/generate.py.  Do not edit.\n" + config_manifest(names) + gateway_manifest() + "".join(service_manifest(n, callers[n]) for n in names)
    for name, written in (("base/services.yaml", text), ("observe/rules.yaml", rules_manifest())):
        path = os.path.join(HERE, name)
        if "--check" not in sys.argv:
            open(path, "w").write(written)
        elif not os.path.exists(path) or open(path).read() != written:
            sys.exit(f"{path} is not what deploy/k8s/generate.py writes: run it")


main()
