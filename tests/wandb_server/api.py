"""The GraphQL side: a query is checked against our own description of the service before anything answers it."""

import functools
from dataclasses import dataclass, field
from pathlib import Path

from graphql import GraphQLError, OperationDefinitionNode, build_schema, execute_sync, parse, validate

from wandb_server.filters import FilterError
from wandb_server.resolvers import FIELDS
from wandb_server.resolvers.registry import attribute
from wandb_server.store import Store, storage_id

SCHEMA = Path(__file__).parent / "schema"


@dataclass(kw_only=True)
class Context:
    """What resolvers know: the store, where the server is reached, and who is asking."""

    store: Store
    url: str
    entity: str
    features: tuple = ()
    teams: list = field(default_factory=list)

    def viewer(self):
        teams = [{"node": {"id": f"entity-{name}", "name": name}} for name in [self.entity, *self.teams]]
        return {
            "id": f"user-{self.entity}",
            "name": self.entity,
            "username": self.entity,
            "email": f"{self.entity}@example.org",
            "entity": self.entity,
            "admin": False,
            "flags": "{}",
            "apiKeys": {"edges": []},
            "teams": {"edges": teams},
        }

    def address(self, key):
        """Return the address at which the bytes of a key are got and put."""
        return f"{self.url}/storage/{key}"

    def store_blob(self, key, data):
        """Keep bytes under a key and return their address."""
        self.store.blobs[key] = data
        return self.address(key)

    def file(self, name, key):
        """Return a file as the service tells of it."""
        address = self.address(key)
        return {
            "id": storage_id("File", key),
            "name": name,
            "displayName": name,
            "directUrl": address,
            "uploadUrl": address,
            "uploadHeaders": [],
            "sizeBytes": len(self.store.blobs.get(key, b"")),
            "storagePath": key,
        }


@functools.cache
def schema():
    """Return the schema with every resolver in its place."""
    text = "\n".join(path.read_text(encoding="utf-8") for path in sorted(SCHEMA.glob("*.graphql")))
    built = build_schema(text)
    for name, function in FIELDS.items():
        kind, name_of_field = name.split(".")
        if name_of_field == "__type__":
            built.type_map[kind].resolve_type = function
        else:
            built.type_map[kind].fields[name_of_field].resolve = function
    return built


@functools.lru_cache(maxsize=512)
def understood(query):
    """Return (document, operation's name, errors) of a query's text."""
    try:
        document = parse(query)
    except GraphQLError as error:
        return None, "", (error,)
    names = [
        node.name.value for node in document.definitions if isinstance(node, OperationDefinitionNode) and node.name
    ]
    return document, names[0] if names else "", tuple(validate(schema(), document))


def execute(request, context):
    """Answer one request as (status, body); a query or a variable that the schema does not know is answered 400."""
    document, _, errors = understood(request.get("query", ""))
    if errors:
        return _refused(errors)
    with context.store.lock:
        result = execute_sync(
            schema(),
            document,
            context_value=context,
            variable_values=request.get("variables") or {},
            operation_name=request.get("operationName") or None,
            field_resolver=attribute,
        )
    if result.errors and result.data is None and not result.errors[0].path:
        return _refused(result.errors)
    for error in result.errors or ():
        if error.original_error and not isinstance(error.original_error, FilterError | GraphQLError):
            raise error.original_error
    return 200, result.formatted


def _refused(errors):
    return 400, {"errors": [{"message": error.message} for error in errors]}
