"""Packs of rules, and the engine that applies them to records.

    packs = proviso.compile("examples/first_pack")
    session = proviso.Engine(packs, allow_unsigned=True).session()
    decision = session.decide({"parcel_id": "A-1", "shipped_on": "2025-02-03", "region": "abroad", "value": "120.00"})
    for finding in decision.findings:
        print(finding.code, finding.because)

Threads: everything here may be used from any thread; calls on one session wait for each other, so open one a thread.
The interpreter's lock is free while packs are compiled and records decided. Numbers are exact: amounts come as
decimal.Decimal, and records may hold Decimal, date, int and str.
"""

from __future__ import annotations

import datetime
import decimal
import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Union

from . import _proviso
from ._proviso import PackSet, __version__

__all__ = [
    "Batch", "CompileError", "CompileMessage", "Decision", "Engine", "Error", "Finding", "PackSet", "Rejection",
    "Session", "Undetermined", "Watcher", "compile", "compile_texts", "load", "__version__",
]

Record = Union[Mapping[str, Any], str, bytes]
Path = Union[str, "os.PathLike[str]"]


class Error(Exception):
    """What went wrong. `code` is stable: invalid_argument, not_found, malformed, limit_exceeded ..."""

    def __init__(self, code: str, message: str, context: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.context = context


@dataclass(frozen=True)
class CompileMessage:
    severity: Literal["error", "warning", "note"]
    code: str  # "E0201"; empty for a test of the packs that failed
    path: str
    line: int  # from 1; 0: about no place
    column: int
    message: str
    text: str  # with the lines of the pack and what to do


class CompileError(Error):
    """Mistakes in packs; the text is what the command line shows, `messages` are the same one by one."""

    def __init__(self, text: str, messages: list[CompileMessage]) -> None:
        super().__init__("malformed", text)
        self.messages = messages


def _made(outcome: tuple[PackSet | None, str, list[tuple[Any, ...]]]) -> PackSet:
    packs, text, messages = outcome
    if packs is None:
        raise CompileError(text, [CompileMessage(*message) for message in messages])
    return packs


def compile(*paths: Path, run_tests: bool = True) -> PackSet:  # noqa: A001
    """Compiles files, and folders with every *.prv below them. Raises CompileError, also where a test in them fails."""
    return _made(_proviso.compile_paths([os.fspath(path) for path in paths], run_tests))


def compile_texts(texts: Mapping[str, str], run_tests: bool = True) -> PackSet:
    """The same of packs in memory, by the path that messages call them."""
    return _made(_proviso.compile_texts(list(texts.items()), run_tests))


def load(path: Path, keys: Path | None = None, allow_unsigned: bool = False) -> PackSet:
    """Loads a file that `proviso build -o` wrote, if a key of `keys` (a file, or a folder of files) signed it;
    `allow_unsigned`, for development, also takes sets without any signature."""
    return _proviso.load(os.fspath(path), "" if keys is None else os.fspath(keys), allow_unsigned)


@dataclass(frozen=True)
class Finding:
    code: str
    severity: Literal["violation", "warning", "notice"]
    on: str
    because: str
    rule: str
    sources: tuple[str, ...]
    remedy: str
    at_stake: decimal.Decimal | None  # None: not stated or not known
    shared: bool  # about a group: stands in each of its records


@dataclass(frozen=True)
class Undetermined:
    rule: str
    on: str
    missing: tuple[str, ...]


class Decision:
    """What was decided about one record. `json` is its canonical text: equal decisions are equal bytes."""

    __slots__ = ("json", "revision", "_data", "_key_field")

    def __init__(self, text: str, revision: int, key_field: str) -> None:
        self.json = text
        self.revision = revision
        self._key_field = key_field
        self._data: dict[str, Any] | None = None

    @property
    def data(self) -> dict[str, Any]:
        """Everything, as it stands in `json`: findings, decided, outputs by name ..."""
        if self._data is None:
            self._data = json.loads(self.json, parse_float=decimal.Decimal)
        return self._data

    @property
    def key(self) -> str:
        return self.data[self._key_field]

    @property
    def findings(self) -> list[Finding]:
        return [
            Finding(one["code"], one["severity"], one["on"], one.get("because", ""), one["rule"],
                    tuple(one.get("sources", ())), one.get("remedy", ""),
                    decimal.Decimal(one["at_stake"]) if isinstance(one.get("at_stake"), str) else None,
                    bool(one.get("shared", False)))
            for one in self.data["findings"]
        ]

    @property
    def undetermined(self) -> list[Undetermined]:
        return [Undetermined(one["rule"], one["on"], tuple(one["missing"])) for one in self.data["undetermined"]]

    @property
    def errors(self) -> list[dict[str, str]]:
        return self.data["errors"]

    @property
    def decided(self) -> dict[str, Any]:
        return self.data["decided"]

    @property
    def pack_set(self) -> str:
        """Digest of the pack set that decided."""
        return self.data["packs"]

    @property
    def unsigned(self) -> bool:
        return bool(self.data.get("unsigned", False))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Decision) and other.json == self.json

    def __hash__(self) -> int:
        return hash(self.json)

    def __repr__(self) -> str:
        return f"<Decision {self.key}: {len(self.data['findings'])} findings>"


@dataclass(frozen=True)
class Rejection:
    """A record that was left out. Names fields, never values."""

    line: int  # from 1
    code: str  # "E2001"
    field: str  # empty: the line as a whole
    key: str  # empty where it cannot be read or is private
    text: str


