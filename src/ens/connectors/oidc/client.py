"""An OpenID Connect provider asked as the standard says. What is checked is in the README beside."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import logging
import secrets
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from ens.identity.errors import IdentityRefused, ProviderUnavailable
from ens.identity.types import Pivot, ProvenIdentity, ProviderQuestion

ALGORITHMS = ("RS256", "PS256", "ES256")
TIMEOUT_S = 8
MOST_OCTETS = 200_000
METADATA_S = 3600
KEYS_S = 60  # between two askings for a key that is not known
LEEWAY_S = 60
_SEXES = {"male": "M", "female": "F"}
_logger = logging.getLogger(__name__)


class OpenIDProvider:
    """Errors of ``__init__``: ValueError for an address that is not https, loopback apart."""

    def __init__(
        self, *, issuer: str, client_id: str, secret_file: str, name: str, scopes: str, acr: str, redirect_uri: str
    ) -> None:
        self.name = name
        self.origin = _origin(_checked(issuer))
        self.issuer, self._client_id, self._secret_file = issuer, client_id, secret_file
        self._scopes, self._acr, self._redirect_uri = scopes, acr, redirect_uri
        self._metadata: tuple[float, dict[str, Any]] = (0.0, {})
        self._keys: tuple[float, KeySet] | None = None

    def question(self) -> ProviderQuestion:
        state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
        asked = {
            "response_type": "code",
            "client_id": self._client_id,
            "redirect_uri": self._redirect_uri,
            "scope": self._scopes,
            "state": state,
            "nonce": nonce,
            "prompt": "login",  # a device that somebody else used is not enough
            "code_challenge": _base64(hashlib.sha256(verifier.encode()).digest()),
            "code_challenge_method": "S256",
        }
        if self._acr:
            asked["acr_values"] = self._acr
        return ProviderQuestion(f"{self._endpoint('authorization')}?{urlencode(asked)}", state, nonce, verifier)

    def answer(self, code: str, question: ProviderQuestion) -> ProvenIdentity:
        tokens = self._tokens(code, question.verifier)
        said = self._claims(tokens["id_token"], nonce=question.nonce)
        self._check_access_token(tokens, said)
        if self._acr and said.get("acr") not in self._acr.split():
            raise IdentityRefused()
        about = {**said, **self._user_info(tokens["access_token"])}
        if about.get("sub") != said["sub"]:
            raise IdentityRefused()
        return ProvenIdentity(self.issuer, said["sub"], _pivot(about), tokens["id_token"])

    def end_of_session(self, id_token: str, back: str) -> str:
        try:
            address = self._endpoint("end_session")
        except ProviderUnavailable:
            return ""
        asked = {"id_token_hint": id_token, "post_logout_redirect_uri": back, "client_id": self._client_id}
        return f"{address}?{urlencode(asked)}"

    # -- what the provider says -------------------------------------------------------------------------------
    def _tokens(self, code: str, verifier: str) -> dict[str, str]:
        try:
            secret = Path(self._secret_file).read_text("utf-8").strip()
        except OSError as error:
            _logger.error("the secret of the identity provider cannot be read: %s", type(error).__name__)
            raise ProviderUnavailable() from error
        asked = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self._redirect_uri,
            "client_id": self._client_id,
            "code_verifier": verifier,
        }
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        known = self._known().get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
        if "client_secret_post" in known:
            asked["client_secret"] = secret
        else:
            pair = f"{quote(self._client_id, safe='')}:{quote(secret, safe='')}"  # RFC 6749, 2.3.1
            headers["Authorization"] = "Basic " + base64.b64encode(pair.encode()).decode()
        said = self._json(self._endpoint("token"), urlencode(asked).encode(), headers, refusals=(400, 401))
        if not all(isinstance(said.get(name), str) for name in ("id_token", "access_token")):
            raise IdentityRefused()
        return said

    def _claims(self, token: str, *, nonce: str) -> dict[str, Any]:
        said = self._signed(token)
        expected: dict[str, Any] = {
            "iss": {"essential": True, "value": self.issuer},
            "aud": {"essential": True, "value": self._client_id},
            "exp": {"essential": True},
            "iat": {"essential": True},
            "sub": {"essential": True},
            "nonce": {"essential": True, "value": nonce},
        }
        try:
            jwt.JWTClaimsRegistry(leeway=LEEWAY_S, **expected).validate(said)
        except JoseError as error:
            raise _refused(error) from error
        several = isinstance(said["aud"], list) and len(said["aud"]) > 1
        if said.get("azp", "" if several else self._client_id) != self._client_id:
            raise IdentityRefused()
        return said

    def _signed(self, token: str) -> dict[str, Any]:
        """What a token signed by the provider says. A key that is not known may be new: the keys are asked for anew."""
        try:
            return _read(token, self._published())
        except (JoseError, ValueError):
            try:
                return _read(token, self._published(anew=True))
            except (JoseError, ValueError) as error:
                raise _refused(error) from error

    def _published(self, *, anew: bool = False) -> KeySet:
        now = time.monotonic()
        if self._keys is None or (anew and now - self._keys[0] > KEYS_S):
            said = self._json(self._endpoint("jwks"))
            try:
                self._keys = (now, KeySet.import_key_set(said))  # type: ignore[arg-type]
            except (JoseError, KeyError, TypeError, ValueError) as error:
                raise _unavailable(error) from error
        return self._keys[1]

    def _check_access_token(self, tokens: Mapping[str, str], said: Mapping[str, Any]) -> None:
        """The half of the digest that the signed identity carries. Source: OpenID Connect Core, 3.1.3.6."""
        if "at_hash" not in said:
            return
        half = hashlib.sha256(tokens["access_token"].encode()).digest()[:16]
        if not hmac.compare_digest(_base64(half).encode(), str(said["at_hash"]).encode()):
            raise IdentityRefused()

    def _user_info(self, access_token: str) -> dict[str, Any]:
        if "userinfo_endpoint" not in self._known():
            return {}
        body, kind = self._asked(self._endpoint("userinfo"), None, {"Authorization": f"Bearer {access_token}"})
        if kind == "application/jwt":  # signed, as FranceConnect answers
            said = self._signed(body.decode("ascii", "replace"))
            if said.get("iss", self.issuer) != self.issuer or self._client_id not in _several(said.get("aud")):
                raise IdentityRefused()
            return {name: value for name, value in said.items() if name not in ("iss", "aud", "exp", "iat", "nonce")}
        return _object(body)

    # -- the wire --------------------------------------------------------------------------------------------
    def _known(self) -> dict[str, Any]:
        at, known = self._metadata
        if not known or time.monotonic() - at > METADATA_S:
            known = self._json(self.issuer.rstrip("/") + "/.well-known/openid-configuration")
            if known.get("issuer") != self.issuer:
                _logger.error("the identity provider calls itself otherwise than ENS_OIDC_ISSUER")
                raise ProviderUnavailable()
            self._metadata = (time.monotonic(), known)
        return known

    def _endpoint(self, what: str) -> str:
        name = "jwks_uri" if what == "jwks" else f"{what}_endpoint"
        try:
            return _checked(self._known()[name])
        except (KeyError, ValueError, TypeError) as error:
            raise _unavailable(error) from error

    def _json(
        self,
        address: str,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        *,
        refusals: tuple[int, ...] = (),
    ) -> dict[str, Any]:
        return _object(self._asked(address, body, headers or {}, refusals=refusals)[0])

    def _asked(
        self, address: str, body: bytes | None, headers: Mapping[str, str], *, refusals: tuple[int, ...] = ()
    ) -> tuple[bytes, str]:
        request = urllib.request.Request(  # noqa: S310 - checked when it was taken
            address, data=body, headers={"Accept": "application/json", **headers}
        )
        try:
            with _opener.open(request, timeout=TIMEOUT_S) as said:
                return said.read(MOST_OCTETS), said.headers.get_content_type()
        except urllib.error.HTTPError as error:
            with error:
                if error.code in refusals:  # a code that served, or that is somebody else's
                    raise IdentityRefused() from error
            raise _unavailable(error) from error
        except OSError as error:
            raise _unavailable(error) from error


def _read(token: str, keys: KeySet) -> dict[str, Any]:
    return dict(jwt.decode(token, keys, algorithms=ALGORITHMS).claims)


def _object(body: bytes) -> dict[str, Any]:
    try:
        said = json.loads(body)
    except ValueError as error:
        raise _unavailable(error) from error
    if not isinstance(said, dict):
        raise ProviderUnavailable()
    return said


def _pivot(about: Mapping[str, Any]) -> Pivot | None:
    """The five traits, when all of them are said."""
    names = {name: about.get(name) for name in ("family_name", "given_name", "birthdate", "gender")}
    place = about.get("birthplace") or about.get("birthcountry")
    if not all(isinstance(one, str) and one for one in (*names.values(), place)):
        return None
    try:
        born = date.fromisoformat(str(names["birthdate"]))
        sex = _SEXES[str(names["gender"])]
    except (ValueError, KeyError):
        return None
    return Pivot(str(names["family_name"]), str(names["given_name"]), born, sex, str(place))


def _several(said: Any) -> list[Any]:
    return said if isinstance(said, list) else [said]


def _checked(address: str) -> str:
    """Errors: ValueError, for what would carry a secret in clear."""
    parts = urlsplit(address)
    is_local = parts.scheme == "http" and parts.hostname in ("127.0.0.1", "localhost", "::1")
    if not parts.hostname or (parts.scheme != "https" and not is_local):
        raise ValueError("ENS_OIDC_ISSUER doit commencer par https://")
    return address


def _origin(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"


def _base64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _refused(error: Exception) -> IdentityRefused:
    _logger.warning("identity provider: %s", type(error).__name__)
    return IdentityRefused()


def _unavailable(error: Exception) -> ProviderUnavailable:
    _logger.warning("identity provider: %s", type(error).__name__)
    return ProviderUnavailable()


class _NoRedirection(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *args: object, **kwargs: object) -> None:
        return None


_opener = urllib.request.build_opener(_NoRedirection, urllib.request.ProxyHandler({}))
