"""Who is put on the simulator's electrodes for a protocol."""

from __future__ import annotations

import pytest

from nmes.runtime.library import Library
from nmes.runtime.person import CRAMP_PRONE, PersonSite, person_for


def test_the_cramp_prone_person_lies_as_the_protocol_says_with_pads_where_it_wants_them() -> None:
    person = person_for(Library().load("cramp_calf_ctf_training").protocol)
    assert person.profile == CRAMP_PRONE
    (site,) = person.sites
    assert site == PersonSite(1, "gastrocnemius", site.side, site.pad_mm2, "shortened")


@pytest.mark.parametrize("protocol_id", ["quads_knee_oa", "tens_conventional"])
def test_every_channel_has_its_site(protocol_id: str) -> None:
    protocol = Library().load(protocol_id).protocol
    sites = person_for(protocol).sites
    assert [site.channel for site in sites] == list(range(1, len(protocol.channels) + 1))
    assert [(site.muscle, site.pad_mm2) for site in sites] == [(one.muscle, one.pad_mm2) for one in protocol.channels]
