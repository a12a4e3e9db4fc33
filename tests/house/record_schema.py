"""The JSON Schema of a closing record, made from its types.

``python -m tests.house.record_schema`` writes ``docs/closing-record.schema.json`` again.
"""

import json
from pathlib import Path

import msgspec

from jobfair.tally.rules.record import FORMAT, Record

PUBLISHED = Path(__file__).parents[2] / "docs" / "closing-record.schema.json"


def schema_text() -> str:
    """Return the schema as it is published."""
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"Closing record, format {FORMAT}",
    } | msgspec.json.schema(Record)
    return json.dumps(schema, indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    PUBLISHED.write_text(schema_text(), "utf-8")
