"""JSON-RPC for this server: pygls' dispatcher, fed with raw JSON and robust against whatever a client sends.

Three things differ from pygls. Handlers get parameters as the client's own JSON, because pygls' objects lose
the keys that errors have to name. Invalid messages are answered, never dropped. And neither queries nor
source text get into a log.
"""

import asyncio
import itertools
import json
import logging
import traceback
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

from lsprotocol import types
from pygls.exceptions import JsonRpcException, JsonRpcMethodNotFound
from pygls.lsp.server import LanguageServer
from pygls.protocol import LanguageServerProtocol

from lsp_server.errors import InvalidParams, SemanticSymbolsError
from lsp_server.search.cancel import Cancelled

logger = logging.getLogger(__name__)

Json = Any
"""A value as `json.loads` returns it."""

MessageId = str | int

Handler = Callable[[Json], Any]

_ERRORS = types.ErrorCodes
_LSP_ERRORS = types.LSPErrorCodes

_SEE_PROTOCOL = "See docs/protocol.md for what the server accepts."


class RpcServer(LanguageServer):
    """pygls' server with `RpcProtocol`, which does not send internal errors to the client."""

    protocol: "RpcProtocol"

    def __init__(self, name: str, version: str) -> None:
        super().__init__(name, version, protocol_cls=RpcProtocol)

    def report_server_error(self, error: Exception, source: object) -> None:
        """Log the type of an error, but not its message, which may quote the client's text."""
        logger.error("%s while handling a message (%s)", type(error).__name__, source)


class RpcProtocol(LanguageServerProtocol):
    """The connection to one client. For the event loop's thread only, except `send`."""

    send: Callable[[bytes], None]
    """Sends an encoded message; set by the owner of the transport."""

    is_initialized = False

    def __init__(self, server: LanguageServer, converter: Any) -> None:
        super().__init__(server, converter)
        self._handlers: dict[str, Handler] = {}
        self._questions: dict[str, Future[Json]] = {}
        self._numbers = itertools.count(1)

    def _register_builtin_features(self) -> None:
        """Don't register pygls' own handlers, which need its typed parameters and its documents."""

    @property
    def is_shut_down(self) -> bool:
        """Whether the client has sent `shutdown`."""
        return self._shutdown

    def shut_down(self) -> None:
        """Refuse every request from now on."""
        self._shutdown = True

    def handle(self, method: str, handler: Handler) -> None:
        """Register a function or coroutine function as a method's handler; it gets the raw parameters."""
        self._handlers[method] = handler

    def _get_handler(self, feature_name: str) -> Handler:
        if feature_name not in self._handlers:
            raise JsonRpcMethodNotFound.of(feature_name)
        return self._handlers[feature_name]

    # In ---------------------------------------------------------------------------------------------------

    def receive(self, body: bytes) -> None:
        """Handle one message; never raises."""
        try:
            message = json.loads(body)
        except (ValueError, RecursionError):
            self._refuse(None, _ERRORS.ParseError, "The message is not JSON.")
            return
        try:
            self._route(message)
        except Exception as error:  # noqa: BLE001 - the boundary: nothing a client sends may end the server
            log_failure("a message", error)

    def _route(self, message: Json) -> None:
        if not isinstance(message, dict):
            self._refuse(None, _ERRORS.InvalidRequest, "A message must be a JSON object.")
            return
        method, msg_id = message.get("method"), message.get("id")
        if "method" not in message:
            self._take_response(msg_id, message)
        elif not (isinstance(method, str) and _may_be_id(msg_id)):
            known_id = msg_id if _may_be_id(msg_id) else None
            self._refuse(
                known_id, _ERRORS.InvalidRequest, "`method` must be a string, `id` a string or an integer."
            )
        elif "id" not in message:
            self._take_notification(method, message.get("params"))
        elif msg_id is None:
            self._refuse(None, _ERRORS.InvalidRequest, "The id of a request must not be null.")
        else:
            self._take_request(msg_id, method, message.get("params"))

    def _take_request(self, msg_id: MessageId, method: str, params: Json) -> None:
        if self.is_shut_down:
            self._refuse(msg_id, _ERRORS.InvalidRequest, "The server is shutting down.", "Start a new one.")
        elif not self.is_initialized and method != types.INITIALIZE:
            self._refuse(
                msg_id, _ERRORS.ServerNotInitialized, "Not initialized yet.", "Send `initialize` first."
            )
        elif self.is_initialized and method == types.INITIALIZE:
            self._refuse(
                msg_id, _ERRORS.InvalidRequest, "Initialized already.", "Send `initialize` only once."
            )
        elif msg_id in self._request_futures:
            self._refuse(msg_id, _ERRORS.InvalidRequest, "A request with this id is still being answered.")
        elif method not in self._handlers:
            self._refuse(msg_id, _ERRORS.MethodNotFound, f"There is no method {method[:100]}.")
        else:
            self._handle_request(msg_id, method, params)

    def _take_notification(self, method: str, params: Json) -> None:
        is_request = method in {types.INITIALIZE, types.SHUTDOWN}
        if method == types.EXIT or (self.is_initialized and not self.is_shut_down and not is_request):
            self._handle_notification(method, params)

    def _handle_notification(self, method_name: str, params: Json) -> None:
        if method_name != types.CANCEL_REQUEST:
            super()._handle_notification(method_name, params)
        elif isinstance(params, dict) and isinstance(params.get("id"), MessageId):
            request = self._request_futures.get(params["id"])
            if request is not None:
                request.cancel()

    def _take_response(self, msg_id: Json, message: dict[str, Json]) -> None:
        answer = self._questions.pop(msg_id, None) if isinstance(msg_id, str) else None
        if answer is None or not answer.set_running_or_notify_cancel():
            return
        if "error" in message:
            answer.set_exception(ClientRefusedError())
        else:
            answer.set_result(message.get("result"))

    # Out --------------------------------------------------------------------------------------------------

    def _send_data(self, data: Any) -> None:
        body = json.dumps(data, default=self._serialize_message, separators=(",", ":"))
        self.send(body.encode("ascii"))

    def notify(self, method: str, params: Any | None = None) -> None:
        """Send a notification; `params` is JSON or an lsprotocol value."""
        self._send_data({"jsonrpc": "2.0", "method": method, "params": params})

    def ask(self, method: str, params: Any) -> Future[Json]:
        """Send a request to the client.

        Returns:
            The client's result as JSON, or a `ClientRefusedError`.
        """
        msg_id = f"server-{next(self._numbers)}"
        answer: Future[Json] = Future()
        self._questions[msg_id] = answer
        self._send_data({"jsonrpc": "2.0", "id": msg_id, "method": method, "params": params})
        return answer

    def _send_response(
        self, msg_id: MessageId | None, result: Any = None, error: types.ResponseError | None = None
    ) -> None:
        if error is None:
            self._send_data({"jsonrpc": "2.0", "id": msg_id, "result": result})
        else:
            body = {"code": int(error.code), "message": error.message}
            if error.data is not None:
                body["data"] = error.data
            self._send_data({"jsonrpc": "2.0", "id": msg_id, "error": body})

    def _refuse(
        self, msg_id: MessageId | None, code: int, message: str, suggestion: str = _SEE_PROTOCOL
    ) -> None:
        self._send_response(msg_id, error=_refusal(code, message, suggestion))

    def _send_handler_result(self, future: Any, *, msg_id: MessageId) -> None:
        self._request_futures.pop(msg_id, None)
        try:
            if future.cancelled():
                self._send_response(msg_id, error=response_error(Cancelled()))
            elif (error := future.exception()) is not None:
                if not isinstance(error, SemanticSymbolsError | JsonRpcException | Cancelled):
                    log_failure("a request", error)
                self._send_response(msg_id, error=response_error(error))
            else:
                self._send_response(msg_id, future.result())
        except Exception as error:  # noqa: BLE001 - the boundary: also for a result that can't be encoded
            log_failure("an answer", error)
            self._send_response(msg_id, error=response_error(error))

    def _check_handler_result(self, future: Any) -> None:
        if not future.cancelled() and (error := future.exception()) is not None:
            log_failure("a notification", error)


