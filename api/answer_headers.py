"""答复头 What every answer says to browsers and caches: show nothing in frames, guess no types, keep nothing.

Pages run no script but their own files and the ones whose digests are stated here, so that a text of the record that
looks like a script is a text (ASVS 3.4). Whether browsers are to insist on TLS is said only where the setting says that
clients come by TLS: on a closed network without it, they would find nothing any more.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Sequence

Header = tuple[bytes, bytes]

_EVERYWHERE: tuple[Header, ...] = (
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-resource-policy", b"same-origin"),
)
_NOTHING = b"default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
_HSTS = (b"strict-transport-security", b"max-age=31536000")
_NO_STORE = (b"cache-control", b"no-store")
_PRIVATE = b"Authorization, Accept-Language"
_INLINE = re.compile(r"<script>(.*?)</script>", re.DOTALL)


def page_policy(html: str) -> bytes:
    """The content policy of a page of ours: its own files, and the scripts that stand in it as they are."""
    digests = (hashlib.sha256(script.encode()).digest() for script in _INLINE.findall(html))
    scripts = " ".join(f"'sha256-{base64.b64encode(digest).decode()}'" for digest in digests)
    return (
        f"default-src 'none'; script-src 'self' {scripts}; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
        "connect-src 'self'; font-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
    ).encode()


def completed(
    headers: Sequence[Header], *, private: bool, policy: bytes | None, tls: bool, more: Sequence[Header]
) -> list[Header]:
    """The headers of an answer with those that every one has. `private`: it differs by who asks."""
    made = [*headers, *_EVERYWHERE, *more]
    present = {name.lower() for name, _ in headers}
    if b"cache-control" not in present:
        made.append(_NO_STORE)
    if b"content-security-policy" not in present:
        made.append((b"content-security-policy", policy or _NOTHING))
    if private:
        varies = b", ".join(v for n, v in headers if n.lower() == b"vary" and v != b"Accept-Language")
        made = [h for h in made if h[0].lower() != b"vary"]
        made.append((b"vary", b", ".join(filter(None, (_PRIVATE, varies)))))
    if tls:
        made.append(_HSTS)
    return made
