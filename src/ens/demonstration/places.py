"""Where the demonstration keeps its things, under ``DIR/demonstration``; ports and secrets stable between runs."""

from __future__ import annotations

import hashlib
import hmac
import json
import os
from pathlib import Path
from typing import Any

from ens.kernel.listening import free_port, is_free


def folder() -> Path:
    """Made on demand; only its owner enters."""
    path = Path(os.environ["ENS_DATA"]) / "demonstration"
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    return path


def read_json(name: str, default: Any = None) -> Any:
    path = folder() / name
    return json.loads(path.read_text("utf-8")) if path.exists() else default


def write_json(name: str, value: Any, *, where: Path | None = None) -> Path:
    path = (where or folder()) / name
    write_whole(path, json.dumps(value, ensure_ascii=False, indent=2).encode())
    return path


def write_whole(path: Path, data: bytes) -> None:
    """Whole or not at all, readable by its owner only."""
    temporary = path.with_name(f".{path.name}.nouveau")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as out:
        out.write(data)
    temporary.replace(path)


def client_id(key: str) -> str:
    """Of the software of a member of the cast."""
    return f"demo-{key}"


def client_secret(client_id: str) -> str:
    """Of an OAuth2 client: stable for this space, different in every space."""
    key = (Path(os.environ["ENS_SECRETS"]) / "codes").read_bytes()
    return hmac.new(key, f"demonstration {client_id}".encode(), hashlib.sha256).hexdigest()


def ports(names: list[str]) -> dict[str, int]:
    """A port each for these listeners, kept between runs unless another program took one."""
    known: dict[str, int] = read_json("ports.json", {})
    chosen = {name: known[name] if name in known and is_free(known[name]) else free_port() for name in names}
    write_json("ports.json", chosen)
    return chosen
