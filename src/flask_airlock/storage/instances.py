"""The application's user, made of a row that was read beside the application's session.

To let the ORM read it, with a session of its own, takes longer than all else that a page costs.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Column, FromClause, Table
from sqlalchemy.orm import Mapper, RelationshipProperty, make_transient_to_detached
from sqlalchemy.orm import Session as OrmSession
from sqlalchemy.orm.attributes import instance_dict, instance_state
from sqlalchemy.sql import visitors

EAGER = ("joined", "selectin", "subquery", "immediate", False)


class Instances:
    """Makes instances of a model whose every attribute is a column of its one table."""

    def __init__(self, model: type[Any]) -> None:
        self.model = model
        self._manager = model.__mapper__.class_manager
        (self.key,) = model.__mapper__.primary_key
        self.table = model.__mapper__.local_table
        loaded = {it.key: it.columns[0] for it in model.__mapper__.column_attrs if not it.deferred}
        self._keys = tuple(loaded)
        self.columns: tuple[Column[Any], ...] = tuple(loaded.values())

    @property
    def width(self) -> int:
        """How many cells an instance is made of."""
        return len(self.columns)

    def place_of(self, key: str) -> int | None:
        """Which of the cells an attribute is, None if it is none."""
        return self._keys.index(key) if key in self._keys else None

    def is_one(self, cells: Sequence[Any]) -> bool:
        """Whether there is a row at all, of those that are joined to others."""
        return cells[self.columns.index(self.key)] is not None

    def make(self, cells: Sequence[Any]) -> Any:
        """An instance with these cells of `columns`; it belongs to no session yet."""
        instance = self._manager.new_instance()
        state = instance_dict(instance)
        state |= zip(self._keys, cells, strict=True)
        make_transient_to_detached(instance)
        return instance


def adopted(session: OrmSession, made: Any) -> Any:
    """The same in the application's session; what is there already, if anything."""
    key: Any = instance_state(made).key
    present = session.identity_map.get(key)
    if present is not None:
        return present
    session.add(made)
    return made


class RelatedInstances(Instances):
    """The same for a collection of such a model's."""

    def __init__(self, relationship: RelationshipProperty[Any]) -> None:
        super().__init__(relationship.entity.class_)
        self._by = relationship

    def joined_to(self, owners: FromClause) -> FromClause:
        """Their table beside the owners', also of those who have none."""
        between, by = self._by.secondary, self._by
        if between is None:
            return owners.outerjoin(self.table, by.primaryjoin)
        # One after the other: in brackets SQLite would read both tables whole first.
        return owners.outerjoin(between, by.primaryjoin).outerjoin(self.table, by.secondaryjoin)


def related_of(model: type[Any], name: str) -> RelatedInstances | None:
    """None for a collection that only the ORM can load: of a model like that, or in an order or a
    shape of its own."""
    by = model.__mapper__.relationships.get(name)
    is_plain = by is not None and by.uselist and by.collection_class is None
    if not is_plain or by.order_by or by.lazy in ("dynamic", "write_only", "noload", "raise"):
        return None
    if not isinstance(by.entity, Mapper) or not instances_of(by.entity.class_):
        return None
    made, owners = RelatedInstances(by), model.__mapper__.local_table
    between = by.secondary if by.secondary is not None else made.table
    is_usual = _tables_of(by.primaryjoin) <= {owners, between} and made.table is not owners
    if by.secondary is not None:
        is_usual = is_usual and _tables_of(by.secondaryjoin) <= {between, made.table}
    return made if is_usual else None


def _tables_of(condition: Any) -> set[Any]:
    return {it.table for it in visitors.iterate(condition) if isinstance(it, Column)}


def instances_of(model: type[Any]) -> Instances | None:
    """None for a model that only the ORM can make: one that inherits, is made of more than
    columns, or has something to do when it was loaded."""
    mapper: Mapper[Any] = model.__mapper__
    attributes = list(mapper.column_attrs)
    columns = [column for it in attributes for column in it.columns]
    is_alone = mapper.inherits is None and mapper.polymorphic_on is None
    is_flat = len(columns) == len(attributes) and not list(mapper.composites)
    is_table = isinstance(mapper.local_table, Table) and len(mapper.primary_key) == 1
    if not (is_alone and is_flat and is_table) or mapper.class_manager.dispatch.load:
        return None
    if not all(isinstance(it, Column) and it.table is mapper.local_table for it in columns):
        return None
    if any(it.lazy in EAGER for it in mapper.relationships):
        return None
    made = Instances(model)
    return made if made.key in made.columns else None
