"""The schema of a closing record that stands in ``docs/`` is that of its types."""

from tests.house.record_schema import PUBLISHED, schema_text


def test_the_published_schema_is_that_of_the_types():
    assert PUBLISHED.read_text("utf-8") == schema_text(), "python -m tests.house.record_schema"
