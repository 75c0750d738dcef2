"""The tables. Money is a whole number of cents, so that no sum is ever rounded."""

from datetime import UTC, datetime

from sqlalchemy import CheckConstraint, DateTime, ForeignKey, MetaData, String
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

# Migrations can only drop a constraint that has a name, and the two databases would each invent their own.
NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_name)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}


def now() -> datetime:
    """Return the current time in UTC: SQLite keeps no time zone, so all times must have the same one."""
    return datetime.now(UTC)


class Base(DeclarativeBase):
    """Base of the models, whose metadata the migrations are compared with."""

    metadata = MetaData(naming_convention=NAMING)


class Product(Base):
    """Something for sale; `stock` is what can still be ordered, and the database itself keeps it from going below 0."""

    __tablename__ = "products"
    __table_args__ = (CheckConstraint("stock >= 0", "stock"), CheckConstraint("price_cents >= 0", "price_cents"))

    id: Mapped[int] = mapped_column(primary_key=True)
    sku: Mapped[str] = mapped_column(String(40), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    price_cents: Mapped[int]
    stock: Mapped[int]
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), default=now)


class Order(Base):
    """A placed order. It is never changed afterwards."""

    __tablename__ = "orders"

    id: Mapped[int] = mapped_column(primary_key=True)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), default=now)
    lines: Mapped[list["OrderLine"]] = relationship(order_by="OrderLine.id", lazy="selectin")

    @property
    def total_cents(self) -> int:
        """Return the cost of the order, at the prices of the moment when it was placed."""
        return sum(line.quantity * line.price_cents for line in self.lines)


class OrderLine(Base):
    """A product in an order, with the price it had then."""

    __tablename__ = "order_lines"
    __table_args__ = (CheckConstraint("quantity > 0", "quantity"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"), index=True)
    product_id: Mapped[int] = mapped_column(ForeignKey("products.id"), index=True)
    quantity: Mapped[int]
    price_cents: Mapped[int]
