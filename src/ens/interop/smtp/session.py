"""One session on the wire: what aiosmtpd leaves open is bounded here — bytes, lines, commands, time, sessions.

The rules of the mailbox are asked of ``handler.Door``.
Source: RFC 5321, 4.1.1.4 (DATA), 4.5.2 (transparency), 4.5.3 (limits and time-outs), 3.8 (closing).
"""

from __future__ import annotations

import asyncio
import re
from asyncio import sslproto
from collections import Counter as Counts
from dataclasses import dataclass, field
from typing import Any

import structlog
from aiosmtpd.smtp import SMTP, Envelope, TLSSetupException, syntax
from prometheus_client import Counter

from ens.interop.smtp import replies
from ens.interop.smtp.handler import Door, shown
from ens.interop.smtp.room import Room
from ens.kernel.errors import EnsError
from ens.messaging.errors import MessageTooLarge

MAX_REFUSALS = 20
MAX_TURNS = 100  # answers given since the last message that was kept
IDLE_S = 300  # RFC 5321, 4.5.3.2.7
MESSAGE_S = 600
WITHOUT_MESSAGE_S = 900  # who only keeps its place gives it back, however it passes the time
CLOSING_S = 5
TARPIT_S = 1
ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
# « <local@domain> », parameters behind, nothing quoted and no comment: what software sends (RFC 5321, 4.1.2)
PLAIN_ADDRESS = re.compile(rf"<({ATOM}(?:\.{ATOM})*@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*)>((?: [^()]*)?)")
END = b"\r\n.\r\n"  # and nothing else: a bare LF around the dot ends nothing (SMTP smuggling)
HANGS_UP_AT = 4  # times the size a message may have
MESSAGES = Counter("ens_mail_total", "Messages and recipients answered at the SMTP door", ("answer",))
log = structlog.get_logger("ens.smtp")


@dataclass
class Reception:
    """What the sessions of a server share, and their limits."""

    door: Door
    max_bytes: int
    sessions: int = 200
    sessions_per_address: int = 100
    sessions_per_operator: int = 100
    idle_s: float = IDLE_S
    message_s: float = MESSAGE_S
    without_message_s: float = WITHOUT_MESSAGE_S
    under_way: set[GuardedSMTP] = field(default_factory=set)
    by_address: Counts[str] = field(default_factory=Counts)
    by_operator: Counts[str] = field(default_factory=Counts)  # by the name on the certificate
    closing: set[asyncio.Transport] = field(default_factory=set)  # hung up on, their client has not closed yet

    def __post_init__(self) -> None:
        self.receiving = Room(8 * self.max_bytes)
        self.filing = Room(2 * self.max_bytes)  # reading a message takes ten times its size

    def has_place_for(self, address: str) -> bool:
        return len(self.under_way) < self.sessions and self.by_address[address] < self.sessions_per_address

    def enters(self, session: GuardedSMTP, address: str) -> None:
        self.under_way.add(session)
        self.by_address[address] += 1

    def is_shown(self, operator: str) -> bool:
        """A session says whose it is; False when they have their share of places without it."""
        self.by_operator[operator] += 1
        return self.by_operator[operator] <= self.sessions_per_operator

    def leaves(self, session: GuardedSMTP, address: str, operator: str) -> None:
        if session in self.under_way:
            self.under_way.discard(session)
            for counts, name in ((self.by_address, address), (self.by_operator, operator)):
                counts[name] -= 1
                if counts[name] <= 0:  # forgets those who left
                    del counts[name]

    def cut(self, wire: asyncio.Transport) -> None:
        """Without waiting any longer for a client that does not read, or does not close."""
        wire.abort()
        self.closing.discard(wire)


