"""历史导入 Files of other records, brought in as history: one mapping per kind of file."""

from application.importing.australia import AUSTRALIA
from application.importing.mapping import FileFault, Mapping, RowFault
from application.importing.run import ImportReport, import_file
from application.importing.turns import RowReport
from application.importing.united_kingdom import UNITED_KINGDOM
from application.importing.world_bank import WORLD_BANK

MAPPINGS: dict[str, Mapping] = {m.name: m for m in (WORLD_BANK, AUSTRALIA, UNITED_KINGDOM)}

__all__ = ["MAPPINGS", "FileFault", "ImportReport", "Mapping", "RowFault", "RowReport", "import_file"]
