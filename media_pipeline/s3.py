"""The bucket many machines share: S3 as Amazon has it, and MinIO, Ceph and our clouds speak it.

A large file goes up in parts. A second attempt finds the parts the first one left, and sends only
what is missing. Each part carries its MD5, so that the server itself refuses what came in torn.
"""

import base64
import datetime as dt
import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO
from urllib.parse import parse_qs, urlsplit

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from media_pipeline.storage import (
    COPY_BYTES,
    Opened,
    StorageUnavailableError,
    Stored,
    UnknownStorageError,
    nothing,
)

PART_BYTES = 16 * 1024**2
# How long an address is good that nginx fetches at once.
ADDRESS_SECONDS = 600
_MISSING = ("404", "NoSuchKey", "NotFound")


@dataclass(frozen=True)
class S3Url:
    """`s3://bucket/folder?endpoint=https://…&region=…`; folder, endpoint and region may be left
    out. The credentials come as boto3 takes them: AWS_ACCESS_KEY_ID, a file, the machine's role.
    """

    bucket: str
    folder: str
    endpoint: str | None
    region: str

    @classmethod
    def read(cls, url: str) -> "S3Url":
        """Raises UnknownStorageError."""
        parts = urlsplit(url)
        asked = parse_qs(parts.query, keep_blank_values=True)
        unknown = set(asked) - {"endpoint", "region"}
        folder = parts.path.strip("/")
        if parts.scheme != "s3" or not parts.netloc or unknown:
            raise UnknownStorageError(f"not s3://bucket?endpoint=https://…: {url}")
        return cls(
            bucket=parts.netloc,
            folder=f"{folder}/" if folder else "",
            endpoint=asked.get("endpoint", [None])[0],
            region=asked.get("region", ["us-east-1"])[0],
        )


@contextmanager
def _answered() -> Iterator[None]:
    try:
        yield
    except (ClientError, BotoCoreError, OSError) as error:
        if isinstance(error, FileNotFoundError):
            raise
        if isinstance(error, ClientError) and error.response["Error"]["Code"] in _MISSING:
            raise FileNotFoundError from error
        raise StorageUnavailableError from error


def _md5(data: bytes) -> "hashlib._Hash":
    return hashlib.md5(data, usedforsecurity=False)


def _content_md5(data: bytes) -> str:
    return base64.b64encode(_md5(data).digest()).decode()


