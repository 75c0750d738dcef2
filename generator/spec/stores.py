"""Read the stores of an app in AWS, and what they add to the app: variables, secrets, and rights of its role.

If the spec decides a name, its variable has a plain value, the same on EKS and on ECS. If AWS decides a value, such as
the address of a database, the variable has an output of the environment's Terraform: ``{infra.OUTPUT}``.

Built from data that has passed every check, so nothing here reports faults.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from generator.spec import aws_names, database
from generator.spec.plain_data import as_map, without_nulls

if TYPE_CHECKING:
    from generator.spec.infra import Infra

Data = Mapping[str, Any]

REGION: Final = "AWS_REGION"
# The outputs of a database; for a new database, only the values that AWS decides.
OUTPUTS: Final = ("host", "port", "username", "dbname", "secret")
DECIDED: Final = ("host", "secret")
# The only part that is a secret.
PASSWORD: Final = "password"  # noqa: S105


@dataclass(frozen=True, slots=True)
class Statement:
    """Actions that a role may do, and their resources, in AWS' notation; ``{infra.OUTPUT}`` is a value of Terraform."""

    sid: str
    actions: tuple[str, ...]
    resources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Grant:
    """The variables, secrets and rights that an app gets from its stores.

    Attributes:
        variables: Values by environment variable.
        secrets: Places in Secrets Manager, in the spec's notation, by environment variable.
        statements: What the app's role may do.
    """

    variables: Mapping[str, str] = field(default_factory=dict)
    secrets: Mapping[str, str] = field(default_factory=dict)
    statements: tuple[Statement, ...] = ()


@dataclass(frozen=True, slots=True)
class Where:
    """The place of an app's stores in AWS: project, environment, and the parts of ARNs."""

    project: str
    environment: str
    app: str
    region: str
    account: str
    partition: str

    def arn(self, service: str, rest: str) -> str:
        """Return the ARN of a service's resource in the region and the account."""
        return f"arn:{self.partition}:{service}:{self.region}:{self.account}:{rest}"

    @property
    def domain(self) -> str:
        """Return the domain of AWS' addresses in this partition."""
        return "amazonaws.com.cn" if self.partition == "aws-cn" else "amazonaws.com"


@dataclass(frozen=True, slots=True)
class Store:
    """One store of an app.

    Attributes:
        kind: The app's field that contains it.
        name: Its name in AWS.
        existing: Whether it exists already, so that Terraform only refers to it.
    """

    kind: str
    key: str
    name: str
    existing: bool
    given: Data


@dataclass(frozen=True, slots=True)
class _Kind:
    """A kind of store: functions for its names, its parts by variable, and an app's rights."""

    name: Callable[[Where, str], str]
    variables: Callable[[str, Data], Mapping[str, str]]
    parts: Callable[[Store, Where], Mapping[str, str]]
    statements: Callable[[Store, Where], Iterable[Statement]]


def _table_name(at: Where, key: str) -> str:
    return aws_names.table(at.project, at.environment, at.app, key)


def _bucket_name(at: Where, key: str) -> str:
    return aws_names.bucket(at.project, at.environment, at.app, key, at.account)


def _queue_name(at: Where, key: str) -> str:
    return aws_names.queue(at.project, at.environment, at.app, key)


def _named(store: Store, _at: Where) -> dict[str, str]:
    return {"name": store.name}


def _addresses(store: Store, at: Where) -> dict[str, str]:
    url = f"https://sqs.{at.region}.{at.domain}/{at.account}/{store.name}"
    return {"name": store.name, "url": url, "failedUrl": f"{url}{aws_names.FAILED}"}


_ITEMS: Final = (
    "dynamodb:BatchGetItem", "dynamodb:BatchWriteItem", "dynamodb:ConditionCheckItem", "dynamodb:DeleteItem",
    "dynamodb:DescribeTable", "dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Query", "dynamodb:Scan",
    "dynamodb:UpdateItem",
)  # fmt: skip
_OBJECTS: Final = ("s3:AbortMultipartUpload", "s3:DeleteObject", "s3:GetObject", "s3:PutObject")
_MESSAGES: Final = (
    "sqs:ChangeMessageVisibility", "sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:GetQueueUrl",
    "sqs:ReceiveMessage", "sqs:SendMessage",
)  # fmt: skip


def _database_name(at: Where, key: str) -> str:
    return aws_names.database(at.project, at.environment, at.app, key)


def output(app: str, key: str, what: str) -> str:
    """Return the name of a Terraform output about an app's database."""
    return f"database_{app}_{key}_{what}".replace("-", "_")


def _addressed(store: Store, at: Where) -> dict[str, str]:
    """Return the parts of a database. The URI has no password, because AWS changes the password."""
    given = {what: f"{{infra.{output(at.app, store.key, what)}}}" for what in OUTPUTS}
    own = (
        {} if store.existing else {"port": str(database.PORT), **dict.fromkeys(("username", "dbname"), database.OWNER)}
    )
    host, port, user, name, secret = {**given, **own}.values()
    place = f"{host}:{port}/{name}"
    return {
        "uri": f"postgresql://{user}@{place}?sslmode=require",
        "jdbc-uri": f"jdbc:postgresql://{place}?sslmode=require&user={user}",
        **{**given, **own},
        PASSWORD: f"{secret}#password",
    }


