"""Carries the lots of e-mails to the relay: a few sessions at once, each answer of the relay kept before the next."""

from __future__ import annotations

import queue
import smtplib
import threading
from collections.abc import Iterable
from contextvars import copy_context
from datetime import datetime
from email.message import EmailMessage
from html import escape

from ens.connectors.courriel.client import RelayOfNotices
from ens.enrolment import handed, notices
from ens.enrolment.notices import Notice, Told, in_words
from ens.enrolment.ports import LotToSend
from ens.kernel import clock
from ens.persistence.outbox import TryLater

SESSIONS = 4  # at once; a relay takes a few without calling it abuse
A_SESSION = 200  # messages, then another one
IN_A_ROW = 20  # contents refused, and none taken: what is refused is then ourselves, not one recipient
Answer = tuple[Notice, bool] | Exception  # who, and whether the relay refused them for good


class EmailLots:
    def __init__(self, relay: RelayOfNotices, service: str) -> None:
        self._relay, self._service = relay, service

    def send(self, lot: LotToSend) -> datetime | None:
        """Everyone whom the relay did not answer for yet. Errors: TryLater, the others being kept as done."""
        told = notices.compose(lot)
        now = clock.now()  # after what the e-mails say: their last day is never later than the deadline
        done = handed.already(lot.id)
        waiting: queue.SimpleQueue[Notice] = queue.SimpleQueue()
        left = [one for one in told.notices if one.usager_id not in done]
        for one in left:
            waiting.put(one)
        answers: queue.SimpleQueue[Answer | None] = queue.SimpleQueue()
        stop = threading.Event()
        sessions = [
            threading.Thread(  # in a copy of this context: it holds the product's time
                target=copy_context().run, args=(self._session, told, waiting, answers, stop), name="relais"
            )
            for _ in range(min(SESSIONS, len(left)))
        ]
        for session in sessions:
            session.start()
        fault = self._keep(lot, answers, len(sessions), stop)
        for session in sessions:
            session.join()
        if fault is not None:
            raise TryLater(type(fault).__name__) from fault
        return now

    def _keep(
        self, lot: LotToSend, answers: queue.SimpleQueue[Answer | None], running: int, stop: threading.Event
    ) -> Exception | None:
        """Keep each answer as it comes, until every session is over; the first fault, if there was one."""
        fault: Exception | None = None
        while running:
            answer = answers.get()
            if answer is None:
                running -= 1
            elif isinstance(answer, Exception):
                fault = fault or answer
                stop.set()
            else:
                try:
                    handed.note(lot.id, answer[0].usager_id, refused=answer[1])
                except BaseException:
                    stop.set()
                    raise
        return fault

    def _session(
        self,
        told: Told,
        waiting: queue.SimpleQueue[Notice],
        answers: queue.SimpleQueue[Answer | None],
        stop: threading.Event,
    ) -> None:
        unwanted: list[Notice] = []  # refused for what was said to them: of them, or of us, the next answer tells
        try:
            while not stop.is_set() and not waiting.empty():
                with self._relay.session() as client:
                    for _ in range(A_SESSION):
                        if stop.is_set():
                            return
                        one = waiting.get_nowait()
                        try:
                            is_taken = self._hand(client, told, one)
                        except smtplib.SMTPDataError as refusal:
                            unwanted.append(one)
                            if not 500 <= refusal.smtp_code < 600 or len(unwanted) >= IN_A_ROW:
                                raise
                        else:
                            _refused(unwanted, answers)
                            answers.put((one, not is_taken))
            if not stop.is_set():
                _refused(unwanted, answers)
        except queue.Empty:
            _refused(unwanted, answers)
        except (smtplib.SMTPException, OSError) as error:
            answers.put(error)
        except Exception as error:  # noqa: BLE001 - a thread's fault is the sending's: said by the one who waits for it
            answers.put(error)
        finally:
            answers.put(None)

    def _hand(self, client: smtplib.SMTP, told: Told, one: Notice) -> bool:
        """False when the relay refuses this recipient for good.

        Errors: smtplib.SMTPDataError, of what was said to them; any other smtplib.SMTPException, OSError.
        """
        try:
            message = written(self._relay, self._service, told, one).as_bytes()
            client.sendmail(return_path(self._relay.sender, one.reference), [one.email], message)
        except smtplib.SMTPRecipientsRefused as refusal:
            code, _ = refusal.recipients[one.email]
            if not 500 <= code < 600:
                raise
            return False
        except (UnicodeError, ValueError, smtplib.SMTPNotSupportedError):
            client.rset()  # the sender may have been said: what comes next in this session begins anew
            return False  # no relay takes such an address: one must not hold the others back
        return True


def _refused(unwanted: list[Notice], answers: queue.SimpleQueue[Answer | None]) -> None:
    for one in unwanted:
        answers.put((one, True))
    unwanted.clear()


def return_path(sender: str, reference: str) -> str:
    """Where this e-mail comes back, by its reference: « ne-pas-repondre+7f3a…@… ». Source: RFC 5233; VERP."""
    local, _, domain = sender.rpartition("@")
    return f"{local}+{reference.lower()}@{domain}"


def written(relay: RelayOfNotices, service: str, told: Told, one: Notice) -> EmailMessage:
    """In plain text and in HTML, the same words; no picture, nothing followed, no code in the subject."""
    domain = relay.sender.rpartition("@")[2]
    message = relay.message(one.email, told.subject, f"<notification-{one.reference.lower()}@{domain}>")
    said = list(_words(service, told, one))
    message.set_content("\n\n".join(text.replace("**", "") for text in said) + "\n")
    message.add_alternative(_html(told, said), subtype="html")
    return message


def _words(service: str, told: Told, one: Notice) -> Iterable[str]:
    yield one.greeting
    if one.about_child:
        yield f"Ce message concerne **{one.about_child}**, que vous représentez : le code est le sien."
    yield from one.paragraphs
    whose = f"l’espace de {one.about_child}" if one.about_child else "votre espace"
    last_day, opened = in_words(told.last_day, with_weekday=True), in_words(told.opens_on)
    yield (
        f"Sur {told.link}, saisissez le code **{one.code}** et la date de naissance, puis choisissez d’activer {whose} "
        f"ou de vous opposer à sa création. **Sans réponse de votre part** au plus tard le {last_day}, il sera créé "
        f"automatiquement le {opened} ; vous pourrez toujours l’activer ou le fermer."
    )
    if one.about_child:
        yield "Assurez-vous que l’autre parent est d’accord avec votre choix."
    yield f"Une question, ou pas d’internet ? Appelez le **{told.phone}**, {told.hours}."
    yield "Ne donnez votre code à personne : aucun agent ne vous le demandera sans que vous l’ayez appelé."
    yield f"L’équipe de {service}"


def _html(told: Told, said: Iterable[str]) -> str:
    paragraphs = "".join(f"<p>{_bold(escape(text), told.link)}</p>" for text in said)
    return (
        f'<!doctype html><html lang="fr"><head><meta charset="utf-8"><title>{escape(told.subject)}</title></head>'
        f'<body style="font-family:sans-serif;font-size:16px;line-height:1.5;max-width:40em">{paragraphs}</body></html>'
    )


def _bold(text: str, link: str) -> str:
    pieces = text.split("**")
    bold = "".join(f"<strong>{piece}</strong>" if rank % 2 else piece for rank, piece in enumerate(pieces))
    return bold.replace(escape(link), f'<a href="{escape(link)}">{escape(link)}</a>')
