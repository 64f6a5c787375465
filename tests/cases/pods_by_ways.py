"""Short clusters in which pods use ways in, as text."""

from cases.ways_in_texts import CLOSED, PODS, policy, service, written

NODE_PORT = "{type: NodePort, selector: {app: api}, ports: [{port: 80, targetPort: 8080, nodePort: 30080}]"
CLUSTER = service(NODE_PORT + "}")
LOCAL = service(NODE_PORT + ", externalTrafficPolicy: Local}")
CLIENT = """
apiVersion: v1
kind: Pod
metadata: {name: client, namespace: other, labels: {app: client}}
spec: {containers: [{name: c, image: i}]}
---
"""
START = PODS + CLIENT
SHUT = START + policy(CLOSED)
ASKED = "can other/client reach shop/api[Pod]:8080"

CONTROLLER = """
apiVersion: v1
kind: Namespace
metadata: {name: edge}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: nginx, namespace: edge}
spec:
  selector: {matchLabels: {app.kubernetes.io/name: ingress-nginx}}
  template:
    metadata: {labels: {app.kubernetes.io/name: ingress-nginx, app.kubernetes.io/component: controller}}
    spec:
      containers:
        - {name: c, image: i, ports: [{name: http, containerPort: 8000}, {name: metrics, containerPort: 10254}]}
---
"""
INGRESS = written(
    "Ingress",
    "web",
    "spec: {ingressClassName: nginx, defaultBackend: {service: {name: api, port: {number: 80}}}}",
    group="networking.k8s.io/v1",
)
BEHIND = service("{selector: {app: api}, ports: [{port: 80, targetPort: 8080}]}")
FROM_EDGE = policy(
    "{podSelector: {}, ingress: [{from: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: edge}}}]}]}"
)
BY_CONTROLLER = START + CONTROLLER + INGRESS + BEHIND + FROM_EDGE
CONTROLLER_BALANCER = written(
    "Service",
    "nginx",
    "spec: {type: LoadBalancer, selector: {app.kubernetes.io/name: ingress-nginx}, "
    "ports: [{port: 80, targetPort: http}]}",
    namespace="edge",
)
