"""Deliver to a folder of files: a data file of the destination's kind, and its manifest."""

from collections.abc import Iterable
from pathlib import Path

import pyarrow as pa

from pipelines.configuration.export_columns import schema_of
from pipelines.delivery.files import folder
from pipelines.delivery.files.writers import open_writer
from pipelines.delivery.interface import Receipt
from pipelines.delivery.order import Order, manifest_of


class FolderDelivery:
    """One order on its way to a folder below its destination's path, and to `current`."""

    def __init__(self, order: Order):
        self._order, self._root = order, Path(order.destination.path)

    def holds(self, path: str) -> bool:
        """Return whether the folder of a delivery is still there."""
        return Path(path).is_dir()

    def resume(self) -> Receipt | None:
        """Make the folder current that a killed run had finished for the same order, if any."""
        final = folder.find_whole(self._root, self._order.folder, self._order.inputs)
        return self._delivered(final) if final else None

    def put(self, batches: Iterable[pa.RecordBatch], counts: dict[str, int]) -> Receipt:
        """Write a hidden folder, move it into place with its manifest, and make it current."""
        order, hidden = self._order, folder.begin(self._root)
        data_file = hidden / f"segments.{order.destination.kind}"
        writer = open_writer(
            order.destination.kind,
            data_file,
            schema_of(order.destination.columns),
            neutralise_formulas=order.destination.neutralise_formulas,
        )
        for batch in batches:
            writer.write(batch)
        writer.close()
        manifest = manifest_of(order, counts, {data_file.name: folder.describe(data_file)})
        return self._delivered(folder.finish(hidden, order.folder, manifest))

    def _delivered(self, final: Path) -> Receipt:
        folder.point(final)
        [file] = folder.read_manifest(final)["files"].values()
        return Receipt(str(final), file["bytes"], file["sha256"])
