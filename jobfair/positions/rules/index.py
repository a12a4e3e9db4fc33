"""An inverted index over one fair's positions: a word to the set of positions that say it.

A set of positions is one whole number, bit ``n`` for the position at place ``n`` of the default
order. So "and", "or" and counting cost one operation each, however many positions there are.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, reduce
from operator import or_

from jobfair.positions.rules import EDUCATION, EMPLOYMENT, SECTORS
from jobfair.positions.rules.offers import Offer
from jobfair.positions.rules.synonyms import Phrase, Synonyms, roots, spellings, tokens
from jobfair.regions import district_name, regencies, regency_name

TITLE, USUAL, SAME, ROOT, PLACE, COMPANY, BODY, BODY_ROOT, NEAR = 1, 2, 4, 5, 5, 7, 12, 15, 200
"""What a match costs by where it is, one less for the whole title; the cheapest comes first."""
PHRASES_KEPT = 2000
"""Where a phrase is said, so that its texts are read once in the life of the index."""
SHORTEST_CORRECTED, SHORTEST_PREFIX = 4, 3
Levels = dict[int, int]
"""Cost to the set of positions that match at that cost, disjoint."""
Postings = Mapping[str, int]


def members(bits: int) -> Iterator[int]:
    """Yield the places in a set, rising."""
    while bits:
        low = bits & -bits
        yield low.bit_length() - 1
        bits ^= low


def union(sets: Iterable[int]) -> int:
    """Return the union of sets of positions."""
    return reduce(or_, sets, 0)


def set_of(places: Sequence[int]) -> int:
    """Return the set of rising places, filled as bytes: a whole number is copied at each change."""
    raw = bytearray(places[-1] // 8 + 1 if places else 0)
    for at in places:
        raw[at >> 3] |= 1 << (at & 7)
    return int.from_bytes(raw, "little")


def _gather(pairs: Iterable[tuple[int, Iterable[str]]]) -> dict[str, int]:
    """Return postings."""
    places: dict[str, list[int]] = defaultdict(list)
    for at, keys in pairs:
        for key in set(keys):
            places[key].append(at)
    return {key: set_of(where) for key, where in places.items()}


def _with_roots(postings: Postings) -> dict[str, int]:
    made: dict[str, int] = defaultdict(int)
    for word, bits in postings.items():
        for root in roots(word):
            made[root] |= bits
    return dict(made)


@cache
def _towns() -> frozenset[str]:
    """Return the words in the names of all regencies: a town elsewhere is no typo."""
    return frozenset(word for one in regencies() for word in tokens(one.name))


def _deletions(word: str) -> set[str]:
    return {word[:at] + word[at + 1 :] for at in range(len(word))} | {word}


def one_typo(one: str, other: str) -> bool:
    """Tell whether two words differ by one letter: missing, added, changed or swapped."""
    if abs(len(one) - len(other)) > 1:
        return False
    at = next((n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), None)
    if at is None:
        return True
    rest, rest_other = one[at:], other[at:]
    return (
        rest[1:] == rest_other[1:]
        or rest[1:] == rest_other
        or rest == rest_other[1:]
        or (rest[:2] == rest_other[1::-1] and rest[2:] == rest_other[2:])
    )


def place_names(code: str) -> tuple[str, str]:
    """Return the names of a district and of its regency, empty where it has none."""
    return district_name(code) or "", regency_name(code[:5]) or ""


@dataclass
class Index:
    """Everything a search looks at, made once for each definition of a fair."""

    synonyms: Synonyms
    offers: Sequence[Offer]
    """In the default order."""
    everything: int
    whole: Mapping[Phrase, int]
    """By the whole title."""
    title: Postings
    title_roots: Postings
    place: Postings
    place_phrases: Mapping[Phrase, int]
    company: Postings
    body: Postings
    body_roots: Postings
    facets: Mapping[tuple[str, str], int]
    texts: Sequence[tuple[str, str]]
    """Title and body of each position, folded, a space around each word."""
    vocabulary: frozenset[str]
    written: Mapping[str, str]
    """Folded word to how a title, a company or a place writes it."""
    _misspelt: Mapping[str, Sequence[str]] = field(repr=False)
    _phrases: dict[Phrase, tuple[int, int]] = field(default_factory=dict, repr=False)

    def word(self, word: str) -> Levels:
        """Return where a word is said."""
        forms = roots(word)
        return disjoint(
            [
                (TITLE - 1, self.whole.get((word,), 0)),
                (TITLE, self.title.get(word, 0)),
                (ROOT, union(self.title_roots.get(form, 0) for form in forms)),
                (PLACE, self.place.get(word, 0)),
                (COMPANY, self.company.get(word, 0)),
                (BODY, self.body.get(word, 0)),
                (BODY_ROOT, union(self.body_roots.get(form, 0) for form in forms)),
            ]
        )

    def phrase(self, phrase: Phrase) -> tuple[int, int]:
        """Return the positions that say a phrase in their title, and in what they ask or offer."""
        if phrase in self._phrases:
            return self._phrases[phrase]
        found = []
        for part, postings in enumerate((self.title, self.body)):
            bits = self.everything
            for word in phrase:
                bits &= postings.get(word, 0)
            if len(phrase) > 1 and bits:
                said = f" {' '.join(phrase)} "
                bits = set_of([at for at in members(bits) if said in self.texts[at][part]])
            found.append(bits)
        if len(self._phrases) < PHRASES_KEPT:
            self._phrases[phrase] = (found[0], found[1])
        return found[0], found[1]

    def alternatives(self, own: Phrase) -> Levels:
        """Return where a phrase of the synonym file or one of the same meaning is said."""
        levels = list(self.word(own[0]).items()) if len(own) == 1 else []
        own_title, own_body = self.phrase(own)
        levels += [(TITLE - 1, self.whole.get(own, 0)), (TITLE, own_title), (BODY, own_body)]
        for other in self.synonyms.same.get(own, ()):
            cost = USUAL if other in self.synonyms.usual else SAME
            title, body = self.phrase(other)
            company = self.everything
            for word in other:
                company &= self.company.get(word, 0)
            levels += [
                (cost - 1, self.whole.get(other, 0)),
                (cost, title),
                (COMPANY, company),
                (BODY, body),
            ]
        for other in self.synonyms.near.get(own, ()):
            levels.append((NEAR, self.phrase(other)[0]))
        return disjoint(levels)

    def is_elsewhere(self, phrase: Phrase) -> bool:
        """Tell whether a phrase names a place that is not at this fair."""
        return any(word in _towns() or word in self.synonyms.elsewhere for word in phrase)

    def beginning(self, start: str) -> Levels:
        """Return where words that begin so are said."""
        if len(start) < SHORTEST_PREFIX:
            return {}
        levels: list[tuple[int, int]] = []
        for word in self.vocabulary:
            if word.startswith(start):
                levels += self.word(word).items()
        return disjoint(levels)

    def corrected(self, word: str) -> str | None:
        """Return the known word that differs from this one by one typo, the likeliest first."""
        if len(word) < SHORTEST_CORRECTED or not word.isalpha() or word in _towns():
            return None
        near = {
            known
            for form in _deletions(word)
            for known in self._misspelt.get(form, ())
            if one_typo(word, known)
        }
        return min(near, key=lambda known: self._unlikely(word, known), default=None)

    def _unlikely(self, word: str, known: str) -> tuple[bool, bool, bool, int, str]:
        return (
            known not in self.title and known in self.vocabulary,
            known[0] != word[0],
            len(known) < len(word),
            -self.title.get(known, 0).bit_count(),
            known,
        )


def disjoint(levels: Iterable[tuple[int, int]]) -> Levels:
    """Return levels in which each position is at its cheapest only."""
    made: Levels = {}
    seen = 0
    for cost, bits in sorted(levels):
        fresh = bits & ~seen
        if fresh:
            made[cost] = made.get(cost, 0) | fresh
            seen |= fresh
    return made


def _facets_of(offer: Offer) -> list[tuple[str, str]]:
    return [
        ("district", offer.district),
        ("employment", offer.employment),
        ("sector", offer.sector),
        ("experience", str(offer.experience_years)),
        *[("education", code) for code in offer.education],
        *([("disability", "1")] if offer.disability_friendly else []),
        ("wage", str(offer.monthly_wage)),
    ]


def build_index(offers: Iterable[Offer], synonyms: Synonyms) -> Index:
    """Return the index of a fair's positions."""
    ordered = sorted(offers, key=lambda offer: (-offer.openings, offer.id))
    titles = [tokens(offer.title) for offer in ordered]
    bodies = [[tokens(line) for line in offer.lines] for offer in ordered]
    names = {offer.district: place_names(offer.district) for offer in ordered}
    title = _gather(enumerate(titles))
    company = _gather((at, tokens(offer.company)) for at, offer in enumerate(ordered))
    place = _gather(
        (at, tokens(" ".join(names[offer.district]))) for at, offer in enumerate(ordered)
    )
    body = _gather(
        (at, (word for line in lines for word in line)) for at, lines in enumerate(bodies)
    )
    facets: dict[tuple[str, str], int] = {
        (kind, code): 0 for kind, codes in
        (("employment", EMPLOYMENT), ("sector", SECTORS), ("education", EDUCATION))
        for code in codes
    }  # fmt: skip
    gathered = _gather(
        (at, ("\0".join(pair) for pair in _facets_of(offer))) for at, offer in enumerate(ordered)
    )
    for key, bits in gathered.items():
        kind, code = key.split("\0")
        facets[kind, code] = bits
    whole: dict[Phrase, int] = defaultdict(int)
    for at, words in enumerate(titles):
        whole[words] |= 1 << at
    phrases: dict[Phrase, int] = defaultdict(int)
    for code, both in names.items():
        for name in filter(None, both):
            phrases[tokens(name)] |= facets["district", code]
    vocabulary = frozenset(title) | frozenset(company) | frozenset(place) | frozenset(body)
    misspelt: dict[str, list[str]] = defaultdict(list)
    for word in sorted(vocabulary | synonyms.words | synonyms.stop):
        if len(word) >= SHORTEST_CORRECTED - 1:
            for form in _deletions(word):
                misspelt[form].append(word)
    return Index(
        synonyms=synonyms,
        offers=ordered,
        everything=(1 << len(ordered)) - 1,
        whole=dict(whole),
        title=title,
        title_roots=_with_roots(title),
        place=place,
        place_phrases=dict(phrases),
        company=company,
        body=body,
        body_roots=_with_roots(body),
        facets=facets,
        texts=[
            (f" {' '.join(words)} ", f" {' | '.join(' '.join(line) for line in lines)} ")
            for words, lines in zip(titles, bodies, strict=True)
        ],
        vocabulary=vocabulary,
        written=synonyms.written
        | {
            word: form
            for offer in ordered
            for word, form in spellings(f"{offer.title} {offer.company}").items()
        },
        _misspelt=dict(misspelt),
    )
