"""What the words of a search mean: which positions they fit, and what was put right in them."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import reduce

from jobfair.positions.rules.index import BODY, NEAR, SAME, Index, Levels, disjoint, union
from jobfair.positions.rules.synonyms import Phrase, fold, plain, roots

MOST_WORDS = 12
THOUSAND, MILLION = 1000, 1_000_000
_WAGE = re.compile(
    r"(?:(?:di ?)?atas|minimal|min\.?|lebih dari|>)?\s*(?:rp\.?\s*)?"
    r"(?:(\d+(?:[.,]\d)?)\s*(jutaan|juta|jt|ribu|rb|k)\b|(\d{1,3}(?:\.\d{3})+|\d{6,9})\b)"
    r"(?:\s*(?:ke atas|keatas|lebih|\+))?"
)
_YEARS = re.compile(r"(?:pengalaman\s*)?(\d{1,2})\s*(?:tahun|thn|th|years?)\b")


@dataclass(frozen=True)
class Correction:
    """A word as it was typed, and the known word it was taken for."""

    typed: str
    meant: str


@dataclass(frozen=True)
class Understood:
    """What the words of a search came to."""

    ranked: Levels
    """Everything that fits, cheapest first."""
    nearest: Levels
    """Where nothing fits: what fits the most of the words."""
    corrections: tuple[Correction, ...] = ()
    words: str = ""
    """The words with the corrections in them."""
    by_body: int = 0
    """Those that say no word in title, company or place, only in what they ask or offer."""
    left_out: tuple[str, ...] = ()
    """Words that no position with the other words says."""

    @property
    def bits(self) -> int:
        """All that fits."""
        return union(self.ranked.values())


def _wage_floor(index: Index, text: str) -> tuple[str, int | None]:
    found = _WAGE.search(text)
    if found is None:
        return text, None
    if found[1]:
        unit = MILLION if found[2][0] == "j" else THOUSAND
        wage = int(float(found[1].replace(",", ".")) * unit)
    else:
        wage = int(found[3].replace(".", ""))
    return f"{text[: found.start()]} {text[found.end() :]}", at_least(index, wage)


def at_least(index: Index, wage: int) -> int:
    """Return the positions whose monthly wage reaches a sum."""
    return union(
        bits
        for (kind, code), bits in index.facets.items()
        if kind == "wage" and int(code) >= wage > 0
    )


def at_most_years(index: Index, years: int) -> int:
    """Return the positions that ask for no more experience than this."""
    return union(
        bits
        for (kind, code), bits in index.facets.items()
        if kind == "experience" and int(code) <= years
    )


def _is_known(index: Index, word: str) -> bool:
    return (
        word in index.vocabulary
        or word in index.synonyms.words
        or word in index.synonyms.stop
        or any(form in index.title_roots or form in index.body_roots for form in roots(word))
    )


def _spelled(index: Index, text: str) -> Iterator[tuple[str, str, str]]:
    """Yield each word as typed, as folded and known, and as a page shows it when put right."""
    typed = plain(text).split()[:MOST_WORDS]
    known = [fold(word) for word in typed]
    at = 0
    while at < len(typed):
        word = known[at]
        joined = fold(typed[at] + typed[at + 1]) if at + 1 < len(typed) else ""
        if _is_known(index, word) or any(
            other.startswith(word)
            for other in index.vocabulary
            if len(word) > 2  # noqa: PLR2004
        ):
            pair = joined in index.vocabulary | index.synonyms.words and not (
                _is_known(index, word) and _is_known(index, known[at + 1])
            )
            if not pair:
                yield typed[at], word, ""
                at += 1
                continue
        if joined and joined in index.vocabulary | index.synonyms.words:
            yield f"{typed[at]} {typed[at + 1]}", joined, index.written.get(joined, joined)
            at += 2
            continue
        halves = next(
            ((word[:cut], word[cut:]) for cut in range(3, len(word) - 2)
             if {word[:cut], word[cut:]} <= index.vocabulary | index.synonyms.words), None,
        )  # fmt: skip
        meant = index.corrected(word)
        if halves:
            yield typed[at], halves[0], " ".join(index.written.get(half, half) for half in halves)
            yield "", halves[1], ""
        elif meant:
            yield (
                typed[at],
                meant,
                "" if meant in index.synonyms.stop else index.written.get(meant, meant),
            )
        else:
            completed = sorted(
                other
                for other in index.synonyms.words
                if len(word) > 2 and other.startswith(word)  # noqa: PLR2004
            )
            yield typed[at], min(completed, key=len, default=word), ""
        at += 1


def _phrases(index: Index, words: Phrase) -> Iterator[tuple[Phrase, str]]:
    """Yield the words in known phrases, the longest first: the phrase, and its kind."""
    at = 0
    longest = max(index.synonyms.longest, max(map(len, index.place_phrases), default=1))
    while at < len(words):
        for length in range(min(longest, len(words) - at), 0, -1):
            phrase = words[at : at + length]
            if phrase in index.synonyms.meaning:
                yield phrase, "meaning"
            elif phrase in index.place_phrases:
                yield phrase, "place"
            elif phrase in index.synonyms.same or phrase in index.synonyms.near:
                yield phrase, "same"
            else:
                continue
            at += length
            break
        else:
            pair = words[at : at + 2]
            if len(pair) > 1 and len(pair[1]) == 1 and any(index.phrase(pair)):
                yield pair, "phrase"
                at += 2
                continue
            if words[at] not in index.synonyms.stop:
                yield (words[at],), "word"
            at += 1


def _levels(index: Index, phrase: Phrase, kind: str) -> Levels:
    if kind == "place":
        return disjoint([(0, index.place_phrases[phrase])])
    if kind == "meaning":
        filter_kind, code = index.synonyms.meaning[phrase]
        if filter_kind == "experience":
            return disjoint([(0, at_most_years(index, int(code)))])
        return disjoint([(0, index.facets.get((filter_kind, code), 0))])
    if kind == "word":
        return index.word(phrase[0]) or index.beginning(phrase[0])
    return index.alternatives(phrase)


def _both(ranked: Levels, levels: Levels) -> Levels:
    made: Levels = {}
    for cost, bits in ranked.items():
        for more, others in levels.items():
            if both := bits & others:
                made[cost + more] = made.get(cost + more, 0) | both
    return made


def understand(index: Index, text: str) -> Understood:
    """Return what fits the words of a search; one typo in a word is put right and named."""
    rest, waged = _wage_floor(index, text.casefold())
    years = _YEARS.search(rest)
    firm: list[Levels] = []
    if waged is not None:
        firm.append(disjoint([(0, waged)]))
    if years:
        rest = f"{rest[: years.start()]} {rest[years.end() :]}"
        firm.append(disjoint([(0, at_most_years(index, int(years[1])))]))
    spelled = list(_spelled(index, rest))
    words = tuple(word for _, word, _ in spelled)
    said = [
        (phrase, kind, _levels(index, phrase, kind))
        for phrase, kind in dict.fromkeys(_phrases(index, words))
    ]
    concepts = [*firm, *(levels for _, _, levels in said)]
    ranked = _all_of(index, concepts)
    left_out: list[Phrase] = []
    if min(ranked, default=NEAR) >= NEAR:
        guessed = {word for typed, word, _ in spelled if word != fold(typed)}
        relaxed, left_out = _without_details(index, firm, said, guessed)
        if not relaxed:
            return Understood(ranked={}, nearest=ranked or _nearest(concepts))
        ranked = relaxed
    words_said = [levels for _, kind, levels in said if kind not in ("place", "meaning")]
    named = union(b for levels in words_said for cost, b in levels.items() if cost < BODY)
    missing = {word for phrase in left_out for word in phrase}
    shown_as = [(typed, "" if word in missing else shown, word) for typed, word, shown in spelled]
    corrections = tuple(Correction(typed, shown) for typed, shown, _ in shown_as if shown)
    return Understood(
        ranked=ranked,
        nearest={},
        corrections=corrections,
        words=" ".join(filter(None, (shown or typed for typed, shown, _ in shown_as))),
        by_body=union(ranked.values()) & ~named if words_said else 0,
        left_out=tuple(typed for typed, _, word in shown_as if word in missing and typed),
    )


def _all_of(index: Index, concepts: Iterable[Levels]) -> Levels:
    return reduce(_both, concepts, {0: index.everything})


def _without_details(
    index: Index, firm: list[Levels], said: list[tuple[Phrase, str, Levels]], guessed: set[str]
) -> tuple[Levels, list[Phrase]]:
    """Find a job after all whose title is said beside details that no such job names.

    A place, a schooling and a wage are no details, nor is another job; a word that was put right or
    completed to name a job is one. What is left out is named.
    """
    jobs: list[Levels] = []
    details: list[tuple[Phrase, Levels]] = []
    for phrase, kind, levels in said:
        typed = guessed.isdisjoint(phrase)
        sure = typed and (kind != "word" or bool(index.word(phrase[0])))
        if kind in ("place", "meaning"):
            firm = [*firm, levels]
        elif sure and min(levels, default=NEAR) <= SAME:
            jobs.append(levels)
        elif typed and (index.is_elsewhere(phrase) or NEAR in levels):
            return {}, []
        else:
            details.append((phrase, levels))
    ranked = _all_of(index, [*firm, *jobs]) if jobs else {}
    left_out = []
    for phrase, levels in details:
        fitting = _both(ranked, levels)
        if fitting:
            ranked = fitting
        else:
            left_out.append(phrase)
    return ({}, []) if min(ranked, default=NEAR) >= NEAR else (ranked, left_out)


def _nearest(concepts: list[Levels]) -> Levels:
    """Return what fits any of the words: a word that fits nowhere costs as much as a far one."""
    missing = 1000
    ranked: Levels = {}
    for levels in concepts:
        fitting = union(levels.values())
        met = _both(ranked, levels)
        alone = {missing + cost: bits for cost, bits in levels.items()}
        left = {cost + missing: bits & ~fitting for cost, bits in ranked.items()}
        ranked = disjoint([*met.items(), *left.items(), *(alone.items())])
    return ranked
