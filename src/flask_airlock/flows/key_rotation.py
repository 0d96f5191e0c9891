"""What lies under which key, and sealing anew what lies under an older one."""

from collections import Counter
from functools import partial

from ..domain.directory import Rotation, SealedValues
from ..storage.seals import SEALED_COLUMNS, SealedColumn
from .services import Services, Work


def check(services: Services, batch: int) -> tuple[SealedValues, ...]:
    """Open every sealed value, and say by column under which key it does; changes nothing."""
    return tuple(_looked_through(services, column, batch) for column in SEALED_COLUMNS)


def rotate(services: Services, batch: int) -> Rotation:
    """Seal anew what lies under an older key, then open everything, to see what is left.

    Can be stopped at any time and run again; two at once do no harm, nor do logins meanwhile.
    """
    resealed = {str(column): _rotated(services, column, batch) for column in SEALED_COLUMNS}
    return Rotation(resealed=resealed, found=check(services, batch))


def preview(services: Services, batch: int) -> Rotation:
    """What `rotate` would seal anew now; changes nothing."""
    found = check(services, batch)
    return Rotation(resealed={values.where: values.older for values in found}, found=found)


def _looked_through(services: Services, column: SealedColumn, batch: int) -> SealedValues:
    counts, found, last = Counter[str | None](), batch, 0
    while found == batch:
        with services.begin() as work:
            values = work.unit.seals.some(column, last, batch)
            counts.update(work.unit.seals.key_of(value) for value in values)
        found, last = len(values), values[-1].id if values else last
    opened = {key: counts[key] for key in services.vault.key_ids}
    return SealedValues(where=str(column), opened=opened, broken=counts[None])


def _rotated(services: Services, column: SealedColumn, batch: int) -> int:
    done, last = 0, 0
    while True:
        count, found, last = services.in_one_go(partial(_rotate_some, column, last, batch))
        done += count
        if found < batch:
            return done


def _rotate_some(column: SealedColumn, after: int, batch: int, work: Work) -> tuple[int, int, int]:
    """How many were sealed anew, how many were found, and the id of the last one."""
    values = work.unit.seals.some(column, after, batch)
    done = sum(work.unit.seals.seal_anew(column, value) for value in values)
    return done, len(values), values[-1].id if values else after