class S3Storage:
    """One bucket, or a folder of one."""

    is_here = False

    def __init__(self, where: S3Url) -> None:
        self.where = where
        self.client: Any = boto3.session.Session().client(
            "s3",
            endpoint_url=where.endpoint,
            region_name=where.region,
            config=Config(
                signature_version="s3v4",
                # Buckets of one's own have no name in the DNS for each bucket.
                s3={"addressing_style": "path" if where.endpoint else "auto"},
                connect_timeout=5,
                read_timeout=20,
                retries={"max_attempts": 4, "mode": "standard"},
                max_pool_connections=32,
                # Older servers refuse the checksums boto3 adds of itself.
                request_checksum_calculation="when_required",
                response_checksum_validation="when_required",
            ),
        )

    def _name(self, key: str) -> dict[str, str]:
        return {"Bucket": self.where.bucket, "Key": self.where.folder + key}

    def facts(self, key: str) -> Stored | None:
        try:
            with _answered():
                return _facts(key, self.client.head_object(**self._name(key)))
        except FileNotFoundError:
            return None

    def open(self, key: str, *, first: int = 0, length: int | None = None) -> Opened:
        asked = {}
        if first or length is not None:
            last = "" if length is None else first + length - 1
            asked["Range"] = f"bytes={first}-{last}"
        with _answered():
            return _Body(self.client.get_object(**self._name(key), **asked)["Body"])

    # --- Putting ------------------------------------------------------------------------------

    def put(self, path: Path, key: str, *, during: Callable[[], None] = nothing) -> None:
        size = path.stat().st_size
        if size <= PART_BYTES:
            self.put_bytes(path.read_bytes(), key)
            during()
            return
        with _answered(), path.open("rb") as file:
            self._put_in_parts(file, size, key, during)
        kept = self.facts(key)
        if kept is None or kept.size != size:
            raise StorageUnavailableError

    def put_bytes(self, data: bytes, key: str) -> None:
        with _answered():
            self.client.put_object(**self._name(key), Body=data, ContentMD5=_content_md5(data))

    def share(self, key: str, other: str) -> None:
        if self.facts(other) is None:
            with _answered():
                self.client.copy(self._name(key), **self._name(other))

    def _put_in_parts(
        self, file: BinaryIO, size: int, key: str, during: Callable[[], None]
    ) -> None:
        upload_id, sent = self._begun(key)
        parts = []
        for number in range(1, -(-size // PART_BYTES) + 1):
            file.seek((number - 1) * PART_BYTES)
            data = file.read(PART_BYTES)
            during()
            etag = sent.get(number, "")
            if etag.strip('"') != _md5(data).hexdigest():
                etag = self.client.upload_part(
                    **self._name(key),
                    UploadId=upload_id,
                    PartNumber=number,
                    Body=data,
                    ContentMD5=_content_md5(data),
                )["ETag"]
            parts.append({"PartNumber": number, "ETag": etag})
        self.client.complete_multipart_upload(
            **self._name(key), UploadId=upload_id, MultipartUpload={"Parts": parts}
        )

    def _begun(self, key: str) -> tuple[str, dict[int, str]]:
        """An upload of this key that was begun and not ended, with its parts; else a new one."""
        for upload in self._open_uploads(key):
            if upload["Key"] == self.where.folder + key:
                pages = self.client.get_paginator("list_parts").paginate(
                    **self._name(key), UploadId=upload["UploadId"]
                )
                parts = (part for page in pages for part in page.get("Parts", []))
                return upload["UploadId"], {part["PartNumber"]: part["ETag"] for part in parts}
        return self.client.create_multipart_upload(**self._name(key))["UploadId"], {}

    def _open_uploads(self, prefix: str) -> list[dict[str, Any]]:
        pages = self.client.get_paginator("list_multipart_uploads").paginate(
            Bucket=self.where.bucket, Prefix=self.where.folder + prefix
        )
        return [upload for page in pages for upload in page.get("Uploads", [])]

    def abort_parts(self, *, before: dt.datetime) -> int:
        with _answered():
            old = [one for one in self._open_uploads("") if one["Initiated"] < before]
            for one in old:
                self.client.abort_multipart_upload(
                    Bucket=self.where.bucket, Key=one["Key"], UploadId=one["UploadId"]
                )
        return len(old)

    # --- Looking and removing -----------------------------------------------------------------

    def listed(self, prefix: str) -> Iterator[Stored]:
        with _answered():
            pages = self.client.get_paginator("list_objects_v2").paginate(
                Bucket=self.where.bucket, Prefix=self.where.folder + prefix
            )
            for page in pages:
                for one in page.get("Contents", []):
                    key = one["Key"].removeprefix(self.where.folder)
                    yield Stored(key, one["Size"], one["ETag"], one["LastModified"])

    def folders(self, prefix: str) -> list[str]:
        start = self.where.folder + prefix
        with _answered():
            pages = self.client.get_paginator("list_objects_v2").paginate(
                Bucket=self.where.bucket, Prefix=start, Delimiter="/"
            )
            return [
                one["Prefix"].removeprefix(start).rstrip("/")
                for page in pages
                for one in page.get("CommonPrefixes", [])
            ]

    def delete(self, key: str) -> None:
        with _answered():
            self.client.delete_object(**self._name(key))

    def delete_prefix(self, prefix: str) -> int:
        if not prefix.strip("/"):
            raise ValueError("all of the storage is no folder of it")
        keys = [one.key for one in self.listed(prefix)]
        with _answered():
            for at in range(0, len(keys), 1000):
                answer = self.client.delete_objects(
                    Bucket=self.where.bucket,
                    Delete={
                        "Quiet": True,
                        "Objects": [
                            {"Key": self.where.folder + key} for key in keys[at : at + 1000]
                        ],
                    },
                )
                if answer.get("Errors"):
                    raise StorageUnavailableError
        return len(keys)

    def address(self, key: str, *, method: str) -> str:
        """Path and query of a signed address: what nginx asks the bucket's own host for."""
        verb = "head_object" if method == "HEAD" else "get_object"
        signed = urlsplit(
            self.client.generate_presigned_url(
                verb, Params=self._name(key), ExpiresIn=ADDRESS_SECONDS
            )
        )
        return f"{signed.path.lstrip('/')}?{signed.query}"


def _facts(key: str, answer: dict[str, Any]) -> Stored:
    return Stored(key, answer["ContentLength"], answer["ETag"], answer["LastModified"])


class _Body:
    """An answer's bytes, whose faults are ours."""

    def __init__(self, body: Any) -> None:
        self.body = body

    def read(self, size: int = -1, /) -> bytes:
        with _answered():
            if size >= 0:
                return bytes(self.body.read(size))
            return b"".join(iter(lambda: self.body.read(COPY_BYTES), b""))

    def close(self) -> None:
        self.body.close()
