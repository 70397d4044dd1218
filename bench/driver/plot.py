"""The ratios as a picture: one bar a row on a logarithmic axis, a mark where its target is."""
import html
import math

ROW, LEFT, WIDTH = 22, 430, 520


def ratios(rows, caption):
    # A row without a peer is drawn as the share of what it may take: 1 is its limit.
    shown = [(r, r["ratio"], (1.0 if r["peer"] is None else r["target"])) for r in rows if r["ratio"] and math.isfinite(r["ratio"])]
    least = min([0.5, *(x for _, x, _ in shown)])
    most = max([10.0, *(x for _, x, _ in shown)])
    span = math.log(most / least)

    def place(x):
        return LEFT + WIDTH * math.log(max(x, least) / least) / span

    height = 64 + ROW * len(shown)
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{LEFT + WIDTH + 90}" height="{height}" font-family="sans-serif" font-size="12">',
           f'<rect width="100%" height="100%" fill="white"/><text x="8" y="18" font-size="11" fill="#555">{html.escape(caption)}</text>',
           '<text x="8" y="34" font-size="11" fill="#555">How many times faster than the peer, or limit / measured where there is none; black mark: the target</text>']
    for i, (row, x, target) in enumerate(shown):
        y = 48 + ROW * i
        colour = {True: "#2a7f62", False: "#c0392b", None: "#7f8c9b"}[row["met"]]
        begin, end = sorted((place(1), place(x)))
        out.append(f'<text x="{LEFT - 8}" y="{y + 12}" text-anchor="end">{html.escape(row["name"])}</text>')
        out.append(f'<rect x="{begin:.1f}" y="{y}" width="{max(end - begin, 1):.1f}" height="{ROW - 8}" fill="{colour}"/>')
        if target:
            out.append(f'<rect x="{place(target) - 1:.1f}" y="{y - 3}" width="2" height="{ROW - 2}" fill="black"/>')
        out.append(f'<text x="{max(end, place(target) if target else 0) + 6:.1f}" y="{y + 12}">{x:.3g}</text>')
    out.append(f'<line x1="{place(1):.1f}" y1="42" x2="{place(1):.1f}" y2="{height - 14}" stroke="#999"/></svg>\n')
    return "\n".join(out)
