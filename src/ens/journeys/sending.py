"""What is in one's own space, sent to a professional: documents of the record, the synthesis of the medical profile."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from ens.audit import events, profile_events
from ens.enrolment import queries as enrolment
from ens.journeys import archives
from ens.journeys.types import Beginnable, Joinable, Sendable
from ens.kernel.actor import Actor, ActorKind
from ens.messaging import queries as messaging
from ens.messaging.errors import ReplyNotAllowed
from ens.messaging.services import beginning, begun, drafting, screening
from ens.messaging.services.sending import reply_in
from ens.messaging.types import Beginning, Begun, File, Reply, ReplyMode
from ens.persistence.locator import locate
from ens.persistence.unit import Unit, unit_of_work
from ens.record import queries as record
from ens.record.errors import DocumentNotFound
from ens.record.profile import store as profile
from ens.record.profile.synthesis import synthesis
from ens.record.services.reading import card, content_in, described_in, list_in
from ens.record.types import DocumentCard, DocumentFilter, OpenedContent

SHOWN = 20  # the newest: an older one is sent from its own page


def sendable(document_id: UUID, *, by: Actor) -> Sendable:
    """What the form shows: the document, and who may be written to.

    Errors: NobodyThere, DocumentNotFound, SpaceAbsent.
    """

    def act(unit: Unit) -> Sendable:
        events.documents_searched(unit, attempt=True)
        _check(unit)
        document = record.readable(unit, document_id)
        events.documents_searched(unit, found=1)
        return Sendable(card(unit, document), document.size, messaging.addressees(unit))

    return unit_of_work(locate(document_id), act, by=by)


def send_document(document_id: UUID, thread_id: UUID, body: str, token: str, *, by: Actor) -> UUID:
    """Answer in a conversation with the document joined, as it was filed; the same form sent twice sends once.

    To whose software reads them, with its metadata in an archive too (ECO.2.1.1).

    Returns the message's id. Errors: those of ``sendable``, ThreadNotFound, ReplyNotAllowed, ReplyTooLarge,
    ContentDamaged, StoreUnavailable.
    """

    answer = Reply(body, token=token, ends_draft=False)  # what was begun in that conversation stays there
    return unit_of_work(locate(document_id), lambda unit: _send(unit, (document_id,), thread_id, answer), by=by)


def joinable(thread_id: UUID, *, by: Actor) -> Joinable:
    """What the form of a conversation shows. Errors: NobodyThere, ThreadNotFound, ReplyNotAllowed, SpaceAbsent."""

    def act(unit: Unit) -> Joinable:
        events.documents_searched(unit, attempt=True)
        _check(unit)
        option = messaging.reply_option(unit, thread_id)
        if option.mode is not ReplyMode.REPLY:
            raise ReplyNotAllowed()
        found = list_in(unit, DocumentFilter(limit=SHOWN))
        sizes = record.sizes(unit, [one.id for one in found.cards])
        events.documents_searched(unit, found=len(found.cards))
        documents = [(one, sizes[one.id]) for one in found.cards]
        begun, files = drafting.draft(unit, thread_id), drafting.files_in(unit, thread_id)
        return Joinable(option.recipients_label, begun, files, documents, found.total, profile.is_answered(unit))

    return unit_of_work(locate(thread_id), act, by=by)


def send_documents(
    thread_id: UUID,
    documents: tuple[UUID, ...],
    body: str,
    token: str,
    kept: tuple[UUID, ...] = (),
    *,
    with_profile: bool = False,
    by: Actor,
) -> UUID:
    """Answer with several documents of the record, and the files ``kept`` in what was begun; all of them or none.

    ``with_profile``: with the synthesis of the medical profile, as it is now. Returns the message's id.
    Errors: those of ``send_document``, DraftChanged, ProfileEmpty.
    """
    usager_id = locate(thread_id)
    answer = Reply(body, _profile(usager_id, with_profile, by), token=token, kept=kept)
    return unit_of_work(usager_id, lambda unit: _send(unit, documents, thread_id, answer), by=by)


def _profile(usager_id: UUID, wanted: bool, by: Actor) -> tuple[File, ...]:
    """Drawn before the message: nobody waits for it in its unit. Errors: those of ``synthesis``."""
    if not wanted:
        return ()
    drawn = synthesis(usager_id, by=by)
    return (File(drawn.filename, drawn.data),)


def beginnable(usager_id: UUID, search: str | None = None, *, by: Actor) -> Beginnable:
    """What the form of a new message shows: whom it may go to, as ``messaging.contacts``, and what may be joined.

    ``search``: the pharmacies looked for; None, those of what was begun.
    Errors: DocumentNotFound (not the usager), SpaceAbsent.
    """

    def act(unit: Unit) -> tuple[Begun, list[tuple[DocumentCard, int]], int, bool]:
        events.documents_searched(unit, attempt=True)
        _check(unit)
        found = list_in(unit, DocumentFilter(limit=SHOWN))
        sizes = record.sizes(unit, [one.id for one in found.cards])
        events.documents_searched(unit, found=len(found.cards))
        documents = [(one, sizes[one.id]) for one in found.cards]
        return begun.begun_in(unit), documents, found.total, profile.is_answered(unit)

    was_begun, documents, total, has_profile = unit_of_work(usager_id, act, by=by)
    contacts = beginning.contacts(usager_id, was_begun.pharmacy if search is None else search, by=by)
    return Beginnable(was_begun, contacts, documents, total, has_profile)


def begin(
    usager_id: UUID,
    message: Beginning,
    documents: tuple[UUID, ...] = (),
    *,
    with_profile: bool = False,
    by: Actor,
) -> UUID:
    """Begin a conversation, with documents of the record before the files; all of them or none.

    ``with_profile``: as for ``send_documents``. Returns the conversation's id. Errors: those of ``messaging.begin``,
    DocumentNotFound, ContentDamaged, StoreUnavailable, ProfileEmpty.
    """
    screening.check_leaving(message.answer.files)
    drawn = _profile(usager_id, with_profile, by)

    def act(unit: Unit) -> UUID:
        for one in documents:
            events.document_sent(unit, one, attempt=True)
        _check(unit)
        contents = [content_in(unit, one) for one in documents]
        files = tuple(File(content.filename, content.data) for content, _ in contents)
        whole = replace(message, answer=replace(message.answer, files=(*files, *drawn, *message.answer.files)))
        before = len(unit.lines)
        thread_id = beginning.begin_in(unit, whole)
        if len(unit.lines) > before:  # else this very form was sent already
            written_to = messaging.written_to(unit, thread_id)
            to = written_to["label"] if written_to else ""
            _told(unit, documents, contents, to, with_profile=bool(drawn))
        return thread_id

    return unit_of_work(usager_id, act, by=by)


def _send(unit: Unit, documents: tuple[UUID, ...], thread_id: UUID, answer: Reply) -> UUID:
    for one in documents:
        events.document_sent(unit, one, attempt=True)
    _check(unit)
    to = messaging.reply_option(unit, thread_id).recipients_label
    contents = [content_in(unit, one) for one in documents]
    before = len(unit.lines)
    drawn = answer.files
    answer = replace(answer, files=(*(File(content.filename, content.data) for content, _ in contents), *drawn))
    if len(documents) == 1 and not answer.kept and not drawn and messaging.reads_archives(unit, thread_id):
        answer = archives.with_archive(unit, answer, contents[0][0], described_in(unit, documents[0]))
    message_id = reply_in(unit, thread_id, answer)
    if len(unit.lines) > before:  # else this very form was sent already
        _told(unit, documents, contents, to, with_profile=bool(drawn))
    return message_id


def _told(
    unit: Unit,
    documents: tuple[UUID, ...],
    contents: list[tuple[OpenedContent, str]],
    to: str,
    *,
    with_profile: bool,
) -> None:
    for one, (_, title) in zip(documents, contents, strict=True):
        events.document_sent(unit, one, title=title, to=to)
    if with_profile:
        profile_events.synthesis_sent(unit, to=to)


def _check(unit: Unit) -> None:
    if unit.by.kind is not ActorKind.USAGER or unit.by.usager_id != unit.usager_id:
        raise DocumentNotFound()
    enrolment.check_open(unit)