def _of_database(store: Store, at: Where) -> Iterator[Statement]:
    secret = f"{{infra.{output(at.app, store.key, 'secret')}}}"
    yield Statement(_sid("Password", store), ("secretsmanager:GetSecretValue",), (secret,))


def indexes(given: Data) -> dict[str, Data]:
    """Return the indexes of a table, without those that an environment takes out."""
    found = as_map(given.get("indexes"))
    return {name: without_nulls(as_map(about)) for name, about in found.items() if about is not None}


def _of_table(store: Store, at: Where) -> Iterator[Statement]:
    table = at.arn("dynamodb", f"table/{store.name}")
    yield Statement(_sid("Table", store), _ITEMS, (table,))
    # What exists may have indexes, too. They hold nothing that the table does not.
    if store.existing or indexes(store.given):
        yield Statement(_sid("Indexes", store), ("dynamodb:Query", "dynamodb:Scan"), (f"{table}/index/*",))


def _of_bucket(store: Store, at: Where) -> Iterator[Statement]:
    arn = f"arn:{at.partition}:s3:::{store.name}"
    yield Statement(_sid("List", store), ("s3:ListBucket",), (arn,))
    yield Statement(_sid("Objects", store), _OBJECTS, (f"{arn}/*",))


def _of_queue(store: Store, at: Where) -> Iterator[Statement]:
    yield Statement(_sid("Queue", store), _MESSAGES, (at.arn("sqs", store.name),))


def _sid(what: str, store: Store) -> str:
    """Return the id of a policy statement: letters and digits from the store's kind and name."""
    return what + "".join(part.title() for part in store.key.split("-"))


def _usual(ending: str, part: str) -> Callable[[str, Data], Mapping[str, str]]:
    """Return a function that makes the default variables of a store, from the store's name."""
    return lambda key, given: given.get("variables") or {f"{key.upper().replace('-', '_')}{ending}": part}


KINDS: Final[Mapping[str, _Kind]] = {
    "databases": _Kind(_database_name, database.variables_of, _addressed, _of_database),
    "tables": _Kind(_table_name, _usual("_TABLE", "name"), _named, _of_table),
    "buckets": _Kind(_bucket_name, _usual("_BUCKET", "name"), _named, _of_bucket),
    "queues": _Kind(_queue_name, _usual("_QUEUE_URL", "url"), _addresses, _of_queue),
}


def where(infra: Infra, environment: str, app: str) -> Where:
    """Return the place of an app's stores in an environment."""
    place = infra.places[environment]
    return Where(infra.project, environment, app, place.region, place.account, infra.partition)


def stores(given: Data, at: Where) -> Iterator[Store]:
    """Yield the stores of an app, from its data in an environment."""
    for kind, about in KINDS.items():
        for key, own in (given.get(kind) or {}).items():
            said = without_nulls(own or {})
            if kind == "databases" and said.get("in") != database.RDS:
                continue
            existing = said.get("existing")
            yield Store(kind, key, existing or about.name(at, key), bool(existing), said)


def grant(given: Data, at: Where) -> Grant:
    """Return the variables, secrets and rights that an app gets from its stores."""
    found = list(stores(given, at))
    variables = {REGION: at.region} if found else {}
    secrets: dict[str, str] = {}
    for store in found:
        parts = KINDS[store.kind].parts(store, at)
        for name, part in variables_of(store).items():
            (secrets if part == PASSWORD else variables)[name] = parts[part]
    statements = tuple(one for store in found for one in KINDS[store.kind].statements(store, at))
    return Grant(variables, secrets, statements)


def variables_of(store: Store) -> Mapping[str, str]:
    """Return the parts of a store by variable: as in the spec, or else with names made from the store's name."""
    return KINDS[store.kind].variables(store.key, store.given)


def names(given: Data) -> list[str]:
    """Return the names of variables that an app gets from its stores in AWS. The data may still have faults."""
    kinds = {kind: as_map(given.get(kind)) for kind in KINDS if kind != "databases"}
    found = ((KINDS[kind], key, as_map(about)) for kind, stores in kinds.items() for key, about in stores.items())
    return [REGION, *(name for kind, key, about in found for name in kind.variables(key, about))]


def granted(given: Data, infra: Infra, environment: str | None, app: str) -> Data:
    """Return an app's data with the variables and secrets from its stores; for the base, without them.

    The app's own variables take precedence, for example one with another region.
    """
    if environment is None:
        return given
    own_grant = grant(given, where(infra, environment, app))
    env = given.get("env") or {}
    own = env if isinstance(env, Mapping) else {item.get("name") for item in env}
    known = {*own, *(given.get("config") or {}), *(given.get("secrets") or {})}
    added = {name: value for name, value in own_grant.variables.items() if name not in known}
    if own_grant.secrets:
        given = {**given, "secrets": {**own_grant.secrets, **(given.get("secrets") or {})}}
    if isinstance(env, Mapping):
        return {**given, "env": {**added, **env}}
    return {**given, "env": [*({"name": name, "value": value} for name, value in added.items()), *env]}
