import hashlib
import hmac

_BLOCK = 1 << 16


def sha_of(body):
    return hashlib.sha256(body).hexdigest()


def sha_of_file(path):
    h = hashlib.sha256()
    with open(path, "rb") as f:
        while block := f.read(_BLOCK):
            h.update(block)
    return h.hexdigest()


def same(a, b):
    return hmac.compare_digest(a, b)
