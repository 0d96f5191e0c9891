"""How a table of ours is made beside the application's users."""

from typing import Any

from sqlalchemy import Column, ForeignKey, MetaData, Table

from ..errors import ConfigurationError
from .columns import key_type


def user_key(user_model: type[Any]) -> Column[Any]:
    """The one column that identifies a user; a composite key is refused by name."""
    mapper = user_model.__mapper__.base_mapper
    if len(mapper.primary_key) != 1:
        raise ConfigurationError(
            f"{user_model.__name__} has a composite primary key; Flask-Airlock needs one column"
        )
    column: Column[Any] = mapper.primary_key[0]
    return column


class Maker:
    """Makes tables beside the user's table: same metadata, same schema."""

    def __init__(self, key: Column[Any]) -> None:
        self.key = key
        self.metadata: MetaData = key.table.metadata
        self.schema: str | None = key.table.schema

    def table(self, subject: str, *parts: Any) -> Table:
        """A table of ours, with a number for each row."""
        name = f"airlock_{subject}"
        full_name = f"{self.schema}.{name}" if self.schema else name
        if full_name in self.metadata.tables:
            return self.metadata.tables[full_name]
        identity = Column("id", key_type(), primary_key=True, autoincrement=True)
        return Table(
            name, self.metadata, identity, *parts, schema=self.schema, sqlite_autoincrement=True
        )

    def account(
        self, subject: str, *, outlived: bool = False, ownerless: bool = False, index: bool = True
    ) -> Column[Any]:
        """The owner's column; rows that outlive the account (`outlived`) lose their owner, and
        some may be nobody's (`ownerless`)."""
        target = f"{self.schema}.airlock_accounts.id" if self.schema else "airlock_accounts.id"
        fate = "SET NULL" if outlived else "CASCADE"
        link = ForeignKey(target, ondelete=fate, name=f"fk_airlock_{subject}_account")
        return Column("account_id", key_type(), link, nullable=outlived or ownerless, index=index)