@dataclass(frozen=True)
class Batch(Sequence[Decision]):
    """Decisions in the order of keys, and what became of the other records."""

    decisions: list[Decision]
    rejections: list[Rejection]
    counts: dict[str, int]
    ignored_fields: dict[str, int]  # names that no pack declares, which were not read

    def __len__(self) -> int:
        return len(self.decisions)

    def __getitem__(self, index: Any) -> Any:
        return self.decisions[index]


def _plain(value: Any) -> str:
    if isinstance(value, decimal.Decimal):
        return format(value, "f")
    if isinstance(value, datetime.date) and not isinstance(value, datetime.datetime):
        return value.isoformat()
    raise TypeError(f"a record holds no {type(value).__name__}")


def _bytes(record: Record) -> bytes:
    if isinstance(record, bytes):
        return record
    if isinstance(record, str):
        return record.encode()
    return json.dumps(dict(record), default=_plain, allow_nan=False).encode()


class Session:
    """Decides records under the set its engine has published when a call begins. Engine.session opens one."""

    def __init__(self, session: _proviso.Session, engine: Engine) -> None:
        self._session = session
        self._engine = engine

    def _decision(self, text: str, revision: int) -> Decision:
        # Every decision begins with its key.
        return Decision(text, revision, text[2:text.index('"', 2)])

    def decide(self, record: Record) -> Decision:
        """One record by itself. Raises Error where it does not fit."""
        text, revision = self._session.decide_one(_bytes(record))
        return self._decision(text, revision)

    def decide_all(self, records: Iterable[Record] | bytes | str) -> Batch:
        """Records that see each other: an iterable of records, or one JSON object a line."""
        if isinstance(records, (bytes, str)):
            lines = _bytes(records)
        else:
            lines = b"\n".join(_bytes(record).replace(b"\n", b" ").replace(b"\r", b" ") for record in records)
        texts, revision, rejections, counts, ignored = self._session.decide(lines)
        return Batch([self._decision(text, revision) for text in texts],
                     [Rejection(*rejection) for rejection in rejections], dict(counts), dict(ignored))

    def stream(self, records: Iterable[Record], rejected: Callable[[Record, Error], None] | None = None
               ) -> Iterator[Decision]:
        """Each record by itself as it comes, under the set published at that moment. Without `rejected` a record
        that does not fit raises."""
        for record in records:
            try:
                decision = self.decide(record)
            except Error as error:
                if rejected is None or error.code == "internal":
                    raise
                rejected(record, error)
            else:
                yield decision

    def explain(self, key: str, rule: str = "", form: Literal["page", "lines", "json"] = "page",
                show_private: bool = False) -> str:
        """Why a record of the last decide or decide_all was decided as it was."""
        forms = {"page": 0, "lines": 1, "json": 2}
        if form not in forms:
            raise Error("invalid_argument", f"an explanation is no {form!r}: page, lines or json")
        return self._session.explain(key, rule, forms[form], show_private)

    def release(self) -> None:
        """Lets go of decisions and of the pack set."""
        self._session.release()


class Watcher:
    """Publishes packs as they change, until it is stopped or forgotten. Engine.watch and watch_packs start one."""

    def __init__(self, watcher: _proviso.Watcher) -> None:
        self._watcher = watcher

    @property
    def status(self) -> dict[str, Any]:
        """`published` and `refused` sets, and why the last of those was, `last_refusal`."""
        return self._watcher.status()

    def stop(self) -> None:
        self._watcher.stop()

    def __enter__(self) -> Watcher:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


class Engine:
    """Holds the pack set that decides. Publishing another swaps it; calls that run keep theirs to the end."""

    def __init__(self, packs: PackSet | None = None, *, allow_unsigned: bool = False) -> None:
        self._engine = _proviso.Engine(allow_unsigned=allow_unsigned)
        if packs is not None:
            self.publish(packs)

    def publish(self, packs: PackSet) -> int:
        """Makes `packs` the set that decides and returns its revision. Raises Error and leaves the former one where
        it is not signed and the engine does not allow that."""
        return self._engine.publish(packs)

    def watch(self, path: Path, keys: Path | None = None, allow_unsigned: bool = False) -> Watcher:
        """Publishes what lies in a pack store (its folder) or a pack-set file, and then whatever takes its place, as
        `load` loads it. What is not fit for use never replaces what decides. Keep the watcher."""
        return Watcher(self._engine.watch(os.fspath(path), "" if keys is None else os.fspath(keys), allow_unsigned))

    def watch_packs(self, *paths: Path, run_tests: bool = True) -> Watcher:
        """The same of packs in text, as `compile` compiles them."""
        return Watcher(self._engine.watch_packs([os.fspath(path) for path in paths], run_tests))

    @property
    def status(self) -> dict[str, Any]:
        return self._engine.status()

    def session(self, *, known_as_of: str | datetime.date | None = None, threads: int = 1, choices: bool = True,
                limits: Mapping[str, int] | None = None) -> Session:
        """`limits`: record_bytes, nesting, list_elements, input_bytes, rule_budget."""
        day = known_as_of.isoformat() if isinstance(known_as_of, datetime.date) else (known_as_of or "")
        return Session(self._engine.open(day, threads, choices, dict(limits or {})), self)
