"""Make the tables of the sample fair: ``python events/asahan-2022/make.py [folder]``.

Reads ``catalogue/`` and ``villages.csv`` beside this file and writes the five tables the fair is
loaded from, into this folder or into the one named as the argument. Every run gives the same
bytes: each random table has its own source with a fixed seed, so a change to one table moves
only the tables that are made from it.
"""

import csv
import sys
from collections.abc import Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # runs from a bare checkout

from people import HERE, Row, catalogue, make_applicants
from traffic import make_applications, make_decisions


def make_companies() -> list[Row]:
    """Return the 37 companies, every one of them verified by the office."""
    return [
        {
            "slug": slug,
            "name": about["name"],
            "legal_form": about["form"],
            "kind": about.get("kind", "formal"),
            **{key: about[key] for key in ("kbli", "district", "address", "about")},
            "verified": "ya",
        }
        for slug, about in catalogue("companies").items()
    ]


def make_positions() -> list[Row]:
    """Return the 97 positions: each a title of the catalogue, offered by one company."""
    titles, answers = catalogue("titles"), catalogue("answers")
    rows = []
    for company, about in catalogue("companies").items():
        for key, openings, employment, *friendly in about["positions"]:
            title = titles[key]
            wage = [str(amount) for amount in title["wage"]] or ["", ""]
            asked = [answers[kind]["question"] for kind in title.get("questions", [])]
            row = {
                "slug": f"{key}-{company}",
                "company": company,
                "title": title["title"],
                "kbji": str(title["kbji"]),
                "employment": employment,
                "openings": str(openings),
                "education": title["education"],
                "experience_years": str(title.get("experience", 0)),
                "wage_min": wage[0],
                "wage_max": wage[1],
                "wage_period": title.get("per", "bulan"),
                "wage_note": title.get("note", ""),
                "district": about["district"],
                "sector": about.get("kind", "formal"),
                "disability_friendly": "ya" if friendly else "tidak",
                "hours": title["hours"],
                "duties": " | ".join(title["duties"]),
                "requirements": " | ".join(title["requirements"]),
                "question_1": asked[0] if asked else "",
                "question_2": asked[1] if len(asked) > 1 else "",
            }
            rows.append(row)
    return rows


def write(folder: Path, name: str, rows: Sequence[Row]) -> None:
    """Write one table the way every table of a fair is written: UTF-8, header, LF."""
    with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
        table = csv.DictWriter(file, fieldnames=list(rows[0]), lineterminator="\n")
        table.writeheader()
        table.writerows(rows)


def main(folder: Path) -> None:
    """Write all five tables into a folder that exists."""
    positions, people = make_positions(), make_applicants()
    applications = make_applications(people, positions)
    write(folder, "companies", make_companies())
    write(folder, "positions", positions)
    write(folder, "applicants", [person.row for person in people])
    write(folder, "applications", applications)
    write(folder, "decisions", make_decisions(applications, people, positions))


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else HERE)
