import socket
import struct


class Infected(Exception):
    pass


class ClamScanner:
    def __init__(self, host="127.0.0.1", port=3310):
        self._address = host, port

    def scan(self, stream):
        with socket.create_connection(self._address, timeout=30) as s:
            s.sendall(b"zINSTREAM\0")
            while chunk := stream.read(8192):
                s.sendall(struct.pack("!I", len(chunk)) + chunk)
            s.sendall(struct.pack("!I", 0))
            answer = s.recv(4096).decode().strip("\0")
        if answer.endswith("FOUND"):
            raise Infected(answer.split()[1])
