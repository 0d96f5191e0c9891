"""Letters are written with the flow's own work, and carried when that was committed."""

import json
import logging
from contextlib import suppress

from ..domain.events import LetterFailed, LetterSent
from ..domain.letters import Channel, Letter, Message
from ..errors import AirlockError, StoreBusy
from ..storage.letters import Claimed
from .services import NOBODY, Services, Work

DECOY = "none"

log = logging.getLogger("flask_airlock")


def write(services: Services, work: Work, letter: Letter) -> int:
    """Draw a letter and keep it, sealed, in the flow's transaction; its id.

    It is carried when that was committed. One without a reader is a decoy: drawn, kept and
    settled like any other, and sent to nobody.
    """
    message = services.renderer.message(letter)
    now = services.clock()
    letter_id = work.unit.letters.add(
        _packed(message),
        channel=message.channel.value,
        template=letter.template,
        account_id=letter.account_id,
        now=now,
        expires_at=now + letter.lifetime,
    )
    work.letters.append(letter_id)
    return letter_id


def carry(services: Services, *letter_ids: int) -> None:
    """Send letters whose rows are committed, off the response path where threads may be used."""
    services.delivery().run(
        lambda letter_id: _deliver_in_application(services, letter_id), letter_ids
    )


def sweep(services: Services) -> None:
    """Pick up letters that nobody carried, and wipe those whose time has passed."""
    now = services.clock()
    with services.look() as unit:
        overdue, lost = unit.letters.overdue(now), unit.letters.lost(now)
    if lost:
        with suppress(StoreBusy):  # others sweep as well, and a later sweep finds what is left
            services.in_one_go(lambda work: work.unit.letters.wipe_lost(now))
    carry(services, *overdue)


def _deliver_in_application(services: Services, letter_id: int) -> None:
    with services.in_application():
        deliver(services, letter_id)


def deliver(services: Services, letter_id: int) -> None:
    """Claim one letter, send it, and settle it; a letter that another worker took is left."""
    now = services.clock()
    try:
        claimed = services.in_one_go(lambda work: work.unit.letters.claim(letter_id, now))
    except StoreBusy:
        claimed = None  # it stays where it is, and a later sweep picks it up
    if claimed is None:
        return
    if claimed.broken is not None:
        # Tried again like any other: a worker that knows more keys may take it.
        _give_back(services, letter_id, claimed, claimed.broken.code)
        return
    message = _unpacked(claimed.text)
    try:
        if message.to:
            services.post.send(message)
    except Exception as problem:  # noqa: BLE001 (a transport raises what its library raises)
        reason = str(problem) if isinstance(problem, AirlockError) else type(problem).__name__
        _give_back(services, letter_id, claimed, reason)
        return
    channel = claimed.channel if message.to else DECOY
    sent = LetterSent(account_id=claimed.account_id, channel=channel, template=claimed.template)

    def settle(work: Work) -> None:
        work.unit.letters.settle(letter_id, services.clock())
        work.record(sent, NOBODY)

    services.in_one_go(settle)


def _give_back(services: Services, letter_id: int, claimed: Claimed, reason: str) -> None:
    channel, template = claimed.channel, claimed.template
    log.error("%s letter %s (%s) could not be sent: %s", channel, letter_id, template, reason)
    account_id = claimed.account_id
    failed = LetterFailed(account_id=account_id, channel=channel, template=template, reason=reason)

    def give_back(work: Work) -> None:
        work.unit.letters.give_back(letter_id, claimed, services.clock())
        if claimed.broken is not None:
            work.note_broken(claimed.broken, NOBODY)
        work.record(failed, NOBODY)

    services.in_one_go(give_back)


def _packed(message: Message) -> bytes:
    parts = {
        "to": message.to,
        "channel": message.channel.value,
        "subject": message.subject,
        "text": message.text,
        "html": message.html,
    }
    return json.dumps(parts).encode()


def _unpacked(packed: bytes) -> Message:
    parts = json.loads(packed)
    return Message(
        to=parts["to"],
        channel=Channel(parts["channel"]),
        subject=parts["subject"],
        text=parts["text"],
        html=parts["html"],
    )
