"""Entries of the fields of an app's databases."""

from __future__ import annotations

from typing import Final

from generator.spec import database
from generator.spec.reference.entry import Entry

_RDS: Final = "The module `database` of each environment in `infra/environments/`, and what the app's role may do."
_ONE: Final = "apps.<app>.databases.<name>"
_SPEC: Final = "Cluster spec"
_STORE: Final = "ObjectStore spec"
_ENV: Final = "Deployment spec.template.spec.containers[].env"
DATABASE: Final[dict[str, Entry]] = {
    "apps.<app>.databases": Entry(
        "databases:\n"
        "  main:\n"
        "    engine: postgres\n"
        '    version: "18"\n'
        "    size: 20Gi\n"
        "    storageClassName: gp3\n"
        "    instances: 3\n"
        "    resources: {requests: {cpu: 200m, memory: 512Mi}, limits: {memory: 512Mi}}\n"
        "    parameters: {max_connections: 200}\n"
        "    variables: {DATABASE_URL: uri, PGHOST: host}\n"
        "    backup:\n"
        "      bucket: s3://acme-backups/shop/{environment}\n"
        '      schedule: "30 2 * * *"\n'
        "      retention: 14d\n"
        "      role: arn:aws:iam::123456789012:role/shop-backups\n"
        "    pooler: {instances: 2, mode: transaction, parameters: {max_client_conn: 500}}\n"
        "  archive: {image: 'ghcr.io/cloudnative-pg/postgresql:16.9'}\n"
        "  ledger: {in: rds, class: db.t4g.small, storage: 50, multiAz: true, backupDays: 14, rotation: 30}\n"
        "  history: {in: rds, existing: shop-history, variables: {PGHOST_OLD: host, PGPASSWORD_OLD: password}}",
        unset="none",
        kubernetes=("Cluster spec", "ObjectStore spec", "ScheduledBackup spec", "Pooler spec"),
    ),
    f"{_ONE}.in": Entry(unset="the cluster", effect=_RDS),
    f"{_ONE}.class": Entry(default=database.DEFAULT_CLASS, effect=_RDS),
    f"{_ONE}.storage": Entry(default=str(database.DEFAULT_STORAGE), effect=_RDS),
    f"{_ONE}.multiAz": Entry(default="false", effect=_RDS),
    f"{_ONE}.backupDays": Entry(default=str(database.DEFAULT_BACKUP_DAYS), effect=_RDS),
    f"{_ONE}.rotation": Entry(unset="AWS' own seven days", effect=_RDS),
    f"{_ONE}.existing": Entry(unset="none: one is made", effect=_RDS),
    f"{_ONE}.engine": Entry(default="postgres", kubernetes=("Cluster spec",)),
    f"{_ONE}.version": Entry(default=f'"{database.DEFAULT_VERSION}"', kubernetes=(f"{_SPEC}.imageName",)),
    f"{_ONE}.image": Entry(unset=f"`{database.IMAGES}` of the `version`", kubernetes=(f"{_SPEC}.imageName",)),
    f"{_ONE}.size": Entry(default=database.DEFAULT_SIZE, kubernetes=(f"{_SPEC}.storage.size",)),
    f"{_ONE}.storageClassName": Entry(unset="the cluster's default", kubernetes=(f"{_SPEC}.storage.storageClass",)),
    f"{_ONE}.instances": Entry(default="1", kubernetes=(f"{_SPEC}.instances",)),
    f"{_ONE}.resources": Entry(unset="none", kubernetes=(f"{_SPEC}.resources",)),
    f"{_ONE}.parameters": Entry(
        unset="PostgreSQL's and CloudNativePG's own", kubernetes=(f"{_SPEC}.postgresql.parameters",)
    ),
    f"{_ONE}.variables": Entry(
        unset="`DATABASE_URL: uri` of the database `main`, `NAME_DATABASE_URL: uri` of another one; of RDS also "
        "`DATABASE_SECRET: secret`",
        kubernetes=(_ENV,),
    ),
    f"{_ONE}.backup": Entry(unset="none", kubernetes=("ObjectStore spec", "ScheduledBackup spec", f"{_SPEC}.plugins")),
    f"{_ONE}.backup.bucket": Entry(kubernetes=(f"{_STORE}.configuration.destinationPath",)),
    f"{_ONE}.backup.schedule": Entry(
        default=f'"{database.DEFAULT_SCHEDULE}"', kubernetes=("ScheduledBackup spec.schedule",)
    ),
    f"{_ONE}.backup.retention": Entry(default=database.DEFAULT_RETENTION, kubernetes=(f"{_STORE}.retentionPolicy",)),
    f"{_ONE}.backup.role": Entry(
        unset="that of the pods by EKS Pod Identity",
        kubernetes=(f"{_SPEC}.serviceAccountTemplate.metadata.annotations",),
    ),
    f"{_ONE}.pooler": Entry(unset="none", kubernetes=("Pooler spec",)),
    f"{_ONE}.pooler.instances": Entry(default="1", kubernetes=("Pooler spec.instances",)),
    f"{_ONE}.pooler.mode": Entry(default="session", kubernetes=("Pooler spec.pgbouncer.poolMode",)),
    f"{_ONE}.pooler.parameters": Entry(
        unset="PgBouncer's and CloudNativePG's own", kubernetes=("Pooler spec.pgbouncer.parameters",)
    ),
}
