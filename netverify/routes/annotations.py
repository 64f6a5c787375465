"""Which annotations of an Ingress cannot send a request anywhere but to its backends, by the one who reads them.

Whatever is on no list, and may route, is a doubt. Source: the documentation of each controller ("Annotations").
"""

from __future__ import annotations

from netverify.patterns import pattern
from netverify.records import dataclass


def _words(names: str) -> frozenset[str]:
    return frozenset(names.split())


@dataclass(frozen=True, slots=True)
class Family:
    """Annotations that begin with ``prefix``, read by controllers called one of ``readers``.

    ``harmless`` are the names behind the prefix of those that tune, restrict, rewrite or redirect; a trailing ``*``
    stands for any ending. ``snippets`` hold configuration as text, ``urls`` the addresses of other servers.
    ``is_complete``: any other name is a doubt; else only one that speaks of routing.
    """

    prefix: str
    readers: frozenset[str]
    harmless: frozenset[str]
    snippets: frozenset[str] = frozenset()
    urls: frozenset[str] = frozenset()
    is_complete: bool = False


NGINX = Family(
    "nginx.ingress.kubernetes.io/",
    _words("ingress-nginx app-routing"),
    _words(
        """add-base-url affinity affinity-canary-behavior affinity-mode allowlist-source-range app-root
        auth-always-set-cookie auth-cache-duration auth-cache-key auth-keepalive auth-keepalive-requests
        auth-keepalive-share-vars auth-keepalive-timeout auth-method auth-proxy-set-headers auth-realm
        auth-request-redirect auth-response-headers auth-secret auth-secret-type auth-signin
        auth-signin-redirect-param auth-tls-* auth-type backend-protocol base-url-scheme canary canary-*
        client-body-buffer-size client-body-timeout connection-proxy-header cors-* custom-headers custom-http-errors
        denylist-source-range disable-proxy-intercept-errors enable-access-log enable-cors enable-global-auth
        enable-influxdb enable-modsecurity enable-opentelemetry enable-opentracing enable-owasp-core-rules
        enable-owasp-modsecurity-crs enable-rewrite-log force-ssl-redirect from-to-www-redirect global-rate-limit
        global-rate-limit-* grpc-backend http2-push-preload influxdb-* limit-* load-balance lua-resty-waf
        lua-resty-waf-* mirror-host mirror-request-body modsecurity-transaction-id opentelemetry-* opentracing-*
        permanent-redirect permanent-redirect-code preserve-trailing-slash proxy-* relative-redirects
        rewrite-target satisfy secure-backends secure-verify-ca-secret server-alias service-upstream session-cookie-*
        ssl-* temporal-redirect temporal-redirect-code upstream-hash-by upstream-hash-by-* upstream-vhost use-regex
        websocket-services whitelist-source-range x-forwarded-prefix"""
    ),
    snippets=_words("auth-snippet configuration-snippet modsecurity-snippet server-snippet stream-snippet"),
    urls=_words("auth-url mirror-target"),
    is_complete=True,
)

