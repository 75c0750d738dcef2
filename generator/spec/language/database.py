"""Define an app's own database in the cluster."""

from __future__ import annotations

from typing import Final

from generator.spec import patterns, shapes
from generator.spec.language.names import STORE_NAME, VARIABLE
from generator.spec.types import Boolean, Choice, Field, Integer, MapOf, Record, Scalar, Text

# The keys of the Secret that CloudNativePG makes.
PARTS: Final = ("uri", "host", "port", "username", "password", "dbname", "jdbc-uri", "secret")
_FIELD: Final = r"(?:\*|[0-9*/,-]{1,40}|[A-Za-z]{3}(?:[,-][A-Za-z]{3})*)"
SCHEDULE: Final = Text("a schedule", rf"{_FIELD}(?: {_FIELD}){{4}}", 120, 'five fields as in cron, like "0 3 * * *"')
_SIZE: Final = Text("a size", r"[1-9][0-9]*(?:Mi|Gi|Ti)", 20, "like 10Gi")
_CLASS: Final = Text("the name of a StorageClass", patterns.SUBDOMAIN, 253, "like gp3")
BACKUP: Final = Record(
    {
        "bucket": Field(
            Text(
                "a bucket and a path",
                r"s3://[a-z0-9](?:[a-z0-9.-]*[a-z0-9])(?:/[A-Za-z0-9._{}-]+)*/?",
                400,
                "like s3://acme-backups/shop/{environment}",
            ),
            "Where backups and the log of changes go. `{environment}` stands for the environment's name.",
            required=True,
        ),
        "schedule": Field(SCHEDULE, "When a backup is made."),
        "retention": Field(
            Text("days, weeks or months", r"[1-9][0-9]*[dwm]", 10, "like 30d, 4w or 6m"), "How long backups are kept."
        ),
        "role": Field(
            Text(
                "a role's ARN",
                r"arn:aws[a-z-]*:iam::[0-9]{12}:role/[A-Za-z0-9+=,.@_/{}-]+",
                300,
                "like arn:aws:iam::123456789012:role/shop-backups",
            ),
            "The AWS role that writes backups, by IRSA. If it is left out, the pods need a role by EKS Pod Identity.",
        ),
    }
)
POOLER: Final = Record(
    {
        "instances": Field(Integer(1, 50), "The number of PgBouncer's pods."),
        "mode": Field(
            Choice(("session", "transaction")),
            "How long a client keeps a connection: for its session, or for one transaction.",
        ),
        "parameters": Field(MapOf(VARIABLE, Scalar()), "Settings of PgBouncer, such as `max_client_conn`."),
    }
)
DATABASE: Final = Record(
    {
        "in": Field(
            Choice(("cluster", "rds")),
            "Where it runs: in the cluster with CloudNativePG, or in RDS, which needs `infra`.",
        ),
        "engine": Field(Choice(("postgres",)), "What kind of database it is."),
        "version": Field(
            Text("a version of PostgreSQL", r"1[4-8](?:\.[0-9]{1,2})?", 5, 'from "14" to "18", in quotes'),
            "The version of PostgreSQL.",
        ),
        "image": Field(
            Text(
                "an image with its tag",
                r"[a-z0-9][a-z0-9._/:-]*:[A-Za-z0-9_][A-Za-z0-9_.-]*(?:@sha256:[0-9a-f]{64})?",
                400,
                "like ghcr.io/cloudnative-pg/postgresql:17.6",
            ),
            "The image of PostgreSQL, in place of CloudNativePG's own of that version.",
        ),
        "size": Field(_SIZE, "The size of each instance's volume. It can grow, but never shrink."),
        "storageClassName": Field(_CLASS, "The StorageClass of the volumes."),
        "instances": Field(Integer(1, 9), "The number of instances: the primary, and replicas that can take over."),
        "resources": Field(shapes.RESOURCES, "The requests and limits of each instance."),
        "parameters": Field(MapOf(VARIABLE, Scalar()), "Settings of PostgreSQL, such as `max_connections`."),
        "variables": Field(
            MapOf(VARIABLE, Choice(PARTS), least=1),
            "The environment variables of the app, each with its content: the URI, or a part of it.",
        ),
        "backup": Field(BACKUP, "Backups and the log of changes in S3, for a restore to any moment."),
        "pooler": Field(
            POOLER, "PgBouncer between the app and the database. Migrations connect directly to the database."
        ),
        "class": Field(
            Text("a class of RDS", r"db\.[a-z0-9]+\.[a-z0-9]+", 30, "like db.t4g.small"), "The class of RDS' instance."
        ),
        "storage": Field(
            Integer(20, 16384, "GiB"), "The size of RDS' storage in GiB. It grows to four times that by itself."
        ),
        "multiAz": Field(Boolean(), "Whether a second instance of RDS stands by in another zone."),
        "backupDays": Field(
            Integer(1, 35, "days"), "For how many days RDS keeps backups, for a restore to any moment."
        ),
        "rotation": Field(Integer(1, 1000, "days"), "After how many days AWS changes the password of RDS by itself."),
        "existing": Field(
            Text(
                "the identifier of an instance",
                r"[a-z](?:-?[a-z0-9])*",
                63,
                "its identifier alone, without the ARN or a host",
            ),
            "The identifier of an existing instance of RDS, instead of a new one.",
        ),
    }
)
DATABASES: Final = MapOf(STORE_NAME, DATABASE)
