"""What the loopback Hub holds: repositories with commits, LFS objects, and the faults to come."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field

TOKEN = "hf_tests"

Files = dict[str, bytes]


@dataclass
class Repository:
    """Commits by hash, each with all its files; branches and tags point to them."""

    id: str
    kind: str
    private: bool
    commits: dict[str, Files] = field(default_factory=dict)
    refs: dict[str, str] = field(default_factory=dict)

    def commit(self, files: Files, branch: str = "main") -> str:
        """Put `files` on top of the branch as a new commit; returns its hash."""
        oid = hashlib.sha1(f"{self.id} {len(self.commits)}".encode()).hexdigest()
        self.commits[oid] = files
        self.refs[branch] = oid
        return oid

    def resolve(self, revision: str) -> str | None:
        """The commit of a branch, a tag or a commit."""
        return self.refs.get(revision) or (revision if revision in self.commits else None)

    @property
    def files(self) -> Files:
        """The files of main."""
        return self.commits[self.refs["main"]]


@dataclass
class Fault:
    """What happens to the next `times` requests whose "METHOD path" contains `request`."""

    request: str
    times: int
    status: int = 0  # answer with this status
    sent: int | None = None  # break off after so many bytes of the body
    damage: bool = False  # send other bytes of the same length
    drop: bool = False  # close the connection without an answer
    seconds: float = 0.0  # answer late


@dataclass
class Hub:
    """What the server holds, what it was asked, and how it fails when told to."""

    endpoint: str = ""
    repositories: dict[str, Repository] = field(default_factory=dict)
    large: dict[str, bytes] = field(default_factory=dict)  # LFS objects by SHA-256
    refusing: bool = False
    requests: list[str] = field(default_factory=list)
    ranges: list[str] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)

    def add(
        self, id: str, files: Mapping[str, bytes], *, kind: str = "model", private: bool = False
    ) -> Repository:
        """A repository with one commit."""
        repository = self.repositories[id] = Repository(id, kind, private)
        repository.commit(dict(files))
        return repository

    def fail(
        self,
        request: str,
        *,
        status: int = 0,
        sent: int | None = None,
        damage: bool = False,
        drop: bool = False,
        seconds: float = 0.0,
        times: int = 1,
    ) -> None:
        """Let requests fail as `Fault` says."""
        self.faults.append(Fault(request, times, status, sent, damage, drop, seconds))

    def next_fault(self, request: str) -> Fault | None:
        """The fault that this request meets, used up by one."""
        for fault in self.faults:
            if fault.request in request and fault.times > 0:
                fault.times -= 1
                return fault
        return None
