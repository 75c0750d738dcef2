"""Tables of the board."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "apps",
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("product", sa.String(length=80), nullable=True),
        sa.Column("source", sa.String(length=500), nullable=True),
        sa.Column("kind", sa.String(length=80), nullable=False),
        sa.Column("attention", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_apps"),
    )
    op.create_index("ix_apps_order", "apps", ["attention", "name"])

    op.create_table(
        "audit",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("action", sa.String(length=40), nullable=False),
        sa.Column("app", sa.String(length=80), nullable=False),
        sa.Column("environment", sa.String(length=80), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("request_id", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_audit"),
    )
    op.create_table(
        "cells",
        sa.Column("app", sa.String(length=80), nullable=False),
        sa.Column("environment", sa.String(length=80), nullable=False),
        sa.Column("tag", sa.Text(), nullable=True),
        sa.Column("digest", sa.Text(), nullable=True),
        sa.Column("commit", sa.String(length=64), nullable=True),
        sa.Column("since", sa.BigInteger(), nullable=True),
        sa.Column("author", sa.Text(), nullable=True),
        sa.Column("action", sa.String(length=20), nullable=True),
        sa.Column("behind", sa.String(length=80), nullable=True),
        sa.Column("behind_by", sa.Integer(), nullable=True),
        sa.Column("ahead", sa.String(length=80), nullable=True),
        sa.Column("ahead_by", sa.Integer(), nullable=True),
        sa.Column("pin_since", sa.Text(), nullable=True),
        sa.Column("pin_by", sa.Text(), nullable=True),
        sa.Column("pin_reason", sa.Text(), nullable=True),
        sa.Column("problem", sa.Text(), nullable=True),
        sa.Column("request", sa.Text(), nullable=True),
        sa.Column("request_since", sa.BigInteger(), nullable=True),
        sa.Column("live_sync", sa.String(length=80), nullable=True),
        sa.Column("live_health", sa.String(length=80), nullable=True),
        sa.Column("live_revision", sa.Text(), nullable=True),
        sa.Column("live_images", sa.Text(), nullable=True),
        sa.Column("live_url", sa.Text(), nullable=True),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("app", "environment", name="pk_cells"),
    )
    op.create_index("ix_cells_environment", "cells", ["environment", "app"])
    op.create_index("ix_cells_version", "cells", ["version"])

    op.create_table(
        "changes",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("apps", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_changes"),
    )
    op.create_table(
        "declarations",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("app", sa.String(length=80), nullable=False),
        sa.Column("environment", sa.String(length=80), nullable=False),
        sa.Column("commit", sa.String(length=200), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("origin", sa.String(length=64), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_declarations"),
        sa.UniqueConstraint("kind", "app", "environment", "commit", "origin", name="uq_declarations_kind"),
    )
    op.create_table(
        "deliveries",
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_deliveries"),
    )
    op.create_index("ix_deliveries_at", "deliveries", ["at"])

    op.create_table(
        "environments",
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("production", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_environments"),
    )
    op.create_table(
        "events",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("app", sa.String(length=80), nullable=False),
        sa.Column("environment", sa.String(length=80), nullable=False),
        sa.Column("commit", sa.String(length=64), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("action", sa.String(length=20), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("tag", sa.Text(), nullable=True),
        sa.Column("digest", sa.Text(), nullable=True),
        sa.Column("before_tag", sa.Text(), nullable=True),
        sa.Column("before_digest", sa.Text(), nullable=True),
        sa.Column("pin", sa.Text(), nullable=True),
        sa.Column("before_pin", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("origin", sa.String(length=64), nullable=False),
        sa.Column("origin_author", sa.Text(), nullable=False),
        sa.Column("build", sa.Text(), nullable=True),
        sa.Column("build_number", sa.BigInteger(), nullable=True),
        sa.Column("source", sa.Text(), nullable=True),
        sa.Column("base", sa.Boolean(), nullable=False),
        sa.Column("image_changed", sa.Boolean(), nullable=False),
        sa.Column("running", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_events"),
        sa.UniqueConstraint("app", "environment", "commit", name="uq_events_app"),
    )
    op.create_index("ix_events_action", "events", ["action", "at", "id"])
    op.create_index("ix_events_app", "events", ["app", "at", "id"])
    op.create_index("ix_events_at", "events", ["at", "id"])
    op.create_index("ix_events_author", "events", ["author", "at", "id"])
    op.create_index("ix_events_before_tag", "events", ["before_tag"])
    op.create_index("ix_events_build_number", "events", ["build_number"])
    op.create_index("ix_events_cell", "events", ["app", "environment", "at"])
    op.create_index("ix_events_digest", "events", ["app", "digest", "id"])
    op.create_index("ix_events_environment", "events", ["environment", "at", "id"])
    op.create_index("ix_events_order", "events", ["app", "environment", "id"])
    op.create_index("ix_events_origin_author", "events", ["origin_author", "at", "id"])
    op.create_index("ix_events_release", "events", ["app", "tag", "id"])
    named = sa.text("source IS NOT NULL")
    op.create_index(
        "ix_events_sourced",
        "events",
        ["app", "environment", "id"],
        postgresql_where=named,
        sqlite_where=named,
    )
    for name in ("build", "commit", "origin", "source", "tag"):
        op.create_index(f"ix_events_{name}", "events", [name], postgresql_ops={name: "varchar_pattern_ops"})

    op.create_table(
        "incidents",
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("app", sa.String(length=80), nullable=False),
        sa.Column("environment", sa.String(length=80), nullable=False),
        sa.Column("commit", sa.String(length=64), nullable=True),
        sa.Column("opened", sa.BigInteger(), nullable=False),
        sa.Column("resolved", sa.BigInteger(), nullable=True),
        sa.Column("url", sa.Text(), nullable=True),
        sa.Column("title", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_incidents"),
    )
    op.create_table(
        "people",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("folded", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_people"),
    )
    op.create_index("ix_people_folded", "people", ["folded"])

    op.create_table(
        "requests",
        sa.Column("number", sa.String(length=80), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("environment", sa.String(length=80), nullable=False),
        sa.Column("apps", sa.JSON(), nullable=False),
        sa.Column("moves", sa.JSON(), nullable=False),
        sa.Column("author", sa.Text(), nullable=True),
        sa.Column("created", sa.BigInteger(), nullable=True),
        sa.Column("seen", sa.BigInteger(), nullable=False),
        sa.Column("draft", sa.Boolean(), nullable=True),
        sa.Column("reviewers", sa.JSON(), nullable=True),
        sa.Column("approvers", sa.JSON(), nullable=True),
        sa.Column("decision", sa.String(length=20), nullable=True),
        sa.Column("checks", sa.String(length=20), nullable=True),
        sa.Column("ready", sa.Boolean(), nullable=True),
        sa.Column("mergeable", sa.Boolean(), nullable=True),
        sa.PrimaryKeyConstraint("number", name="pk_requests"),
    )
    op.create_table(
        "source_commits",
        sa.Column("app", sa.String(length=80), nullable=False),
        sa.Column("before", sa.String(length=64), nullable=False),
        sa.Column("after", sa.String(length=64), nullable=False),
        sa.Column("commit", sa.String(length=64), nullable=False),
        sa.Column("seconds", sa.BigInteger(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("app", "before", "after", "commit", name="pk_source_commits"),
    )
    op.create_index("ix_source_commits_range", "source_commits", ["app", "after", "before"])
    op.create_index(
        "ix_source_commits_commit", "source_commits", ["commit"], postgresql_ops={"commit": "varchar_pattern_ops"}
    )

    op.create_table(
        "source_ranges",
        sa.Column("app", sa.String(length=80), nullable=False),
        sa.Column("before", sa.String(length=64), nullable=False),
        sa.Column("after", sa.String(length=64), nullable=False),
        sa.Column("unknown", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("app", "before", "after", name="pk_source_ranges"),
    )
    op.create_index("ix_source_ranges_after", "source_ranges", ["app", "after"])

    op.create_table(
        "sources",
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("cursor", sa.String(length=64), nullable=True),
        sa.Column("heard", sa.BigInteger(), nullable=True),
        sa.Column("asked", sa.BigInteger(), nullable=True),
        sa.Column("problem", sa.Text(), nullable=True),
        sa.Column("wanted", sa.BigInteger(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_sources"),
    )


def downgrade() -> None:
    """Drop the tables, with all that is in them."""
    op.drop_table("sources")
    op.drop_index("ix_source_ranges_after", "source_ranges")

    op.drop_table("source_ranges")
    op.drop_index("ix_source_commits_commit", "source_commits")
    op.drop_index("ix_source_commits_range", "source_commits")

    op.drop_table("source_commits")
    op.drop_table("requests")
    op.drop_index("ix_people_folded", "people")
    op.drop_table("people")
    op.drop_table("incidents")
    for name in ("build", "commit", "origin", "source", "tag"):
        op.drop_index(f"ix_events_{name}", "events")
    for name in (
        "sourced",
        "release",
        "origin_author",
        "order",
        "environment",
        "digest",
        "cell",
        "build_number",
        "before_tag",
        "author",
        "at",
        "app",
        "action",
    ):
        op.drop_index(f"ix_events_{name}", "events")

    op.drop_table("events")
    op.drop_table("environments")
    op.drop_index("ix_deliveries_at", "deliveries")

    op.drop_table("deliveries")
    op.drop_table("declarations")
    op.drop_table("changes")
    op.drop_index("ix_cells_version", "cells")
    op.drop_index("ix_cells_environment", "cells")

    op.drop_table("cells")
    op.drop_table("audit")
    op.drop_index("ix_apps_order", "apps")

    op.drop_table("apps")
