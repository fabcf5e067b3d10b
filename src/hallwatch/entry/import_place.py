"""Where commands take imports in: the law and the day of the site, its pack, and what a longer list would mean."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from functools import partial

from hallwatch.adapters.images import at_most, encode_jpeg, luma_of
from hallwatch.adapters.keys.binding import bound_to
from hallwatch.adapters.models.catalogue import find_pack
from hallwatch.adapters.models.face_pack import FacePack
from hallwatch.adapters.models.gates import gate_of
from hallwatch.adapters.profiles import read_profile
from hallwatch.adapters.store.reader import Reader
from hallwatch.core.decide.threshold import of_longer_list
from hallwatch.core.own_list import ListState
from hallwatch.core.photo_kept import PhotoKept
from hallwatch.core.recognise.gallery import Gallery
from hallwatch.core.recognise.gate_table import GateTable
from hallwatch.entry.comparing import ComparingImport
from hallwatch.entry.import_taking import ImportPlace
from hallwatch.entry.installation import Installation
from hallwatch.entry.live_list import LiveList
from hallwatch.entry.photo_desk import LONGEST
from hallwatch.entry.photo_process import PhotoProcess
from hallwatch.entry.wiring import pack_order
from hallwatch.errors import Forbidden, PackError
from hallwatch.flow.gating import gate_and_enrol
from hallwatch.settings.environment import Environment
from hallwatch.settings.site import Site


class PhotoLook:
    """Implements entry.import_taker.Look with a pack in this process; photos are decoded in another."""

    def __init__(self, pack: FacePack, table: GateTable | None, decoder: PhotoProcess) -> None:
        self._pack, self._table, self._decoder = pack, table, decoder

    def __call__(self, data: bytes, name: str) -> tuple[PhotoKept, str]:
        """Raises ImageError for what is no picture, EnrolmentError for what the gate refuses."""
        picture = at_most(self._decoder.decode(data, name), LONGEST)
        template, verdict = gate_and_enrol(picture, self._pack, luma_of, self._table)
        kept = PhotoKept(name, encode_jpeg(picture), self._pack.fingerprint, template.tobytes())
        return kept, f"{verdict.text}; {verdict.expected}"


@contextmanager
def place_for_imports(
    installation: Installation, site: Site, environment: Environment, today: date
) -> Iterator[tuple[ImportPlace, PhotoLook]]:
    """The place, and who looks at photos. Raises Forbidden where no face may be matched, PackError without a pack."""
    code = bound_to(installation.store)
    if code is None:
        raise Forbidden("no jurisdiction is set: start hallwatch serve once, under the law of its place")
    profile = read_profile(code)
    if (why := profile.forbids(live=False)) is not None:
        raise Forbidden(why)
    order = pack_order(site, environment, installation.store)
    pack = order.open()
    if pack.calibration is None:
        raise PackError(
            f"the model pack {order.name} is not calibrated, so no alert can be raised with it;"
            f" run hallwatch calibrate DIR --pack {order.name}, or choose another pack"
        )
    expected = partial(
        of_longer_list,
        pack.calibration,
        site.site.false_alerts_per_day,
        installation.reader.photos_listed(pack.fingerprint),
        passes_a_day=site.site.passes_per_day,
    )
    with PhotoProcess() as decoder:
        look = PhotoLook(pack, gate_of(find_pack(order.name, order.home)), decoder)
        own = own_kinds(installation.reader)
        live = LiveList(
            Gallery(pack.fingerprint, pack.dimensions),
            {},
            pack.calibration,
            site.site.false_alerts_per_day,
            site.site.passes_per_day,
        )
        comparing = ComparingImport(live, installation.reader)
        place = ImportPlace(installation.reader, profile, today, lambda more: expected(more), comparing, own)
        yield place, look


def own_kinds(reader: Reader) -> frozenset[str]:
    """The lists that the district's board has made, and not retired."""
    return frozenset(one.slug for one in reader.own_lists() if one.state is ListState.IN_USE)