class ClientRefusedError(Exception):
    """The client answered a request of ours with an error."""


def response_error(error: BaseException) -> types.ResponseError:
    """Return the error to send to the client for an exception."""
    if isinstance(error, Cancelled | asyncio.CancelledError):
        return _refusal(_LSP_ERRORS.RequestCancelled, "The request was cancelled.", "Ask again when needed.")
    if isinstance(error, JsonRpcException):
        refused = error.to_response_error()
        return _refusal(refused.code, refused.message, _SEE_PROTOCOL)
    if isinstance(error, SemanticSymbolsError):
        is_params = isinstance(error, InvalidParams)
        code = _ERRORS.InvalidParams if is_params else _LSP_ERRORS.RequestFailed
        return types.ResponseError(code, str(error), {"kind": error.kind, **_plain(error.details)})
    message = "Something went wrong inside the server.\nSuggestion: See its log, and try again."
    return types.ResponseError(_ERRORS.InternalError, message, {"kind": "InternalError"})


def _refusal(code: int, message: str, suggestion: str) -> types.ResponseError:
    known = {int(error): error.name for errors in (_ERRORS, _LSP_ERRORS) for error in errors}
    kind = known.get(int(code), "Refused")
    return types.ResponseError(code, f"{message}\nSuggestion: {suggestion}", {"kind": kind})


def _plain(details: dict[str, Any]) -> Json:
    return json.loads(json.dumps(details, default=str))


def _may_be_id(msg_id: Json) -> bool:
    return isinstance(msg_id, MessageId | None) and not isinstance(msg_id, bool)


def log_failure(what: str, error: BaseException) -> None:
    """Log an exception's type and traceback, without its message, which may quote a query or a file."""
    if isinstance(error, SemanticSymbolsError):
        logger.warning("%s failed: %s", what, error.kind)
        return
    frames = "".join(traceback.format_tb(error.__traceback__))
    logger.error("%s failed: %s\n%s", what, type(error).__name__, frames)
