"""Every published CDA document is filed through ITI-65, found, and given back byte for byte."""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any

import pytest

from ens.kernel.actor import Actor, ActorKind
from ens.standards import xmlsafe
from ens.standards.cda.header import CdaHeader, read_header
from tests.conftest import SHARED
from tests.interop.fhir.builders import provide_bundle
from tests.interop.fhir.conftest import Software, id_of, software, static_folder

pytestmark = pytest.mark.slow  # a client, a token and a space each
__all__ = ["software", "static_folder"]  # fixtures, used by their names

PUBLISHED = sorted((SHARED / "data" / "cda_r2").glob("*.xml")) or [None]


@pytest.fixture(params=PUBLISHED, ids=lambda path: path.stem if path else "absents")
def published(request: pytest.FixtureRequest) -> tuple[bytes, CdaHeader]:
    if request.param is None:
        pytest.skip("les documents CDA publiés (../shared/data/cda_r2) ne sont pas présents")
    data = request.param.read_bytes()
    return data, read_header(xmlsafe.parse(data))


@pytest.fixture
def reader(people: Any, software: Callable[..., Software], published: tuple[bytes, CdaHeader]) -> Software:
    """The software of a doctor whom the document's patient lets read. Documents share patients: one space each."""
    from ens.access import services as access
    from ens.identity import queries

    matricule, oid = published[1].patients[0]
    found = queries.find_usager(matricule, oid)
    usager_id = found.usager_id if found else people.usager(matricule_=matricule, oid=oid).usager_id
    doctor = people.professional("Dupond")
    access.authorise(usager_id, rpps=doctor.rpps, by=Actor(ActorKind.USAGER, "test", "Titulaire", usager_id=usager_id))
    return software(doctor)


def bundle_of(data: bytes, header: CdaHeader, **facts: str) -> dict[str, Any]:
    matricule, oid = header.patients[0]
    known = {"type_code": header.type_code, "title": header.title, "unique_id": f"urn:oid:{header.unique_id}"}
    return provide_bundle(data, matricule=matricule, oid=oid, media_type="text/xml", **{**known, **facts})


@pytest.mark.feature("S165", "S061", "S062")
def test_a_published_cda_is_filed_and_given_back(published: tuple[bytes, CdaHeader], reader: Software) -> None:
    data, header = published
    answer = reader.post(bundle_of(data, header))
    assert answer.status_code == 200, answer.content
    location = answer.json()["entry"][1]["response"]["location"]
    resource = reader.get(location).json()
    attachment = resource["content"][0]["attachment"]
    assert base64.b64decode(reader.get(attachment["url"]).json()["data"]) == data
    ins = "|".join(reversed(header.patients[0]))
    found = reader.get(f"DocumentReference?patient.identifier=urn:oid:{ins}&type={header.type_code}&_count=200").json()
    assert str(id_of(location)) in [one["resource"]["id"] for one in found["entry"]]


@pytest.mark.feature("S037")
def test_a_published_cda_of_another_type_is_refused(published: tuple[bytes, CdaHeader], reader: Software) -> None:
    data, header = published
    other = "11490-0" if header.type_code != "11490-0" else "11488-4"
    answer = reader.post(bundle_of(data, header, type_code=other, unique_id=""))
    assert answer.status_code == 422
    assert answer.json()["issue"][0]["details"]["coding"][0]["code"] == "type_different"


@pytest.mark.feature("S037")
def test_a_published_cda_of_someone_else_is_refused(
    published: tuple[bytes, CdaHeader], people: Any, software: Callable[..., Software]
) -> None:
    data, header = published
    someone = people.usager()
    client = software(people.professional("Dupond"))
    known = {"type_code": header.type_code, "title": header.title}
    answer = client.post(
        provide_bundle(data, matricule=someone.matricule, oid=someone.oid, media_type="text/xml", **known)
    )
    assert answer.status_code == 422
    assert answer.json()["issue"][0]["details"]["coding"][0]["code"] == "patient_different"
