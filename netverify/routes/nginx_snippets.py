"""What configuration of nginx that is written into an object may do: whether it can choose another server.

Source: nginx, "Beginner's Guide" (directives, blocks, comments), ``ngx_conf_file.c`` (quotes and escapes).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from netverify.patterns import pattern

_TOKEN = pattern(
    r"""\s+ | \#[^\n]* | "(?:\\.|[^"\\])*" | '(?:\\.|[^'\\])*' | [;{}] | (?:\\.|\$\{[^}]*\}|[^\s;{}\\])+ | .""",
    re.VERBOSE | re.DOTALL,
)


def _words(names: str) -> frozenset[str]:
    return frozenset(names.split())


_HARMLESS_DIRECTIVES = _words(
    """access_log add_header add_trailer aio allow auth_basic autoindex break brotli brotli_comp_level brotli_static
    brotli_types charset charset_types chunked_transfer_encoding client_body_buffer_size client_body_timeout
    client_header_buffer_size client_header_timeout client_max_body_size default_type deny etag expires gzip
    gzip_buffers gzip_comp_level gzip_disable gzip_min_length gzip_proxied gzip_static gzip_types gzip_vary
    http2 if_modified_since ignore_invalid_headers keepalive_requests keepalive_timeout
    large_client_header_buffers limit_conn limit_conn_status limit_conn_zone limit_rate limit_rate_after
    limit_req limit_req_status limit_req_zone lingering_close listen log_format log_not_found
    map_hash_bucket_size map_hash_max_size modsecurity modsecurity_rules_file more_clear_headers
    more_clear_input_headers more_set_headers more_set_input_headers msie_padding output_buffers
    port_in_redirect postpone_output proxy_buffer_size proxy_buffering proxy_buffers proxy_busy_buffers_size
    proxy_cache_bypass proxy_connect_timeout proxy_cookie_domain proxy_cookie_flags proxy_cookie_path
    proxy_force_ranges proxy_hide_header proxy_http_version proxy_ignore_headers proxy_intercept_errors
    proxy_max_temp_file_size proxy_next_upstream proxy_next_upstream_timeout proxy_next_upstream_tries
    proxy_no_cache proxy_pass_header proxy_read_timeout proxy_redirect proxy_request_buffering
    proxy_send_timeout proxy_set_header proxy_ssl_name proxy_ssl_protocols proxy_ssl_server_name
    proxy_ssl_verify proxy_ssl_verify_depth real_ip_header real_ip_recursive recursive_error_pages
    reset_timedout_connection return rewrite satisfy send_timeout sendfile server_name server_name_in_redirect
    server_names_hash_bucket_size server_tokens set_real_ip_from ssl_buffer_size ssl_ciphers
    ssl_prefer_server_ciphers ssl_protocols ssl_session_cache ssl_session_timeout ssl_stapling sub_filter
    sub_filter_last_modified sub_filter_once sub_filter_types subs_filter subs_filter_types tcp_nodelay
    tcp_nopush types_hash_max_size underscores_in_headers valid_referers variables_hash_bucket_size
    variables_hash_max_size"""
)
"""Directives of nginx that answer, refuse, tune or change headers, and never choose a server."""
_BLOCKS = _words("if limit_except location server")
"""Directives with a block, which does no more than what is in it."""
_TABLES = _words("geo map split_clients types")
"""Directives with a block that gives values to a variable."""


_CHOOSES = _words(
    """$namespace $ingress_name $location_path $proxy_alternative_upstream_name $proxy_host $proxy_upstream_name
    $service_name $service_port $target"""
)
"""Variables of ingress-nginx that say where a request goes."""


def may_choose_server(snippet: str) -> bool:
    """Whether ``snippet`` may send a request somewhere else than the location that it is written into does.

    False only if every directive is known to do nothing of the kind.
    """
    in_table = False
    for words, end in _directives(snippet):
        if in_table:
            in_table = end not in {"}", ""}
        elif end == "{" and words and words[0] in _TABLES:
            in_table = True
            if words[-1].lower() in _CHOOSES:
                return True
        elif _may_choose(words, end):
            return True
    return False


def _may_choose(words: list[str], end: str) -> bool:
    if not words:
        return False
    if end == "{":
        return words[0] not in _BLOCKS
    if words[0] == "set":
        return len(words) < 2 or words[1].lower() in _CHOOSES
    return not end or words[0] not in _HARMLESS_DIRECTIVES


def _directives(text: str) -> Iterator[tuple[list[str], str]]:
    """The words of each directive and the ``;``, ``{`` or ``}`` that ends it, which is empty where nothing does."""
    words: list[str] = []
    for found in _TOKEN.finditer(text):
        token = found.group()
        if token in {";", "{", "}"}:
            yield words, token
            words = []
        elif not token.isspace() and not token.startswith("#"):
            words.append(token)
    if words:
        yield words, ""
