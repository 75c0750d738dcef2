"""Read the files of a site: what each is called there, what browsers are told of it, and its digest."""

from __future__ import annotations

import hashlib
import io
import mimetypes
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from generator.errors import RepositoryError

FRONT_PAGE: Final = "index.html"
# A page has the same name with other content, and names all else; of that, browsers ask again after an hour.
_PAGES: Final = "no-cache"
_OTHERS: Final = "public, max-age=3600"
_PAGE: Final = ".html"
# The same on every machine, whatever types that one knows.
_TYPES: Final = mimetypes.MimeTypes()
_MORE: Final = {
    ".avif": "image/avif", ".ico": "image/x-icon", ".js": "text/javascript", ".mjs": "text/javascript",
    ".map": "application/json", ".md": "text/markdown", ".wasm": "application/wasm",
    ".webmanifest": "application/manifest+json", ".webp": "image/webp", ".woff": "font/woff", ".woff2": "font/woff2",
}  # fmt: skip
_UNKNOWN: Final = "application/octet-stream"
# The oldest day that an archive can name.
_DAY: Final = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class SiteFile:
    """One file: ``digest`` is the MD5 by which S3 tells contents apart."""

    path: Path
    digest: str

    @property
    def is_page(self) -> bool:
        """Tell whether it is a page."""
        return self.path.suffix == _PAGE

    @property
    def kind(self) -> str:
        """Return its media type."""
        found = _MORE.get(self.path.suffix.lower()) or _TYPES.guess_type(self.path.name)[0] or _UNKNOWN
        return f"{found}; charset=utf-8" if found.startswith("text/") else found

    @property
    def cache(self) -> str:
        """Return how long browsers may keep it."""
        return _PAGES if self.is_page else _OTHERS


def read(folder: Path) -> dict[str, SiteFile]:
    """Return the files of a folder, by their names in the site.

    Raises:
        RepositoryError: There is none, it has no front page, or a link in it leads elsewhere.
    """
    if not folder.is_dir():
        raise RepositoryError(f"{folder}: there is no such folder", "build the site first, or name its files: --from")
    found = {path.relative_to(folder).as_posix(): _one(path) for path in _walk(folder)}
    if FRONT_PAGE not in found:
        raise RepositoryError(f"{folder} has no {FRONT_PAGE}", "name the folder that has it: --from, or build.output")
    return found


def write(folder: Path, name: str, content: bytes) -> None:
    """Write a file of a site into a folder, below which it stays whatever its name is.

    Raises:
        RepositoryError: Its name in the bucket is that of no file.
    """
    path = folder / name
    if name.startswith("/") or not {"", ".", ".."}.isdisjoint(name.split("/")):
        raise RepositoryError(f"{name!r} in the bucket is no name of a file", "remove it from the bucket, by hand")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    except OSError as exc:
        raise RepositoryError(f"{path} cannot be written: {exc.strerror}", "name another folder: --keep") from None


def archive(files: Mapping[str, SiteFile]) -> bytes:
    """Return all files as one archive: the same bytes for the same files."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as written:
        for name, file in sorted(files.items()):
            about = zipfile.ZipInfo(name, _DAY)
            about.compress_type = zipfile.ZIP_DEFLATED
            written.writestr(about, file.path.read_bytes())
    return content.getvalue()


def _walk(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.rglob("*")):
        if path.is_symlink():
            raise RepositoryError(f"{path} is a link", "put the file itself there: a link may lead out of the site")
        if path.is_file():
            yield path


def _one(path: Path) -> SiteFile:
    with path.open("rb") as file:
        return SiteFile(path, hashlib.file_digest(file, lambda: hashlib.md5(usedforsecurity=False)).hexdigest())
