"""A small CDA document of our own, and ways to take parts of it away."""

from __future__ import annotations

AUTHOR = """<author><time value="20260302101500+0100"/><assignedAuthor>
  <id root="1.2.250.1.71.4.2.1" extension="810000000017"/>
  <code code="G15_10/SM26" displayName="Médecin - Qualifié en Médecine Générale (SM)"
        codeSystem="1.2.250.1.213.1.1.4.5"/>
  <assignedPerson><name><family>DUPOND</family><given>Claire</given><prefix>MME</prefix><suffix>DR</suffix></name>
  </assignedPerson>
  <representedOrganization><id root="1.2.250.1.71.4.2.2" extension="1750000016"/><name>Cabinet des Lilas</name>
  </representedOrganization></assignedAuthor></author>"""
RECORD_TARGET = """<recordTarget><patientRole>
  <id root="1.2.250.1.213.1.4.10" extension="289456789012325"/>
  <id root="1.2.3.4" extension="IPP-77"/>
  <patient><name><family qualifier="BR">MICHEL</family><given>INAYA ROSE</given><given qualifier="BR">INAYA</given>
    <family qualifier="CL">DUVAL</family><given qualifier="CL">INAYA</given></name>
    <administrativeGenderCode code="F"/><birthTime value="19890412"/>
    <birthplace><place><addr><county>31555</county></addr></place></birthplace></patient>
</patientRole></recordTarget>"""
HEADER = {
    "templateId": '<templateId root="1.2.250.1.213.1.1.1.1"/><templateId root="1.2.250.1.213.1.1.1.55"/>',
    "id": '<id root="1.2.250.1.999.1" extension="CR-1"/>',
    "code": '<code code="11502-2" codeSystem="2.16.840.1.113883.6.1" displayName="CR d\'examens biologiques"/>',
    "title": "<title>Bilan de la\n thyroïde</title>",
    "effectiveTime": '<effectiveTime value="20260302101500+0100"/>',
    "confidentialityCode": '<confidentialityCode code="N"/>',
    "languageCode": '<languageCode code="fr-FR"/>',
    "setId": '<setId root="1.2.250.1.999.1" extension="SET-1"/>',
    "versionNumber": '<versionNumber value="2"/>',
    "recordTarget": RECORD_TARGET,
    "author": AUTHOR,
    "custodian": '<custodian><assignedCustodian><representedCustodianOrganization><id extension="1750000016"/>'
    "<name>Cabinet des Lilas</name></representedCustodianOrganization></assignedCustodian></custodian>",
    "legalAuthenticator": AUTHOR.replace("author>", "legalAuthenticator>").replace("assignedAuthor", "assignedEntity"),
    "documentationOf": """<documentationOf><serviceEvent><code code="TSH"/></serviceEvent></documentationOf>
      <documentationOf><serviceEvent><code code="11502-2"/>
      <effectiveTime><low value="20260301080000+0100"/><high value="20260301083000+0100"/></effectiveTime>
      <performer><assignedEntity><representedOrganization><standardIndustryClassCode code="AMBULATOIRE"
        codeSystem="1.2.250.1.213.1.1.4.9"/></representedOrganization></assignedEntity></performer>
      </serviceEvent></documentationOf>""",
    "relatedDocument": '<relatedDocument typeCode="RPLC"><parentDocument><id root="1.2.250.1.999.1" '
    'extension="CR-0"/></parentDocument></relatedDocument>',
    "componentOf": '<componentOf><encompassingEncounter><location><healthCareFacility><code code="SA07" '
    'codeSystem="1.2.250.1.71.4.2.4"/></healthCareFacility></location></encompassingEncounter></componentOf>',
}
SECTION = "<section><title>Résultats</title><text>TSH normale</text></section>"


def structured_body(*sections: str) -> str:
    components = "".join(f"<component>{section}</component>" for section in sections)
    return f"<component><structuredBody>{components}</structuredBody></component>"


def document(*, body: str = "", without: str = "", **changed: str) -> bytes:
    """The whole document; ``without`` one element of the header, others ``changed``."""
    header = "".join({**HEADER, **changed}[name] for name in HEADER if name != without)
    text = f'<ClinicalDocument xmlns="urn:hl7-org:v3">{header}{body or structured_body(SECTION)}</ClinicalDocument>'
    return text.encode()
