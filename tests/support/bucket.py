"""A bucket on loopback, spoken to over real HTTP, as the storage of the tests that ask for it."""

import itertools
import logging
import os
from dataclasses import dataclass, field

from moto.server import ThreadedMotoServer

from media_pipeline.storage import Storage, storage_at

CREDENTIALS = {
    "AWS_ACCESS_KEY_ID": "tests",
    "AWS_SECRET_ACCESS_KEY": "tests-only",
    "AWS_EC2_METADATA_DISABLED": "true",
}
_numbers = itertools.count(1)


@dataclass
class Buckets:
    """A server of its own; `make` gives each test a bucket nobody has used."""

    server: ThreadedMotoServer = field(
        default_factory=lambda: ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    )

    def start(self) -> None:
        os.environ |= CREDENTIALS
        logging.getLogger("werkzeug").setLevel(logging.ERROR)
        self.server.start()

    def stop(self) -> None:
        self.server.stop()

    @property
    def endpoint(self) -> str:
        host, port = self.server.get_host_and_port()
        return f"http://{host}:{port}"

    def make(self) -> str:
        """A new bucket's MEDIA_STORAGE_URL; what it holds lies in a folder of it."""
        url = f"s3://lectures-{next(_numbers)}/school?endpoint={self.endpoint}"
        storage = storage_at(url)
        storage.client.create_bucket(Bucket=storage.where.bucket)  # type: ignore[attr-defined]
        return url


def text_of(storage: Storage, key: str) -> str:
    """A stored file's text."""
    from media_pipeline.storage import read_bytes

    return read_bytes(storage, key).decode()


def keys_in(storage: Storage, prefix: str = "") -> list[str]:
    """The names of all stored files that begin so, in order."""
    return sorted(one.key for one in storage.listed(prefix))