FAMILIES: tuple[Family, ...] = (
    NGINX,
    Family(
        "nginx.org/",
        _words("nginx-ingress-controller"),
        _words(
            """app-root basic-auth-* client-body-buffer-size client-max-body-size fail-timeout grpc-services health-*
            hide-headers hsts hsts-* http-redirect-code keepalive lb-method limit-req-* listen-ports listen-ports-ssl
            max-conns max-fails mergeable-ingress-type path-regex proxy-* rewrite-target rewrites server-tokens
            ssl-redirect ssl-services ssl-* sticky-cookie-services upstream-zone-size use-cluster-ip
            websocket-services"""
        ),
        snippets=_words("location-snippets server-snippets"),
        is_complete=True,
    ),
    Family(
        "nginx.com/",
        _words("nginx-ingress-controller"),
        _words("health-checks health-checks-* jwt-key jwt-realm jwt-token slow-start sticky-cookie-services"),
    ),
    Family(
        "haproxy.org/",
        _words("haproxy"),
        _words(
            """abortonclose allow-list auth-realm auth-secret auth-type backend-check blacklist check check-http
            check-interval cookie-* cors-* deny-list forwarded-for ingress.class load-balance path-rewrite pod-maxconn
            proxy-protocol rate-limit-* request-capture request-capture-len request-redirect request-redirect-code
            request-set-header response-set-header route-acl scale-server-slots send-proxy-protocol server-ca server-crt
            server-proto server-sni server-ssl set-host src-ip-header ssl-certificate ssl-passthrough
            ssl-redirect ssl-redirect-code ssl-redirect-port timeout-* whitelist"""
        ),
        snippets=_words("backend-config-snippet frontend-config-snippet global-config-snippet"),
        is_complete=True,
    ),
    Family(
        "haproxy-ingress.github.io/",
        _words("haproxy"),
        _words(
            "backend-check-interval backend-protocol backend-server-* config-proxy blue-green-* redirect-* ssl-redirect"
        ),
        snippets=_words(
            "config-backend config-backend-early config-backend-late config-frontend config-frontend-early "
            "config-frontend-late config-global config-proxy config-sections config-tcp config-tcp-service"
        ),
        urls=_words("auth-url"),
    ),
    Family(
        "ingress.kubernetes.io/",
        frozenset(),
        _words(
            "auth-realm auth-secret auth-type backend-protocol force-ssl-redirect rewrite-target secure-backends ssl-*"
        ),
        snippets=_words("config-backend configuration-snippet server-snippet"),
        urls=_words("auth-url"),
    ),
    Family(
        "traefik.ingress.kubernetes.io/",
        _words("traefik"),
        _words(
            """router.entrypoints router.pathmatcher router.priority router.tls router.tls.* service.nativelb
            service.passhostheader service.serversscheme service.sticky.* router.observability.* rule-type
            frontend.entrypoints priority"""
        ),
    ),
    Family(
        "konghq.com/",
        _words("kong"),
        _words(
            """client-cert connect-timeout headers.* headers-separator host-aliases host-header
            https-redirect-status-code methods override path preserve-host protocol protocols
            read-timeout regex-prefix regex-priority request-buffering response-buffering retries rewrite snis
            strip-path tags tls-verify tls-verify-depth upstream-policy write-timeout"""
        ),
    ),
    Family(
        "projectcontour.io/",
        _words("contour"),
        _words(
            "ingress.class max-* num-retries per-try-timeout response-timeout retry-on tls-* "
            "upstream-protocol.* websocket-routes"
        ),
    ),
    Family(
        "alb.ingress.kubernetes.io/",
        _words("AWS load balancer"),
        _words(
            """actions.* auth-* backend-protocol backend-protocol-version certificate-arn conditions.*
            customer-owned-ipv4-pool frontend-nlb-* group.name group.order healthcheck-* healthy-threshold-count
            inbound-cidrs ip-address-type
            ipam-ipv4-pool-id jwt-validation listen-ports listener-attributes.* load-balancer-*
            manage-backend-security-group-rules minimum-load-balancer-capacity mutual-authentication rewrite.* scheme
            security-group-prefix-lists security-groups shield-advanced-protection ssl-policy ssl-redirect subnets
            success-codes tags target-control-port.* target-group-attributes target-node-labels target-type transforms.*
            unhealthy-threshold-count use-regex-path-match waf-acl-id wafv2-acl-arn wafv2-acl-name web-acl-id"""
        ),
    ),
    Family(
        "appgw.ingress.kubernetes.io/",
        _words("Azure Application Gateway"),
        _words(
            """appgw-* backend-hostname backend-path-prefix backend-protocol connection-draining
            connection-draining-timeout cookie-based-affinity cookie-based-affinity-distinct-name health-probe-*
            hostname-extension override-frontend-port request-timeout rewrite-rule-set rewrite-rule-set-custom-resource
            rule-priority ssl-redirect use-private-ip waf-policy-for-path"""
        ),
    ),
)

PREFIXES = tuple(family.prefix for family in FAMILIES)
"""How the annotations begin that some controller reads as its own."""

_OF_ROUTING = pattern(
    r"backend|snippet|config|mirror|service|target|upstream|forward|plugin|middleware|route|external|lua|proxy-to|"
    r"auth-url|oauth|canary|error-page|extension|policies|action"
)


def family_of(annotation: str, reader: str | None) -> Family | None:
    """The family that ``annotation`` belongs to, if the controller called ``reader`` may read it (None: not known)."""
    for family in FAMILIES:
        if annotation.startswith(family.prefix):
            is_read = reader is None or not family.readers or reader in family.readers or reader not in _READERS
            return family if is_read else None
    return None


def may_route(name: str, family: Family) -> bool:
    """Whether an annotation with ``name`` behind the prefix of ``family`` may send requests elsewhere.

    It is neither one of ``snippets`` nor of ``urls``.
    """
    if name in family.harmless or any(one[:-1] == name[: len(one) - 1] for one in family.harmless if one[-1] == "*"):
        return False
    return family.is_complete or _OF_ROUTING.search(name) is not None


_READERS = frozenset(reader for family in FAMILIES for reader in family.readers)