class TurnedAway(asyncio.Protocol):
    """Said at once to who comes when there is no place."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        transport.write(replies.TOO_MANY_SESSIONS.encode() + b"\r\n")
        transport.close()


class OutspokenTLS(sslproto.SSLProtocol):
    """TLS that lets the alert leave: asyncio closes first, and a client would not know that its certificate expired."""

    def _on_handshake_complete(self, error: BaseException | None) -> None:
        if error is not None:
            self._process_outgoing()  # type: ignore[attr-defined]
        super()._on_handshake_complete(error)


class GuardedSMTP(SMTP):
    """aiosmtpd's protocol, in our words and within our bounds."""

    line_length_limit = 65_536  # what its reader holds; the lines of a message are judged with the message

    def __init__(self, reception: Reception, **options: Any) -> None:
        super().__init__(
            reception.door,
            data_size_limit=reception.max_bytes,
            timeout=reception.idle_s,
            **options,
        )
        del self._smtp_methods["AUTH"]  # the certificate says who it is: no password is asked, nor offered
        self._reception = reception
        self._address = self._operator = ""
        self._refusals = self._turns = 0
        self._is_one_too_many = False
        self._message_by = self.loop.time() + reception.without_message_s

    # -- coming and leaving ------------------------------------------------------------------------------------
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        if self._original_transport is None:  # not the second time, in TLS
            self._address = str((transport.get_extra_info("peername") or ("",))[0])
            if not self._reception.has_place_for(self._address):
                log.warning("turned_away", sessions=len(self._reception.under_way))
                turned = TurnedAway()
                assert isinstance(transport, asyncio.Transport)
                transport.set_protocol(turned)
                turned.connection_made(transport)
                return
            self._reception.enters(self, self._address)
        super().connection_made(transport)
        certificate = shown(self, self.session) if self.session is not None else None
        if certificate is not None:
            self._operator = certificate.subject
            self._is_one_too_many = not self._reception.is_shown(self._operator)

    async def _handle_client(self) -> None:
        try:
            await super()._handle_client()
        finally:  # connection_lost is not told of a handshake that was cut
            self._reception.leaves(self, self._address, self._operator)

    def hang_up(self, last_words: str = "") -> None:
        """Close, and do not wait for a client that does not read."""
        if self.transport is None:
            return
        if last_words:
            self._writer.write(last_words.encode() + b"\r\n")
        wire = self._original_transport or self.transport
        assert isinstance(wire, asyncio.Transport)
        self.transport.close()
        self._reception.closing.add(wire)
        self.loop.call_later(CLOSING_S, self._reception.cut, wire)
        if self._handler_coroutine is not None:
            self._handler_coroutine.cancel()

    def _timeout_cb(self) -> None:
        log.info("too_slow")
        is_in_handshake = self._tls_protocol is not None and (self.session is None or self.session.ssl is None)
        self.hang_up("" if is_in_handshake else replies.TOO_SLOW)

    @syntax("STARTTLS", when="tls_context")
    async def smtp_STARTTLS(self, arg: str) -> None:  # noqa: N802 - aiosmtpd's name
        """As aiosmtpd's own, with a TLS that says why it refuses. Errors: TLSSetupException."""
        if arg:
            return await self.push("501 Syntax: STARTTLS")
        if self._tls_protocol is not None or self.transport is None or self.tls_context is None:
            return await self.push("503 Error: already in TLS")
        await self.push("220 2.0.0 Ready to start TLS")
        waiter = self.loop.create_future()
        wire = self._original_transport = self.transport
        self._tls_protocol = OutspokenTLS(self.loop, self, self.tls_context, waiter, server_side=True)
        wire.set_protocol(self._tls_protocol)
        self.transport = self._tls_protocol._app_transport
        self._tls_protocol.connection_made(wire)
        try:
            await waiter
        except Exception as error:
            raise TLSSetupException() from error
        return None

    # -- what is said ------------------------------------------------------------------------------------------
    async def push(self, status: str | bytes) -> None:
        said = status if isinstance(status, str) else status.decode("utf-8", "replace")
        said = replies.in_our_words(said, self._reception.max_bytes)
        if said[3:4] != "-":
            said = await self._counted(said)
        await super().push(said)
        if said.startswith("421"):
            self.hang_up()

    async def _counted(self, said: str) -> str:
        self._turns += 1
        if said[0] in "45":
            self._refusals += 1
            reason = said.partition(":")[0].split()[-1]
            MESSAGES.labels(reason).inc()
            log.info("refused", reply=said.partition(":")[0], refusals=self._refusals)
            if self.session is not None and self.session.ssl is not None and not said.startswith("451"):
                await self._reception.door.note_refusal(self.session, reason)
        if self._refusals < MAX_REFUSALS and self._turns < MAX_TURNS:
            return said if said.startswith(("221", "421")) else self._last_words() or said
        await asyncio.sleep(TARPIT_S)
        return replies.TOO_MANY_REFUSALS

    def _last_words(self) -> str:
        """What the session ends on, if it has no more to do here: said in answer to a command (RFC 5321, 3.8)."""
        if self._is_one_too_many:
            log.warning("turned_away", sessions=self._reception.by_operator[self._operator])
            return replies.TOO_MANY_SESSIONS
        if self.loop.time() < self._message_by:
            return ""
        log.info("without_message")
        return replies.WITHOUT_MESSAGE

    @syntax("EHLO hostname")
    async def smtp_EHLO(self, hostname: str) -> None:  # noqa: N802 - aiosmtpd's name
        """As aiosmtpd's own, its several lines being of one reply."""
        ending = self._last_words()
        await (self.push(ending) if ending else super().smtp_EHLO(hostname))

    def _getaddr(self, arg: str) -> tuple[str | None, str | None]:
        """The address, and what follows it. aiosmtpd's own reads every form, and takes a tenth of a message's time."""
        plain = PLAIN_ADDRESS.fullmatch(arg)
        return (plain[1], plain[2]) if plain else super()._getaddr(arg)

    @syntax("HELP")
    async def smtp_HELP(self, arg: str) -> None:  # noqa: N802 - aiosmtpd's name
        """The commands that are answered here and now, and nothing of their syntax (RFC 5321, 4.1.1.8)."""
        offered = sorted(name for name, act in self._smtp_methods.items() if self._syntax_available(act))
        if self._tls_protocol is not None:
            offered.remove("STARTTLS")
        await self.push(replies.offered(offered))

    # -- a message ---------------------------------------------------------------------------------------------
    @syntax("DATA")
    async def smtp_DATA(self, arg: str) -> None:  # noqa: N802 - aiosmtpd's name
        """Read a message, keeping no more than may be kept, and have it filed; ``250`` follows the commit."""
        if arg:
            return await self.push("501 Syntax: DATA")
        if self.envelope is None or not self.envelope.rcpt_tos:
            return await self.push("503 Error: need RCPT command")
        if self._reader._buffer:  # type: ignore[attr-defined] # aiosmtpd looks there too
            # A message that did not wait for 354 would be heard as commands after a refusal: the session ends.
            await self.push(replies.OUT_OF_PLACE)
            return self.hang_up()
        self._reader.feed_data(b"\r\n")  # the end sign is then the same for a message that begins with its dot
        self._reset_timeout(self._reception.message_s)
        await self.push("354 End data with <CR><LF>.<CR><LF>")
        kept = bytearray()
        try:
            refusal = await self._read_into(kept)
            answer = refusal or await self._file(self.envelope, kept)
        finally:
            self._reception.receiving.give_back(len(kept))
        self._reset_timeout()
        self._set_post_data_state()
        self._message_by = self.loop.time() + self._reception.without_message_s
        if answer.startswith("250"):
            self._turns = 0
            MESSAGES.labels("recu").inc()
        await self.push(answer)
        return None

    async def _read_into(self, kept: bytearray) -> str:
        """Everything up to the end sign, even of what is refused: the sender hears why (RFC 5321, 4.2.5)."""
        refusal, length, limit = "", 0, self._reception.max_bytes + 2 * len(END)
        while True:
            is_whole = True
            try:
                piece = await self._reader.readuntil(END)
            except asyncio.LimitOverrunError as more:
                is_whole = False
                piece = await self._reader.read(more.consumed)  # stops before whatever may begin the end sign
            length += len(piece)
            if length > limit:
                refusal = replies.reply(MessageTooLarge(limit=self._reception.max_bytes))
            elif not refusal and not self._reception.receiving.take(len(piece)):
                refusal = replies.BUSY
            if refusal:
                self._reception.receiving.give_back(len(kept))
                kept.clear()
            else:
                kept += piece
            if is_whole:
                return refusal
            if length > HANGS_UP_AT * limit:
                await self.push(refusal)
                self.hang_up()
                await asyncio.sleep(0)  # where the cancellation is heard

    async def _file(self, envelope: Envelope, kept: bytearray) -> str:
        if self._timeout_handle is not None:
            self._timeout_handle.cancel()  # what the services wait for has its own limits
        async with self._reception.filing.hold(len(kept)):
            # without the end sign's dot, the dots added for transparency, and the line end we began with
            envelope.content = bytes(kept[: 2 - len(END)]).replace(b"\r\n.", b"\r\n")[2:]
            try:
                return str(await self._call_handler_hook("DATA"))
            except EnsError as error:
                return replies.reply(error)
