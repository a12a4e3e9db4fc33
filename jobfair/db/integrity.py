"""Is the file whole? What the database itself can tell."""

from sqlalchemy import text

from jobfair.db.database import Database


async def integrity_problems(database: Database) -> list[str]:
    """Return what SQLite finds wrong with its file; PostgreSQL has its own tools for that."""
    if not database.is_sqlite:
        return []
    async with database.report_reader.connect() as connection:
        pages = await connection.execute(text("pragma integrity_check"))
        keys = await connection.execute(text("pragma foreign_key_check"))
        return [row[0] for row in pages if row[0] != "ok"] + [
            f"{row[0]}: baris {row[1]} menunjuk baris {row[2]} yang tidak ada" for row in keys
        ]
