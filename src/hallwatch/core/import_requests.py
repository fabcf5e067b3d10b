"""What the keeper is asked about imports: person by person while a file is read, then others' yes to the whole."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from hallwatch.core.by import By
from hallwatch.core.import_batch import BatchWords
from hallwatch.core.likeness import Likeness
from hallwatch.core.listing import Terms
from hallwatch.core.model import Person
from hallwatch.core.photo_kept import PhotoKept


@dataclass(frozen=True, slots=True)
class OpenImport:
    """Begin to read a file of the source ``key``, or read it anew where one waits: there is one at a time."""

    by: By
    key: str
    words: BatchWords
    schools: frozenset[str] = frozenset()
    kind: Literal["open-import"] = "open-import"


@dataclass(frozen=True, slots=True)
class ImportEntry:
    """Somebody as the file describes them (``person.taken``).

    ``terms`` None: those that hold; ``photos`` None: those that are kept. Where both are None only particulars change,
    and at once. ``likeness`` is whom cameras may take them for by those photos.
    """

    by: By
    import_id: str
    person: Person
    terms: tuple[Terms, ...] | None
    photos: tuple[PhotoKept, ...] | None
    likeness: Likeness | None = None
    kind: Literal["import-entry"] = "import-entry"


@dataclass(frozen=True, slots=True)
class ImportEnd:
    """Whom the whole file does not name any more: their listings of this source end with the import's approval."""

    by: By
    import_id: str
    external_id: str
    kind: Literal["import-end"] = "import-end"


@dataclass(frozen=True, slots=True)
class ImportSame:
    """These stand in the file as they stand in the import already."""

    by: By
    import_id: str
    external_ids: tuple[str, ...]
    kind: Literal["import-same"] = "import-same"


@dataclass(frozen=True, slots=True)
class CloseImport:
    """The whole file is read: whoever stands in the import and not in the file goes out of it, some at a time, and the
    others are asked for their yes. Asked again until ``number`` of the answer is nought."""

    by: By
    import_id: str
    words: BatchWords
    kind: Literal["close-import"] = "close-import"


@dataclass(frozen=True, slots=True)
class AnswerImport:
    """Say yes or no to a whole import, to exactly what ``digest`` is over; after the last yes it is taken over."""

    by: By
    import_id: str
    digest: str
    approve: bool
    kind: Literal["answer-import"] = "answer-import"


ImportRequest: TypeAlias = OpenImport | ImportEntry | ImportEnd | ImportSame | CloseImport | AnswerImport
