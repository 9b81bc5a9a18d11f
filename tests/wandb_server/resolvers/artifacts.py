"""Answers about artifacts: a version is made, given its manifest and files, committed, found again and used."""

from dataclasses import dataclass, field

from wandb_server.resolvers.registry import page, resolves
from wandb_server.store import now, storage_id


@dataclass(kw_only=True)
class Sequence:
    """A collection of the versions of one artifact."""

    project: object
    name: str
    kind: str
    created_at: str = field(default_factory=now)
    versions: list = field(default_factory=list)

    @property
    def id(self):
        return storage_id("ArtifactSequence", self.project.entity_name, self.project.name, self.name)

    @property
    def latest_artifact(self):
        committed = [version for version in self.versions if version.state == "COMMITTED"]
        return committed[-1] if committed else None

    def aliased(self, alias):
        """Return the version of an alias, or of a number such as v0; None where there is none."""
        return next((one for one in self.versions if alias in one.names), None)


@dataclass(kw_only=True)
class Artifact:
    """One version."""

    sequence: Sequence
    version_index: int
    given: dict
    run: object = None
    state: str = "PENDING"
    created_at: str = field(default_factory=now)
    alias_names: list = field(default_factory=list)
    manifest: str | None = None
    files: dict = field(default_factory=dict)

    @property
    def id(self):
        return storage_id("Artifact", self.sequence.id, self.version_index)

    @property
    def names(self):
        return [*self.alias_names, f"v{self.version_index}", self.given["digest"]]


def _type(name):
    return {"id": f"type-{name}", "name": name, "createdAt": now()}


def _artifact(info, identity):
    """Return the version of an id: the service's own, or the one the client gave it."""
    found = info.context.store.artifacts
    return next((one for one in found if identity in {one.id, one.given.get("clientID")}), None)


@resolves("ArtifactCollection.__type__")
def kind_of_collection(*_):
    return "ArtifactSequence"


@resolves("ArtifactCreator.__type__")
def kind_of_creator(*_):
    return "Run"


@resolves("Query.artifact")
def artifact(_, info, id):  # noqa: A002 - the service's name
    return _artifact(info, id)


@resolves("Query.clientIDMapping")
def client_id_mapping(_, info, clientID):  # noqa: N803 - the service's name
    found = _artifact(info, clientID)
    return found and {"serverID": found.id}


@resolves("Project.artifact")
def artifact_of_project(source, info, name):
    found = membership_by_name(source, info, name)
    return found and found["artifact"]


@resolves("Project.artifactType")
def artifact_type(source, info, name):
    return _type(name) | {"project": source}


@resolves("Project.artifactTypes")
def artifact_types(source, info, after=None, first=None):
    kinds = sorted({sequence.kind for sequence in source.collections.values()})
    return page([_type(kind) for kind in kinds], after=after, first=first)


@resolves("Project.artifactCollection")
def artifact_collection(source, info, name):
    return source.collections.get(name)


@resolves("ArtifactType.artifactCollection")
def artifact_collection_of_type(source, info, name):
    return source["project"].collections.get(name)


@resolves("Project.artifactCollectionMembership")
def membership_by_name(source, info, name):
    collection, _, alias = name.partition(":")
    return _membership(source.collections.get(collection), alias or "latest")


@resolves("ArtifactSequence.artifactMembership")
def membership_by_alias(source, info, aliasName):  # noqa: N803 - the service's name
    return _membership(source, aliasName)


def _membership(sequence, alias):
    found = sequence.aliased(alias) if sequence else None
    if found is None:
        return None
    return {
        "id": f"member-{found.id}",
        "versionIndex": found.version_index,
        "createdAt": found.created_at,
        "aliases": _aliases(found),
        "artifactCollection": sequence,
        "artifact": found,
    }


@resolves("Run.outputArtifacts")
def output_artifacts(source, info, after=None, first=None):
    return page(source.logged, after=after, first=first)


@resolves("Run.inputArtifacts")
def input_artifacts(source, info, after=None, first=None):
    return page(source.used, after=after, first=first)


@resolves("ArtifactSequence.defaultArtifactType")
def type_of_sequence(source, info):
    return _type(source.kind)


@resolves("ArtifactSequence.digestAlgorithm", "Artifact.digestAlgorithm")
def digest_algorithm(*_):
    return "MANIFEST_MD5"


@resolves("Artifact.artifactSequence")
def sequence_of(source, info):
    return source.sequence


@resolves("Artifact.artifactType")
def type_of_artifact(source, info):
    return _type(source.sequence.kind)


@resolves("Artifact.description", "Artifact.metadata", "Artifact.digest", "Artifact.historyStep")
def as_given(source, info):
    return source.given.get(info.field_name)


@resolves("Artifact.ttlDurationSeconds")
def ttl_duration_seconds(*_):
    return -2  # how the service says that nothing was set


