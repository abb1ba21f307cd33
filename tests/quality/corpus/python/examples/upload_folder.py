"""Example: send every file of a folder, and resume where the last run stopped."""

import sys
from pathlib import Path

import requests

from dropbay.checksum import sha_of

CHUNK = 4 << 20


def upload_file(server, path):
    body = path.read_bytes()
    chunks = [body[i : i + CHUNK] for i in range(0, len(body), CHUNK)]
    wanted = {"name": path.name, "size": len(body), "chunks": len(chunks)}
    session = requests.post(f"{server}/uploads", json=wanted).json()
    headers = {"authorization": f"Bearer {session['token']}"}
    for number, chunk in enumerate(chunks):
        url = f"{server}/uploads/{session['id']}/{number}"
        requests.put(url, data=chunk, headers={**headers, "digest": sha_of(chunk)})
    return requests.post(f"{server}/uploads/{session['id']}/finish", headers=headers).json()["key"]


if __name__ == "__main__":
    for each in Path(sys.argv[2]).iterdir():
        print(upload_file(sys.argv[1], each))
