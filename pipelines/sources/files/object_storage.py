"""File systems that a URL names: S3, Google and Azure by Arrow, any other by fsspec."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from pyarrow import fs

from pipelines.configuration.model import Source
from pipelines.configuration.sources.secrets import Secrets
from pipelines.errors import SourceUnavailable
from pipelines.sources.files.glob import is_fixed

ATTEMPTS = 4  # of one request, with a growing pause between them, before a storage does not answer


@dataclass(frozen=True)
class Storage:
    """A file system and the pattern of paths in it that a source is to be found at."""

    source: str
    files: fs.FileSystem
    pattern: str
    secrets: Secrets

    @property
    def folder(self) -> str:
        """The folders that the pattern names, up to the first wildcard."""
        fixed = re.split(r"[*?[]", self.pattern, maxsplit=1)[0]
        return fixed.rpartition("/")[0]

    def name_of(self, path: str) -> str:
        """Return what a found file is called: its path below the folder."""
        return path.removeprefix(f"{self.folder}/")

    def find(self) -> list[fs.FileInfo]:
        """Return the files there are, by path.

        Raises
        ------
        SourceUnavailable
            If the storage does not answer, has no such bucket, or does not let us in.
        """
        with self.request("listed"):
            if is_fixed(self.pattern):
                found = self.files.get_file_info([self.pattern])
            else:
                found = self._list()
        like = matcher(self.pattern)
        kept = (each for each in found if each.is_file and like.fullmatch(each.path))
        return sorted(kept, key=lambda each: each.path)

    def _list(self) -> list[fs.FileInfo]:
        deep = "/" in self.name_of(self.pattern) or "**" in self.pattern
        try:
            return self.files.get_file_info(fs.FileSelector(self.folder, recursive=deep))
        except FileNotFoundError:  # nothing has arrived yet; a missing bucket is another error
            return []

    @contextmanager
    def request(self, done: str) -> Iterator[None]:
        """Tell in a sentence without secrets what a storage answers where it fails."""
        try:
            yield
        except OSError as error:
            said = next(iter(str(error).splitlines()), type(error).__name__)
            raise SourceUnavailable(
                f"{self.source}: {self.pattern} cannot be {done}: {self.secrets.hide(said)} Look "
                "at endpoint, bucket and keys in sources.yml; it is tried again the next time."
            ) from None


def open_storage(source: Source, secrets: Secrets) -> Storage:
    """Return the file system of a source's URL, and the pattern in it.

    Raises
    ------
    SourceUnavailable
        If a secret is known to nobody, what fsspec needs is not installed, or the bucket's region
        cannot be asked for.
    """
    scheme, path = source.options["path"].split("://", 1)
    place = Storage(source.name, None, path, secrets)
    makers = {"s3": _s3, "gs": _google, "gcs": _google, "abfs": _azure, "abfss": _azure}
    with place.request("reached"):
        if scheme in makers:
            files = makers[scheme](source.options, secrets, path)
        else:
            files, path = _any_other(source, secrets)
    return Storage(source.name, files, path, secrets)


def matcher(pattern: str) -> re.Pattern[str]:
    """Return a glob as a regular expression: * and ? stay within a folder, ** does not."""
    parts = re.split(r"(\*\*/|\*\*|\*|\?|\[[^]]+\])", pattern)
    written = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}
    return re.compile("".join(written.get(p) or _class_or_text(p) for p in parts), re.DOTALL)


def _class_or_text(part: str) -> str:
    if part.startswith("[") and part.endswith("]"):
        return re.sub(r"^\[!", "[^", part.replace("\\", r"\\"))
    return re.escape(part)


def _s3(options: dict[str, Any], secrets: Secrets, path: str) -> fs.FileSystem:
    scheme, host = _endpoint(options)
    region = options.get("region")
    if not host and not region:
        region = fs.resolve_s3_region(path.split("/", 1)[0])
    return fs.S3FileSystem(
        access_key=_secret(options, "access_key", secrets),
        secret_key=_secret(options, "secret_key", secrets),
        anonymous=options.get("anonymous", False),
        region=region or "us-east-1",
        endpoint_override=host,
        scheme=scheme,
        connect_timeout=10,
        request_timeout=60,
        retry_strategy=fs.AwsStandardS3RetryStrategy(max_attempts=ATTEMPTS),
    )


def _google(options: dict[str, Any], secrets: Secrets, path: str) -> fs.FileSystem:
    scheme, host = _endpoint(options)
    anonymous = options.get("anonymous", False)
    return fs.GcsFileSystem(anonymous=anonymous, scheme=scheme, endpoint_override=host)


def _azure(options: dict[str, Any], secrets: Secrets, path: str) -> fs.FileSystem:
    """Return an Azure storage: its account is the access key, the account's key the secret one."""
    account = _secret(options, "access_key", secrets)
    return fs.AzureFileSystem(account, account_key=_secret(options, "secret_key", secrets))


def _any_other(source: Source, secrets: Secrets) -> tuple[fs.FileSystem, str]:
    """Return what fsspec opens for a URL, and the path in it."""
    import fsspec

    url = source.options["path"]
    scheme = url.split("://", 1)[0]
    given = source.options.get("storage_options", {})
    filled = {key: secrets.fill(v) if isinstance(v, str) else v for key, v in given.items()}
    try:
        opened = fsspec.filesystem(scheme, **filled)
    except (ValueError, ImportError, TypeError) as error:
        raise SourceUnavailable(
            f"{source.name}: no file system for {scheme}:// : {secrets.hide(str(error))}. Install "
            "what fsspec needs for it, or correct `path` or `storage_options`."
        ) from None
    return fs.PyFileSystem(fs.FSSpecHandler(opened)), opened._strip_protocol(url)


def _endpoint(options: dict[str, Any]) -> tuple[str, str | None]:
    """Return the scheme and the host of an endpoint; https and none where it is the default."""
    scheme, found, host = options.get("endpoint", "").partition("://")
    return (scheme, host.rstrip("/")) if found else ("https", scheme or None)


def _secret(options: dict[str, Any], key: str, secrets: Secrets) -> str | None:
    return secrets.fill(options[key]) if key in options else None
