"""Charts as plain SVG: presentation attributes only, so they print and show the same anywhere.

Each says all its values in ``aria-label`` for browsers and ``<title>`` for PDF. No gradients (some
viewers drop them), no ids, no classes (a page's styles do not reach into an SVG when it is
printed).
"""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

from jobfair.reporting.words import number, percent

WIDTH = 520
INK, INK_SOFT, INK_FAINT = "#12211d", "#43514c", "#5f6b66"
GREEN, SUN, PALE = "#0d7562", "#f6bc2c", "#a9bdb5"
EM = 0.62
"""Width of a figure in the font, in parts of its size."""
SIZES = (11.0, 9.5, 8.0)
LABEL_SIZES = (9.4, 8.2, 6.8)
MOST_LABELS = 31
LABEL_LINE = 24


@dataclass(frozen=True)
class Bar:
    """One bar: its value, what stands under or beside it, and a small note."""

    label: str
    value: int
    note: str = ""
    highlighted: bool = False
    collected: bool = False
    """Adds up what is not shown one by one: drawn pale, so that it is not compared."""

    @property
    def fill(self) -> str:
        """Return the colour of the bar."""
        if self.collected:
            return PALE
        return SUN if self.highlighted else GREEN


def _text(x: float, y: float, size: float, text: str, *, more: str = "", fill: str = INK) -> str:
    place = f'x="{x:.1f}" y="{y:.1f}" font-size="{size:g}" fill="{fill}"{more}'
    return f"<text {place}>{escape(text)}</text>"


def _frame(height: float, said: str, drawn: Sequence[str]) -> Markup:
    return Markup(  # noqa: S704 - every text in it was escaped above
        f'<svg viewBox="0 0 {WIDTH} {height:g}" role="img" aria-label="{escape(said)}" '
        f'font-family="Jakarta, Noto Sans, Noto Sans Arabic"><title>{escape(said)}</title>'
        f"{''.join(drawn)}</svg>"
    )


def _size_that_fits(
    texts: Sequence[str], width: float, sizes: Sequence[float] = SIZES
) -> float | None:
    longest = max((len(text) for text in texts), default=0)
    return next((size for size in sizes if longest * EM * size <= width), None)


def column_chart(bars: Sequence[Bar], *, said: str, height: int = 156) -> Markup:
    """Draw upright bars with their values on top, labels and notes below.

    With many bars labels are thinned out; values that do not fit stand on the longest bar only.
    """
    step = WIDTH / max(len(bars), 1)
    width = min(step * 0.56, 70)
    top, base = 22, height - 30
    most = max((bar.value for bar in bars), default=0)
    size = _size_that_fits([number(bar.value) for bar in bars], step)
    each = 1 if len(bars) <= MOST_LABELS else 7
    small = (
        _size_that_fits([bar.label for bar in bars], step * each, LABEL_SIZES) or LABEL_SIZES[-1]
    )
    middle = ' text-anchor="middle"'
    drawn = []
    for at, bar in enumerate(bars):
        x, tall = at * step + step / 2, (base - top) * bar.value / most if most else 0.0
        if bar.value:
            drawn.append(
                f'<rect x="{x - width / 2:.1f}" y="{base - tall:.1f}" width="{width:.1f}" '
                f'height="{tall:.1f}" rx="{min(2.0, width / 4, tall / 2):.1f}" fill="{bar.fill}"/>'
            )
        if size or (bar.value == most and bar.highlighted):
            bold = f'{middle} font-weight="700"'
            drawn.append(_text(x, base - tall - 5, size or SIZES[-1], number(bar.value), more=bold))
        if at % each == 0:
            spot, anchor = (x, middle) if each == 1 else (x - width / 2, "")
            drawn.append(_text(spot, base + 13, small, bar.label, more=anchor, fill=INK_SOFT))
            if bar.note:
                drawn.append(_text(x, base + 25, 8.2, bar.note, more=middle, fill=INK_FAINT))
    drawn.append(f'<path d="M0 {base}H{WIDTH}" stroke="{INK}" stroke-width=".8"/>')
    return _frame(height, said, drawn)


def _lines(label: str, most: int) -> list[str]:
    """Break a label into at most two lines."""
    if len(label) <= most:
        return [label]
    lines = [""]
    for word in label.split():
        if len(lines) == 1 and len(lines[0]) + len(word) >= most and lines[0]:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    lines[-1] = lines[-1] if len(lines[-1]) <= most else f"{lines[-1][: most - 1]}…"
    return lines


def row_chart(bars: Sequence[Bar], *, whole: int, said: str, wide: int = WIDTH) -> Markup:
    """Draw lying bars: label, bar, value, and its percentage of ``whole``."""
    scale = WIDTH / wide
    size, line = 9.6 * scale, 18.4 * scale
    left, right = (112 if wide == WIDTH else 88) * scale, 84 * scale
    most = max((bar.value for bar in bars), default=0)
    room = WIDTH - left - right
    per_line = LABEL_LINE if wide == WIDTH else LABEL_LINE - 5
    end, bold = ' text-anchor="end"', ' text-anchor="end" font-weight="700"'
    drawn = []
    for at, bar in enumerate(bars):
        y = at * line
        label = _lines(bar.label, per_line)
        small = size if len(label) == 1 else size * 0.84
        for place, text in enumerate(label):
            offset = 0.66 if len(label) == 1 else 0.44 + 0.44 * place
            drawn.append(_text(0, y + line * offset, small, text))
        long = room * bar.value / most if most else 0.0
        if bar.value:
            drawn.append(
                f'<rect x="{left:.1f}" y="{y + line * 0.13:.1f}" width="{max(long, 0.8):.1f}" '
                f'height="{line * 0.74:.1f}" rx="{min(2.0, long / 2):.1f}" '
                f'fill="{bar.fill}"/>'
            )
        middle = y + line * 0.66
        drawn.append(_text(WIDTH - 46 * scale, middle, size, number(bar.value), more=bold))
        part = percent(bar.value, whole)
        drawn.append(_text(WIDTH, middle, size * 0.94, part, more=end, fill=INK_FAINT))
    return _frame(max(len(bars), 1) * line, said, drawn)


def said_of(title: str, bars: Sequence[Bar]) -> str:
    """Return a chart in words, for those who do not see it."""
    return f"{title}: {', '.join(f'{bar.label} {number(bar.value)}' for bar in bars)}"
