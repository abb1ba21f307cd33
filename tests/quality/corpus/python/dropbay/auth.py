"""Upload tokens: who may send pieces to which session, and until when."""

import base64
import hashlib
import hmac
import json
import time


class InvalidToken(Exception):
    """The token is forged, damaged or too old."""


def issue_token(secret: bytes, session_id: str, lifetime_s: int = 3600) -> str:
    """Make a token that lets its bearer send pieces to one session for a while."""
    claims = {"sid": session_id, "exp": int(time.time()) + lifetime_s}
    payload = base64.urlsafe_b64encode(json.dumps(claims).encode())
    return f"{payload.decode()}.{_sign(secret, payload)}"


def verify_token(secret: bytes, token: str) -> str:
    payload, _, signature = token.partition(".")
    if not hmac.compare_digest(signature, _sign(secret, payload.encode())):
        raise InvalidToken("signature")
    claims = json.loads(base64.urlsafe_b64decode(payload))
    if claims["exp"] < time.time():
        raise InvalidToken("expired")
    return claims["sid"]


def _sign(secret: bytes, payload: bytes) -> str:
    return hmac.new(secret, payload, hashlib.sha256).hexdigest()
