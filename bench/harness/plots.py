"""Small plots as SVG: bars on a logarithmic axis."""
import math
from xml.sax.saxutils import escape

COLORS = {"segc": "#0b5394", "duckdb": "#e0a800", "duckdb_new": "#b8860b", "polars": "#4f9d69",
          "polars_streaming": "#86c49b", "clickhouse": "#c0504d", "datafusion": "#8064a2"}
OTHER = "#7f7f7f"
LEFT, RIGHT, BAR, GAP, TOP = 210, 150, 15, 14, 62
WIDTH = 760


def seconds_text(seconds):
    if seconds >= 1:
        return f"{seconds:.1f} s" if seconds < 100 else f"{seconds:.0f} s"
    return f"{seconds * 1000:.0f} ms" if seconds >= 0.01 else f"{seconds * 1000:.1f} ms"


def text(x, y, words, anchor="start", size=12, weight="normal"):
    return (f'<text x="{x:.0f}" y="{y:.0f}" text-anchor="{anchor}" font-size="{size}" '
            f'font-weight="{weight}">{escape(words)}</text>')


def bars(title, groups):
    """`groups`: (label, [(engine, seconds)]). Returns the text of an SVG."""
    values = [seconds for _, engines in groups for _, seconds in engines]
    low = 10 ** math.floor(math.log10(min(values) * 0.7))  # the shortest bar has a length, too
    high = 10 ** math.ceil(math.log10(max(values) * 1.0001))
    span = math.log10(high / low)

    def place(seconds):
        return LEFT + (WIDTH - LEFT - RIGHT) * math.log10(seconds / low) / span

    height = TOP + sum(len(engines) * BAR + GAP for _, engines in groups) + 30
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" '
             f'viewBox="0 0 {WIDTH} {height}" font-family="sans-serif" fill="#222222">',
             f'<rect width="{WIDTH}" height="{height}" fill="#ffffff"/>',
             text(12, 22, title, size=14, weight="bold"),
             text(12, 42, "seconds on the wall, median; logarithmic; shorter is better")]
    for decade in range(round(span) + 1):
        value = low * 10 ** decade
        x = place(value)
        parts.append(f'<line x1="{x:.0f}" y1="{TOP - 6}" x2="{x:.0f}" y2="{height - 26}" '
                     'stroke="#dddddd"/>')
        parts.append(text(x, height - 10, seconds_text(value), "middle", 11))
    y = TOP
    for label, engines in groups:
        parts.append(text(12, y + BAR * len(engines) / 2 + 4, label))
        for engine, seconds in engines:
            width = max(2, place(seconds) - LEFT)
            parts.append(f'<rect x="{LEFT}" y="{y + 2}" width="{width:.0f}" height="{BAR - 3}" '
                         f'fill="{COLORS.get(engine.split(" ")[0], OTHER)}"/>')
            parts.append(text(LEFT + width + 5, y + BAR - 3, f"{engine} {seconds_text(seconds)}",
                              size=11))
            y += BAR
        y += GAP
    return "\n".join([*parts, "</svg>", ""])