@resolves("Artifact.ttlIsInherited")
def ttl_is_inherited(*_):
    return True


@resolves("Artifact.tags")
def tags(source, info):
    return [{"id": f"tag-{one['tagName']}", "name": one["tagName"]} for one in source.given.get("tags") or ()]


@resolves("Artifact.size")
def size(source, info):
    return sum(len(info.context.store.blobs.get(key, b"")) for key in source.files.values())


@resolves("Artifact.fileCount")
def file_count(source, info):
    return len(source.files)


@resolves("Artifact.aliases")
def aliases(source, info):
    return _aliases(source)


def _aliases(source):
    names = source.alias_names
    return [{"id": f"alias-{name}", "alias": name, "artifactCollection": source.sequence} for name in names]


@resolves("Artifact.currentManifest")
def current_manifest(source, info):
    return source.manifest and {"id": source.id, "file": info.context.file("manifest.json", source.manifest)}


@resolves("Artifact.createdBy")
def created_by(source, info):
    return source.run


@resolves("Artifact.usedBy")
def used_by(source, info):
    return {"edges": [{"node": run} for run in info.context.store.runs() if source in run.used]}


@resolves("Artifact.files")
def files(source, info, names=None, after=None, first=None):
    found = [info.context.file(name, key) for name, key in source.files.items() if not names or name in names]
    return page(found, after=after, first=first)


@resolves("ArtifactCollectionMembership.files")
def files_of_membership(source, info, names=None, after=None, first=None):
    return files(source["artifact"], info, names, after, first)


@resolves("Artifact.filesByManifestEntries")
def files_by_manifest_entries(source, info, entries=None, **_):
    return files(source, info, [entry["path"] for entry in entries or ()])


@resolves("Mutation.createArtifact")
def create_artifact(_, info, input):  # noqa: A002 - the service's name
    store = info.context.store
    [name] = input.get("artifactCollectionNames") or [input.get("artifactCollectionName")]
    project = store.project(input["entityName"], input["projectName"], create=True)
    kind = input["artifactTypeName"]
    sequence = project.collections.setdefault(name, Sequence(project=project, name=name, kind=kind))
    run = project.runs.get(input.get("runName"))
    known = next((one for one in sequence.versions if one.given["digest"] == input["digest"]), None)
    made = known or Artifact(sequence=sequence, version_index=len(sequence.versions), given=input, run=run)
    if not known:
        sequence.versions.append(made)
        store.artifacts.append(made)
    _move_aliases(sequence, made, [one["alias"] for one in input.get("aliases") or ()])
    if run and made not in run.logged:
        run.logged.append(made)
    return {"artifact": made}


def _move_aliases(sequence, made, names):
    """Give a version its aliases; an alias belongs to one version of a collection."""
    for one in sequence.versions:
        one.alias_names = [name for name in one.alias_names if name not in names]
    made.alias_names += names


@resolves("Mutation.createArtifactManifest")
def create_artifact_manifest(_, info, input):  # noqa: A002 - the service's name
    made = _artifact(info, input["artifactID"])
    made.manifest = f"manifests/{made.id}"
    return {"artifactManifest": current_manifest(made, info)}


@resolves("Mutation.updateArtifactManifest")
def update_artifact_manifest(_, info, input):  # noqa: A002 - the service's name
    made = _artifact(info, input["artifactManifestID"])
    made.manifest = f"manifests/{made.id}"
    return {"artifactManifest": current_manifest(made, info)}


@resolves("Mutation.createArtifactFiles")
def create_artifact_files(_, info, input):  # noqa: A002 - the service's name
    made = []
    for given in input["artifactFiles"]:
        owner = _artifact(info, given["artifactID"])
        owner.files[given["name"]] = f"artifacts/{owner.id}/{given['name']}"
        made.append(info.context.file(given["name"], owner.files[given["name"]]) | {"artifact": owner})
    return {"files": page(made)}


@resolves("Mutation.commitArtifact")
def commit_artifact(_, info, input):  # noqa: A002 - the service's name
    made = _artifact(info, input["artifactID"])
    made.state = "COMMITTED"
    return {"artifact": made}


@resolves("Mutation.useArtifact")
def use_artifact(_, info, input):  # noqa: A002 - the service's name
    found = _artifact(info, input["artifactID"])
    run = info.context.store.run(input["entityName"], input["projectName"], input["runName"])
    if found not in run.used:
        run.used.append(found)
    return {"artifact": found}


@resolves("Mutation.updateArtifact")
def update_artifact(_, info, input):  # noqa: A002 - the service's name
    made = _artifact(info, input["artifactID"])
    made.given = made.given | {key: input[key] for key in ("description", "metadata") if input.get(key) is not None}
    if input.get("aliases") is not None:
        _move_aliases(made.sequence, made, [one["alias"] for one in input["aliases"]])
    return {"artifact": made}
