"""Entries of the fields of an app's stores in AWS, beside databases."""

from __future__ import annotations

from typing import Final

from generator.spec.reference.entry import Entry

_ENV: Final = ("Deployment spec.template.spec.containers[].env",)
_TABLE: Final = "apps.<app>.tables.<name>"
_BUCKET: Final = "apps.<app>.buckets.<name>"
_QUEUE: Final = "apps.<app>.queues.<name>"
_MADE: Final = "none: one is made"
STORES: Final[dict[str, Entry]] = {
    "apps.<app>.tables": Entry(
        "tables:\n"
        "  carts: {key: id, sort: created, ttl: expires}\n"
        "  invoices:\n"
        "    key: id\n"
        "    indexes:\n"
        "      by-customer: {key: customer, sort: issued, attributes: [total]}\n"
        "      by-state: {key: state, attributes: []}\n"
        "  orders: {existing: orders-of-2019, variables: {ORDERS: name}}",
        unset="none",
        effect="The module `table` of each environment in `infra/environments/`, and what the app's role may do.",
    ),
    f"{_TABLE}.key": Entry(unset="needed, but with `existing`"),
    f"{_TABLE}.sort": Entry(unset="none"),
    f"{_TABLE}.ttl": Entry(unset="none: items stay"),
    f"{_TABLE}.indexes": Entry(
        unset="none", effect="Blocks of the table, and what the app's role may do: query and scan its indexes."
    ),
    f"{_TABLE}.indexes.<name>.key": Entry(unset="needed"),
    f"{_TABLE}.indexes.<name>.sort": Entry(unset="none"),
    f"{_TABLE}.indexes.<name>.attributes": Entry(unset="all attributes of the item"),
    f"{_TABLE}.existing": Entry(unset=_MADE),
    f"{_TABLE}.variables": Entry(unset="`NAME_TABLE: name`", kubernetes=_ENV),
    "apps.<app>.buckets": Entry(
        "buckets:\n  uploads: {variables: {UPLOADS: name}}\n  reports: {existing: acme-reports}",
        unset="none",
        effect="The module `bucket` of each environment in `infra/environments/`, and what the app's role may do.",
    ),
    f"{_BUCKET}.existing": Entry(unset=_MADE),
    f"{_BUCKET}.variables": Entry(unset="`NAME_BUCKET: name`", kubernetes=_ENV),
    "apps.<app>.queues": Entry(
        "queues:\n"
        "  mail: {visibility: 120, attempts: 3, variables: {MAIL_QUEUE: url, MAIL_FAILED: failedUrl}}\n"
        "  events: {existing: events}",
        unset="none",
        effect="The module `queue` of each environment in `infra/environments/`, and what the app's role may do.",
    ),
    f"{_QUEUE}.visibility": Entry(default="30"),
    f"{_QUEUE}.attempts": Entry(default="5"),
    f"{_QUEUE}.existing": Entry(unset=_MADE),
    f"{_QUEUE}.variables": Entry(unset="`NAME_QUEUE_URL: url`", kubernetes=_ENV),
}
