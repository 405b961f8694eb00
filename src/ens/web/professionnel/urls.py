"""Addresses of professionals' pages, under ``/pro/``. All of them ask for a professional signed in.

No address holds a matricule: addresses stay in histories and logs.
"""

from __future__ import annotations

from django.urls import path

from ens.web.professionnel.views import depositing, filed, opening, records, search, writing

app_name = "professionnel"

urlpatterns = [
    path("", search.recherche, name="recherche"),
    path("messagerie/", writing.ecrire, name="ecrire"),
    path("patients/", opening.recents, name="recents"),
    path("depots/", filed.depots, name="depots"),
    path("depots/<uuid:document_id>/", filed.depot, name="depot"),
    path("depots/<uuid:document_id>/telecharger/", filed.telecharger_depot, name="telecharger_depot"),
    path("depots/<uuid:document_id>/page-<int:number>.png", filed.apercu_depot, name="apercu_depot"),
    path("accord/", search.accord, name="accord"),
    path("dossiers/referme/", opening.referme, name="referme"),
    path("dossiers/fermer/", opening.fermer, name="fermer"),
    path("dossiers/<uuid:usager_id>/ouvrir/", opening.ouvrir, name="ouvrir"),
    path("dossiers/<uuid:usager_id>/", records.dossier, name="dossier"),
    path("dossiers/<uuid:usager_id>/deposer/", depositing.deposer, name="deposer"),
    path("dossiers/<uuid:usager_id>/documents/<uuid:document_id>/", records.document, name="document"),
    path(
        "dossiers/<uuid:usager_id>/documents/<uuid:document_id>/telecharger/",
        records.telecharger,
        name="telecharger",
    ),
    path(
        "dossiers/<uuid:usager_id>/documents/<uuid:document_id>/page-<int:number>.png",
        records.apercu,
        name="apercu",
    ),
]

ACCESS = {pattern.name: "professionnel" for pattern in urlpatterns}
