"""`make bench-documents`, the page finder: figures on the bench's own photographs and on a folder of real ones.

Knows: which seeds are kept apart, the figures to reach, the peers. Does not know: how a page is found. The set is rendered
into a folder of its own the first time, which takes minutes; the same seeds are the same pictures.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import cv2
import scenes
from peers import PEERS

from kiosk.documents import find_page
from kiosk.documents.score import Finder, Judged, Row, accepted, judge, rows

HELD_OUT = 900_000
"""First seed of the set that decides. The finder's weights were found on seeds below it, and must stay so."""
COUNTS = {"desk": 24, "white": 10, "hand": 10, "bent": 10, "empty": 16, "cut_off": 16}
REACH = {"desk": (0.985, 0.95, 0.0), "hard": (0.92, 0.0, 0.80)}
"""Of each subset: mean IoU, every single IoU, share of pictures at 0.90 or more."""
PREVIEW_MS = (30.0, 50.0)


def main() -> int:
    """Print a table; 1 when a figure is missed."""
    parser = argparse.ArgumentParser()
    parser.add_argument("folders", nargs="*", type=Path, help="folders with a quads.json beside the rendered set")
    parser.add_argument("--seed", type=int, default=HELD_OUT)
    parser.add_argument("--scale", type=float, default=1.0, help="share of the usual number of pictures")
    parser.add_argument("--without-peers", action="store_true")
    options = parser.parse_args()
    counts = {kind: max(1, round(count * options.scale)) for kind, count in COUNTS.items()}
    with tempfile.TemporaryDirectory() as place:
        own = Path(place)
        scenes.write_set(own, options.seed, counts)
        missed = [fault for folder in (own, *options.folders) for fault in _figures(folder, own=folder is own)]
        if not options.without_peers:
            _against_peers(own)
    for fault in missed:
        print(f"MISSED  {fault}")
    return 1 if missed else 0


def _figures(folder: Path, *, own: bool) -> Iterator[str]:
    """Print the rows of a folder at both sizes and yield what is not reached, the worse of both sizes."""
    name = "rendered" if own else folder.name
    for max_side in (0, 1920):
        judged = list(judge(folder, find_page, max_side=max_side))
        size = f"{max_side} px" if max_side else "as stored"
        print(f"{name}, {size}")
        for row in rows(judged):
            print(f"  {row.line()}")
            yield from (f"{name}, {size}: {fault}" for fault in _shortfalls(row))
        for kind, (count, of) in accepted(judged).items():
            print(f"  accepted without a whole page, {kind}: {count} of {of}")
        if max_side:
            yield from (f"{name}: {fault}" for fault in _slow(judged))


def _shortfalls(row: Row) -> Iterator[str]:
    if row.subset not in REACH:
        return
    mean, each, share = REACH[row.subset]
    for what, got, wanted in (("mean", row.mean_iou, mean), ("worst", row.worst_iou, each), (">=.90", row.share_90, share)):
        if got < wanted:
            yield f"{row.subset} {what} {got:.4f} < {wanted}"


def _slow(judged: list[Judged]) -> Iterator[str]:
    (whole,) = [row for row in rows(judged) if row.subset == "all"]
    for what, got, most in zip(("median", "p95"), (whole.median_ms, whole.p95_ms), PREVIEW_MS, strict=True):
        if got > most:
            yield f"preview {what} {got:.1f} ms > {most}"


def _against_peers(folder: Path) -> None:
    finders: dict[str, Finder] = {"this finder": find_page, **PEERS}
    print("peers on the rendered set, reduced to 1920 px: mean IoU of desk and hard, CPU ms as a ratio to this finder")
    base = 0.0
    for name, finder in finders.items():
        judged = list(judge(folder, finder, max_side=1920))
        by_subset = {row.subset: row for row in rows(judged)}
        base = base or by_subset["all"].median_ms
        negatives = ", ".join(f"{kind} {count}/{of}" for kind, (count, of) in accepted(judged).items())
        print(
            f"  {name:<17} desk {by_subset['desk'].mean_iou:.3f}  hard {by_subset['hard'].mean_iou:.3f}  "
            f"time x{by_subset['all'].median_ms / base:.2f}  accepted: {negatives}"
        )


if __name__ == "__main__":
    cv2.setNumThreads(1)
    sys.exit(main())
