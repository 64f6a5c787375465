"""Objects written as most are, and what may stand in any place of them."""

from __future__ import annotations

from netverify.documents.loader import load

TEXT = """\
apiVersion: v1
kind: Namespace
metadata: {name: shop, labels: {team: a, kubernetes.io/metadata.name: shop}, annotations: {Example.com/Note: x}}
spec: {finalizers: [kubernetes]}
status: {phase: Active}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: web, namespace: shop, labels: {a: b}, uid: x, creationTimestamp: null}
spec:
  podSelector: {matchLabels: {app: web}, matchExpressions: [{key: tier, operator: In, values: [b, a]}]}
  policyTypes: [Ingress, Egress]
  ingress:
  - from: [{podSelector: {}, namespaceSelector: {matchLabels: {team: a}}}, {podSelector: {matchLabels: {x: ""}}}]
    ports: [{protocol: UDP, port: 53}, {port: http}, {port: 80, endPort: 90}, {}]
  - {}
  egress:
  - to: [{ipBlock: {cidr: 10.0.0.0/8, except: [10.1.0.0/16, 10.2.0.0/16]}}, {ipBlock: {cidr: "2001:db8::/32"}}]
  - {to: [{namespaceSelector: {matchExpressions: [{key: x.y/z, operator: Exists}]}}], ports: []}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: open}
spec: {podSelector: {}, egress: [{}]}
---
apiVersion: policy.networking.k8s.io/v1alpha2
kind: ClusterNetworkPolicy
metadata: {name: platform, labels: {a: b}}
spec:
  tier: Admin
  priority: 10
  subject: {pods: {namespaceSelector: {matchLabels: {team: a}}, podSelector: {}}}
  ingress:
  - name: apart
    action: Deny
    from: [{namespaces: {matchExpressions: [{key: team, operator: NotIn, values: [a]}]}}, {pods: {podSelector: {}}}]
    protocols: [{tcp: {destinationPort: {number: 80}}}, {destinationNamedPort: http}]
  egress:
  - {action: Pass, to: [{networks: [10.0.0.0/8, "fd00::/8"]}, {nodes: {matchLabels: {pool: a}}}]}
  - action: Accept
    to: [{domainNames: ["*.example.com"]}]
    protocols: [{udp: {destinationPort: {range: {start: 1, end: 9}}}}]
---
apiVersion: policy.networking.k8s.io/v1alpha1
kind: AdminNetworkPolicy
metadata: {name: platform}
spec:
  priority: 10
  subject: {namespaces: {}}
  ingress: [{action: Pass, from: [{namespaces: {}}], ports: [{portRange: {start: 1, end: 9}}, {namedPort: http}]}]
  egress: [{action: Deny, to: [{domainNames: ["*.example.com"]}]}]
---
apiVersion: policy.networking.k8s.io/v1alpha1
kind: BaselineAdminNetworkPolicy
metadata: {name: default}
spec:
  subject: {pods: {podSelector: {matchLabels: {app: web}}}}
  egress: [{action: Allow, to: [{networks: [10.0.0.0/8]}], ports: [{portNumber: {protocol: UDP, port: 53}}]}]
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web.front, namespace: shop, annotations: {a: b}}
spec:
  replicas: 3
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web, tier: ""}, annotations: {a: b}}
    spec:
      restartPolicy: Always
      dnsPolicy: ClusterFirst
      hostNetwork: false
      nodeSelector: {a: b}
      initContainers: [{name: init, image: i, ports: [{containerPort: 9}]}]
      containers:
      - name: web
        image: i
        ports: [{containerPort: 80, name: http}, {containerPort: 53, protocol: UDP}, {containerPort: 53}]
        env: [{name: A, value: b}]
        readinessProbe: {httpGet: {path: /, port: http}}
        livenessProbe: {tcpSocket: {port: 80}}
        startupProbe: {exec: {command: [x]}}
      - {name: side, image: i}
---
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: pg, namespace: shop}
spec:
  replicas: 2
  serviceName: pg
  selector: {matchLabels: {app: pg}}
  template: {metadata: {labels: {app: pg}}, spec: {containers: [{name: pg, image: i, ports: [{containerPort: 5432}]}]}}
---
apiVersion: apps/v1
kind: DaemonSet
metadata: {name: agent}
spec:
  selector: {matchLabels: {app: agent}}
  template:
    metadata: {labels: {app: agent}}
    spec: {hostNetwork: true, serviceAccountName: agent, nodeName: n1, containers: [{name: a, image: i}]}
---
apiVersion: apps/v1
kind: ReplicaSet
metadata:
  name: web-1
  namespace: shop
  ownerReferences: [{apiVersion: apps/v1, kind: Deployment, name: web, controller: true, uid: x}]
spec:
  replicas: 0
  selector: {matchLabels: {app: web}}
  template: {metadata: {labels: {app: web}}, spec: {containers: [{name: a, image: i}]}}
---
apiVersion: v1
kind: Service
metadata:
  name: web
  namespace: shop
  annotations: {cloud.google.com/neg: x, a: b}
spec:
  selector: {app: web, tier: ""}
  type: NodePort
  clusterIP: 10.96.0.7
  clusterIPs: [10.96.0.7]
  ipFamilies: [IPv4]
  ipFamilyPolicy: SingleStack
  internalTrafficPolicy: Cluster
  publishNotReadyAddresses: false
  sessionAffinity: None
  ports:
  - {name: http, port: 80, targetPort: http, protocol: TCP, nodePort: 30080, appProtocol: kubernetes.io/h2c}
  - {name: dns, port: 53, targetPort: 5353, protocol: UDP, nodePort: 30080}
  - {name: dns-tcp, port: 53}
status: {loadBalancer: {}}
---
apiVersion: v1
kind: Service
metadata: {name: pg, labels: {app: pg}}
spec: {clusterIP: None, selector: {app: pg}, publishNotReadyAddresses: true, ports: [{port: 5432}]}
---
apiVersion: v1
kind: Service
metadata: {name: manual}
spec: {ports: [{port: 80, targetPort: 8080}]}
"""
OBJECTS = [document.value for document in load("all.yaml", TEXT.encode()).documents]
LEAVES = [
    None,
    True,
    False,
    -1,
    0,
    1,
    80,
    53,
    65535,
    65536,
    2**31,
    1.0,
    "",
    "a",
    "web",
    "http",
    "UDP",
    "tcp",
    "SCTP",
    "Ingress",
    "In",
    "NotIn",
    "DoesNotExist",
    "Always",
    "Never",
    "None",
    "Default",
    "10.0.0.0/8",
    "10.1.0.0/16",
    "10.0.0.1/8",
    "10.00.0.0/8",
    "::ffff:10.0.0.0/104",
    "2001:DB8::/32",
    "0.0.0.0/0",
    "UPPER",
    "a.b",
    "-a",
    "a--b",
    "1234",
    "a" * 63,
    "a" * 64,
    "a" * 254,
    "x/y/z",
    "/x",
    "é",
    "pod-template-hash",
    "ClusterIP",
    "LoadBalancer",
    "ExternalName",
    "IPv6",
    "10.96.0.8",
    "fd00::8",
    30081,
]
NAMES = [
    "name",
    "namespace",
    "generateName",
    "labels",
    "annotations",
    "ownerReferences",
    "port",
    "endPort",
    "protocol",
    "hostPort",
    "hostIP",
    "cidr",
    "except",
    "ipBlock",
    "podSelector",
    "namespaceSelector",
    "matchLabels",
    "matchExpressions",
    "values",
    "operator",
    "key",
    "spec",
    "status",
    "replicas",
    "ordinals",
    "restartPolicy",
    "dnsPolicy",
    "dnsConfig",
    "hostNetwork",
    "hostname",
    "initContainers",
    "containerPort",
    "httpGet",
    "from",
    "to",
    "ports",
    "policyTypes",
    "controller",
    "pod-template-hash",
    "kubernetes.io/metadata.name",
    "service.beta.kubernetes.io/load-balancer-source-ranges",
    "targetPort",
    "nodePort",
    "appProtocol",
    "clusterIP",
    "clusterIPs",
    "ipFamilies",
    "selector",
    "type",
    "externalIPs",
    "serviceName",
    "zzz",
]
MORE = [[], {}, [None], [{}], [""], [{"port": 1}], {"a": "b"}, {"a": None}, {"matchLabels": {"app": "web"}}]
