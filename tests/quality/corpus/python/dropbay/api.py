"""The HTTP face: each handler turns a request into a call and a result into a status."""

from dropbay.auth import InvalidToken, issue_token, verify_token
from dropbay.events import UploadFinished, publish
from dropbay.quota import QuotaExceeded
from dropbay.uploads import ChunkMismatch, UploadSession


class UploadApi:
    def __init__(self, settings, storage, ledger):
        self._settings = settings
        self._storage = storage
        self._ledger = ledger
        self._sessions = {}

    def create(self, request):
        """POST /uploads: reserve room for a file and open a session for it."""
        wanted = request.json
        try:
            self._ledger.reserve(request.user, wanted["size"])
        except QuotaExceeded as error:
            return 413, {"error": str(error)}
        session = UploadSession(request.user, wanted["name"], wanted["chunks"], self._storage)
        self._sessions[session.id] = session
        return 201, {"id": session.id, "token": issue_token(self._settings.secret, session.id)}

    def put_chunk(self, request, number):
        """PUT /uploads/{id}/{number}: take one piece."""
        try:
            session = self._sessions[verify_token(self._settings.secret, request.bearer)]
            session.accept_chunk(number, request.body, request.headers["digest"])
        except InvalidToken:
            return 401, {}
        except ChunkMismatch:
            return 409, {"resend": number}
        return 204, {}

    def status(self, request, session_id):
        """GET /uploads/{id}: which pieces are still to come."""
        return 200, {"missing": self._sessions[session_id].missing_chunks()}

    def finish(self, request, session_id):
        """POST /uploads/{id}/finish: join the pieces and tell whoever wants to know."""
        session = self._sessions.pop(session_id)
        key = session.assemble(self._ledger)
        publish(UploadFinished(session.id, session.owner, key))
        return 200, {"key": key}
