"""Which files hold secrets, judged by name: one list for the ignore rules and for parsing."""

import re

_SECRET_NAMES = frozenset(
    {
        ".aws_credentials",
        ".dockercfg",
        ".git-credentials",
        ".htpasswd",
        ".netrc",
        ".npmrc",
        ".pgpass",
        ".pypirc",
        ".vault-token",
        "_netrc",
        "credentials",
    }
)
_SECRET_PATTERN = re.compile(
    r"""\.env.*
      | .*\.(?:env|pem|key|p8|p12|pfx|jks|keystore|keychain|ppk|gpg|kdbx|tfstate)
      | id_[^.]*(?:\.(?:pub|old|bak|backup|orig|txt|asc|gpg|enc))?
      | (?:service[-_]account|client_secret).*\.json""",
    re.VERBOSE | re.DOTALL | re.IGNORECASE,
)


def is_secret(name: str) -> bool:
    """Tell whether a file of this name usually holds secrets (`id_rsa` does, `id_tools.py` does not)."""
    if name[:1] not in ".cCiI_" and "." not in name:
        return False
    return name.lower() in _SECRET_NAMES or _SECRET_PATTERN.fullmatch(name) is not None
