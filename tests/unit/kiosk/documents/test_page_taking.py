"""Quality, guidance and taking of pages, on rendered frames and a hand-turned clock."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Callable

import cv2
import numpy as np
import pytest

from devices.document_camera import Picture
from devices.document_camera.scene import FRAME_MM, UPRIGHT_PX, Fault, Lying, corners
from devices.document_camera.sheets import SHEETS
from kiosk.documents.capture import take
from kiosk.documents.geometry import ordered
from kiosk.documents.guide import Guide, Sight
from kiosk.documents.importing import Wanted, pages_of
from kiosk.documents.looks import ALIKE, alike, likeness, unpacked
from kiosk.documents.mat import Mat
from kiosk.documents.page_wire import packed_refusal, unpacked_refusal
from kiosk.documents.pages import Advice, CapturedPage, Outline, Refused
from kiosk.documents.profiles import PROFILES, Profile
from kiosk.documents.quality import sharpness
from kiosk.documents.steady import ABSENT_S, HOLD_S, REOPENED_S, Phase, Steadiness
from kiosk.documents.straighten import look_of, look_of_page

Camera = Callable[..., Picture]
DOCUMENT, PHOTO = PROFILES["document"], PROFILES["photo"]


def _watch(guide: Guide, frame: Picture, start_s: float, seconds: float) -> list[Sight]:
    """Show the same frame at 10 fps."""
    return [guide.sight(frame, start_s + i / 10) for i in range(round(seconds * 10) + 1)]


def test_a_still_good_page_is_ripe_after_the_hold_and_only_once(seen: Camera) -> None:
    """Not before 0.7 s; then ripe; after it is taken, never again while it lies there, moved or not."""
    guide = Guide(DOCUMENT, FRAME_MM)
    page = seen(Lying("address_proof_1", 0.5, 0.5, 1.4))
    early = _watch(guide, page, 0.0, HOLD_S - 0.15)
    assert not any(sight.ripe for sight in early)
    assert early[-1].advice is Advice.HOLD_STILL
    assert guide.sight(page, HOLD_S + 0.05).ripe
    guide.taken("one")
    assert all(s.advice is Advice.NEXT and not s.ripe for s in _watch(guide, page, 1.0, 1.5))
    moved = seen(Lying("address_proof_1", 0.505, 0.49, -1.4))
    assert not any(s.ripe for s in _watch(guide, moved, 3.0, 1.5))
    following = seen(Lying("address_proof_2", 0.505, 0.49, -1.4))
    assert any(s.ripe for s in _watch(guide, following, 5.0, 1.5))


def test_a_page_taken_away_and_laid_again_is_taken_again(seen: Camera) -> None:
    """An empty mat for long enough should clear the memory of the page."""
    guide = Guide(DOCUMENT, FRAME_MM)
    page, mat = seen(Lying("study_proof", 0.5, 0.5, 2.0)), seen(None)
    assert _watch(guide, page, 0.0, 1.0)[-1].ripe
    guide.taken("one")
    assert {s.advice for s in _watch(guide, mat, 2.0, ABSENT_S)} == {Advice.LAY_PAGE}
    assert _watch(guide, page, 3.0, 1.0)[-1].ripe


@pytest.mark.parametrize(
    ("lying", "faults", "advice"),
    [
        (Lying("study_proof", 0.5, 0.5, 2.0), (Fault.BLURRED,), Advice.BLURRED),
        (Lying("study_proof", 0.5, 0.5, 2.0), (Fault.DARK,), Advice.TOO_DARK),
        (Lying("study_proof", 0.5, 0.5, 2.0), (Fault.GLARE,), Advice.GLARE),
        (Lying("blank", 0.5, 0.5, 2.0), (), Advice.BLANK),
        (Lying("address_proof_2", 0.5, 0.8, 0.0), (), Advice.MOVE_INTO_FRAME),
    ],
)
def test_advice_says_what_is_wrong_and_nothing_is_taken(
    seen: Camera, lying: Lying, faults: tuple[Fault, ...], advice: Advice
) -> None:
    """A faulty picture should never be ripe, and both preview and still should name the fault."""
    frame = seen(lying, *faults)
    sights = _watch(Guide(DOCUMENT, FRAME_MM), frame, 0.0, 1.2)
    assert not any(sight.ripe for sight in sights)
    assert sights[-1].advice is advice
    assert _refused(frame).advice == (advice if advice is not Advice.GLARE else Advice.TOO_SMALL) or (
        _refused(seen(lying, *faults, scale=2)).advice == advice
    )


def _refused(still: Picture, profile: Profile = DOCUMENT, outline: Outline | None = None, mat: Mat | None = None) -> Refused:
    """Take a picture that is not good enough."""
    taken = take(still, profile, FRAME_MM, mat, outline)
    assert isinstance(taken, Refused)
    return taken


def test_a_refused_picture_shows_the_place_and_could_be_kept_by_somebody(seen: Camera) -> None:
    """Glare: the lamp's spot is marked on the straightened page, which is whole; a page of the wrong size: where it lies."""
    glare = _refused(seen(Lying("study_proof", 0.5, 0.5, 2.0), Fault.GLARE, scale=2))
    ((left, top, width, height),) = glare.places
    assert left < 0.45 < left + width  # where `scene` mirrors its lamp
    assert top < 0.35 < top + height
    assert width * height < 0.2
    assert glare.page is not None
    assert (glare.page.jpeg, glare.page.height_px) == (glare.picture, 2339)
    sheet = _refused(seen(Lying("address_proof_1", 0.5, 0.5, 1.4)), PHOTO)
    assert sheet.page is None
    ((left, top, width, height),) = sheet.places
    assert left + width / 2 == pytest.approx(0.5, abs=0.02)
    assert 0.5 < height < 0.8
    picture = cv2.imdecode(np.frombuffer(sheet.picture, np.uint8), cv2.IMREAD_COLOR)
    assert picture is not None
    assert max(picture.shape) == 1000


def test_a_refused_picture_crosses_to_the_screen_whole(seen: Camera) -> None:
    """With its page and without."""
    for refused in (
        _refused(seen(Lying("study_proof", 0.5, 0.5, 2.0), Fault.BLURRED, scale=2)),
        _refused(seen(Lying("address_proof_1", 0.5, 0.5, 1.4)), PHOTO),
    ):
        said, blob = packed_refusal(refused)
        assert unpacked_refusal(json.loads(json.dumps(said)), blob) == refused


def test_a_still_becomes_a_page_with_its_true_measures(seen: Camera) -> None:
    """200 dpi A4, the hash of its bytes, density in the JPEG, well under the size limit."""
    page = take(seen(Lying("address_proof_1", 0.5, 0.5, 1.4), scale=2), DOCUMENT, FRAME_MM)
    assert isinstance(page, CapturedPage)
    assert (page.width_px, page.height_px, page.dpi, page.paper, page.profile) == (1654, 2339, 200, "a4", "document")
    assert page.sha256 == hashlib.sha256(page.jpeg).hexdigest()
    assert page.jpeg[13:18] == b"\x01\x00\xc8\x00\xc8"
    assert len(page.jpeg) < 700_000
    assert page.sharpness > 0.3
    decoded = cv2.imdecode(np.frombuffer(page.jpeg, np.uint8), cv2.IMREAD_COLOR)
    assert decoded is not None
    assert decoded.shape == (2339, 1654, 3)


def test_the_untouched_picture_is_kept_beside_the_page(seen: Camera) -> None:
    """The crop shows the page as it lay, with a margin of the mat, and is named by its hash."""
    page = take(seen(Lying("address_proof_1", 0.5, 0.5, 1.4), scale=2), DOCUMENT, FRAME_MM)
    assert isinstance(page, CapturedPage)
    assert page.evidence_sha256 == hashlib.sha256(page.evidence).hexdigest()
    crop = cv2.imdecode(np.frombuffer(page.evidence, np.uint8), cv2.IMREAD_COLOR)
    assert crop is not None
    assert crop.shape[0] > page.height_px * 0.9
    assert crop[:8].mean() < crop[crop.shape[0] // 2].mean() - 40  # the dark mat above it


def test_a_form_has_a_fine_picture_in_black_and_white(seen: Camera) -> None:
    """No more than 80 KB for a page of text, at whatever the camera gives up to 300 dpi."""
    page = take(seen(Lying("address_proof_1", 0.5, 0.5, 1.4), scale=3), PROFILES["form"], FRAME_MM)
    assert isinstance(page, CapturedPage)
    assert 1000 < len(page.bitonal) < 80_000
    assert (page.width_px, page.dpi) == (1654, 200)


@pytest.mark.parametrize("sheet", ["one_line", "stamp"])
def test_a_page_that_says_little_is_a_page_all_the_same(seen: Camera, sheet: str) -> None:
    """A few small words, or a stamp alone, are taken by themselves."""
    lying = Lying(sheet, 0.5, 0.5, 1.4)
    assert _watch(Guide(DOCUMENT, FRAME_MM), seen(lying), 0.0, 1.2)[-1].ripe
    assert isinstance(take(seen(lying, scale=2), DOCUMENT, FRAME_MM), CapturedPage)


def test_an_empty_side_is_refused_whatever_the_corners_and_its_other_side_is_taken(seen: Camera) -> None:
    """By itself, on demand and by hand alike; turned over, the sheet is taken without being taken away first."""
    lying = Lying("blank", 0.5, 0.5, 1.4)
    assert _refused(seen(lying, scale=2)).advice is Advice.BLANK
    assert _refused(seen(lying, scale=2), outline=_by_hand(lying)).advice is Advice.BLANK
    guide = Guide(DOCUMENT, FRAME_MM)
    assert not any(sight.ripe for sight in _watch(guide, seen(lying), 0.0, 1.2))
    assert any(sight.ripe for sight in _watch(guide, seen(Lying("study_proof", 0.5, 0.5, 1.4)), 2.0, 1.2))


def test_a_portrait_photo_is_cut_to_its_format_and_a_page_is_not_one(seen: Camera) -> None:
    """35 mm by 45 mm; a sheet of A4 under the photo profile is the wrong size."""
    photo = take(seen(Lying("id_photo", 0.505, 0.49, -1.4), scale=2), PHOTO, FRAME_MM)
    assert isinstance(photo, CapturedPage)
    assert photo.paper == "photo"
    assert photo.width_px / photo.dpi * 25.4 == pytest.approx(35, abs=0.2)
    assert photo.height_px / photo.dpi * 25.4 == pytest.approx(45, abs=0.2)
    page = seen(Lying("address_proof_1", 0.5, 0.5, 1.4))
    assert Guide(PHOTO, FRAME_MM).sight(page, 0.0).advice is Advice.WRONG_SIZE
    assert _refused(page, PHOTO).advice is Advice.WRONG_SIZE


@pytest.mark.parametrize(
    ("x", "y", "turn_deg"), [(0.502, 0.497, 1.4), (0.25, 0.75, -20.0), (0.5, 0.5, 90.0), (0.6, 0.85, -33)]
)
def test_a_portrait_photo_is_taken_by_itself_from_the_learned_mat(seen: Camera, x: float, y: float, turn_deg: float) -> None:
    """Where a paper of less than two hundredths of the picture is all that is bright it should be outlined as any other."""
    lying, mat = Lying("id_photo", x, y, turn_deg), Mat()
    guide = Guide(PHOTO, FRAME_MM, mat)
    _watch(guide, seen(None), 0.0, 0.5)
    assert mat.learned
    last = _watch(guide, seen(lying), 1.0, 1.2)[-1]
    assert last.ripe
    assert last.outline is not None
    assert np.abs(np.array(last.outline) * UPRIGHT_PX - 0.5 - ordered(corners(lying))).max() < 2.5
    assert isinstance(take(seen(lying, scale=2), PHOTO, FRAME_MM, mat), CapturedPage)


def test_a_preview_frame_has_too_few_dots_for_a_document(seen: Camera) -> None:
    """A camera without a real still mode should be refused rather than give an unreadable page."""
    assert _refused(seen(Lying("address_proof_1", 0.5, 0.5, 1.4))).advice is Advice.TOO_SMALL


def test_sharpness_falls_with_blur_and_not_with_contrast() -> None:
    """Half the contrast should read the same; two pixels of blur much lower; a flat picture not at all."""
    rng = np.random.default_rng(20261123)
    page = np.full((600, 600), 235, np.uint8)
    for x, y in rng.integers(20, 560, (400, 2)):
        cv2.rectangle(page, (int(x), int(y)), (int(x) + 9, int(y) + 5), 40, -1)
    crisp = sharpness(cv2.GaussianBlur(page, (0, 0), 0.7))
    faint = sharpness(cv2.GaussianBlur((page // 2 + 100).astype(np.uint8), (0, 0), 0.7))
    soft = sharpness(cv2.GaussianBlur(page, (0, 0), 2.5))
    assert crisp is not None
    assert faint == pytest.approx(crisp, rel=0.1)
    assert soft is not None
    assert soft < 0.6 * crisp
    assert sharpness(np.full((300, 300), 200, np.uint8)) is None


SHEET_NAMES = ("address_proof_1", "address_proof_2", "employment_proof", "study_proof", "stamp")


def _brought(name: str, *, turned: int = 0, small: bool = False, as_pdf: bool = False) -> bytes:
    """Return the look of a sheet that came as a file: turned counter-clockwise, as a scanner or a telephone saves it."""
    drawn = SHEETS[name].draw(200).rotate(turned, expand=True)
    if small:
        drawn = drawn.resize((drawn.width * 2 // 3, drawn.height * 2 // 3))
    out = io.BytesIO()
    drawn.save(out, "PDF" if as_pdf else "JPEG", **({"resolution": 200.0} if as_pdf else {"quality": 60}))
    ((page, _),) = pages_of(out.getvalue(), Wanted("usb", 1))
    return page.look


@pytest.mark.parametrize("name", SHEET_NAMES)
def test_a_sheet_brought_as_a_file_is_known_under_the_camera(seen: Camera, name: str) -> None:
    """Scanned upright or sideways, smaller, or in a PDF; and no other sheet is taken for it."""
    page = take(seen(Lying(name, 0.5, 0.5, 1.4), scale=2), DOCUMENT, FRAME_MM)
    page = page.page if isinstance(page, Refused) else page
    assert page is not None
    files = [_brought(name), _brought(name, turned=90), _brought(name, turned=180, small=True), _brought(name, as_pdf=True)]
    assert all(alike(page.look, look) for look in files)
    assert not any(alike(page.look, _brought(other)) for other in SHEET_NAMES if other != name)


def test_both_makers_of_looks_agree() -> None:
    """One picture should have one look within a few levels, whichever library made it."""
    drawn = np.asarray(SHEETS["study_proof"].draw(200).convert("RGB"))[..., ::-1].copy()
    assert likeness(look_of_page(drawn), unpacked(_brought("study_proof"))) > 0.95


@pytest.mark.parametrize("lying", [Lying("study_proof", 0.505, 0.49, -1.4), Lying("study_proof", 0.49, 0.5, 181.0)])
def test_a_sheet_laid_again_looks_the_same(seen: Camera, lying: Lying) -> None:
    """A little turned and moved, or upside down; another letter does not, and a page without a look is like none."""
    looks = []
    for each in (Lying("study_proof", 0.5, 0.5, 1.4), lying, Lying("employment_proof", 0.5, 0.5, 1.4)):
        page = take(seen(each, scale=2), DOCUMENT, FRAME_MM)
        assert isinstance(page, CapturedPage)
        looks.append(page.look)
    assert alike(looks[0], looks[1])
    assert not alike(looks[0], looks[2])
    assert not alike(looks[0], b"")


def _form(filled: tuple[int, ...]) -> Picture:
    """The look of a printed form of twelve rows, in some of which something is written."""
    page = np.full((1680, 1200, 3), 240, np.uint8)
    for row in range(12):
        cv2.rectangle(page, (60, 60 + row * 130), (1140, 190 + row * 130), (40, 40, 40), 4)
        cv2.putText(page, f"Label {row}", (80, 140 + row * 130), cv2.FONT_HERSHEY_SIMPLEX, 1.6, (40, 40, 40), 4)
        if row in filled:
            cv2.putText(page, f"Value {row}", (640, 140 + row * 130), cv2.FONT_HERSHEY_SIMPLEX, 1.8, (90, 30, 30), 6)
    return look_of(page, np.array([[0, 0], [1200, 0], [1200, 1680], [0, 1680]], np.float32))


def test_the_next_sheet_of_the_same_form_is_another_page() -> None:
    """All that is printed agrees and only what was filled in differs: a household register has one such sheet a person."""
    one, other = _form((0, 2, 5)), _form((0, 4, 5))
    assert np.corrcoef(one.ravel(), other.ravel())[0, 1] > 0.9  # as a whole they are alike
    assert likeness(one, other) < ALIKE
    steadiness = Steadiness()
    steadiness.taken(one, "one")
    steadiness.update(0.0, _square(), other, 1000)
    assert steadiness.update(1.0, _square(), other, 1000) is Phase.STEADY


def test_a_page_that_is_given_back_may_be_taken_again_as_it_lies() -> None:
    """That page alone: another that was deleted is not the one that lies there. Then it has to lie still anew."""
    look = np.random.default_rng(1).normal(0, 9, (168, 120)).astype(np.float32)
    steadiness = Steadiness()
    steadiness.update(0.0, _square(), look, 1000)
    steadiness.taken(look, "one")
    steadiness.give_back("other")
    assert steadiness.update(1.0, _square(), look, 1000) is Phase.TAKEN
    steadiness.give_back("one")
    assert steadiness.update(1.1, _square(), look, 1000) is Phase.MOVING
    assert steadiness.update(1.1 + HOLD_S, _square(), look, 1000) is Phase.STEADY


def test_a_camera_that_was_opened_anew_may_need_a_moment_to_see_the_page_again() -> None:
    """What was taken before stays taken until the page was seen and went, or was not there for some time."""
    look = np.random.default_rng(1).normal(0, 9, (168, 120)).astype(np.float32)
    steadiness = Steadiness()
    steadiness.go_on(look, "one")
    steadiness.update(0.0, None, None, 1000)
    steadiness.update(2 * ABSENT_S, None, None, 1000)
    assert steadiness.update(3 * ABSENT_S, _square(), look, 1000) is Phase.TAKEN
    assert steadiness.lying is not None
    steadiness.update(10.0, None, None, 1000)
    steadiness.update(10.0 + ABSENT_S, None, None, 1000)
    assert steadiness.lying is None
    steadiness.go_on(look, "one")
    steadiness.update(20.0, None, None, 1000)
    steadiness.update(20.0 + REOPENED_S, None, None, 1000)
    assert steadiness.lying is None


def _square(x: float = 100.0) -> Picture:
    return np.array([[x, 100.0], [x + 400, 100.0], [x + 400, 700.0], [x, 700.0]])


def test_small_drift_is_still_and_a_nudge_starts_anew() -> None:
    """Within half a percent of the long side the hold should go on; beyond it the time counts again."""
    look = np.random.default_rng(1).normal(0, 9, (168, 120)).astype(np.float32)
    steadiness = Steadiness()
    assert steadiness.update(0.0, _square(), look, 1000) is Phase.MOVING
    assert steadiness.update(0.4, _square(104.0), look, 1000) is Phase.HOLDING
    assert steadiness.update(0.6, _square(106.0), look, 1000) is Phase.MOVING
    assert steadiness.update(1.2, _square(106.0), look, 1000) is Phase.HOLDING
    assert steadiness.update(1.31, _square(106.0), look, 1000) is Phase.STEADY


def test_a_flicker_does_not_make_a_page_new() -> None:
    """A page that is missed for less than half a second is still the page that was taken."""
    look = np.random.default_rng(1).normal(0, 9, (168, 120)).astype(np.float32)
    steadiness = Steadiness()
    steadiness.taken(look, "one")
    steadiness.update(0.0, _square(), look, 1000)
    assert steadiness.update(0.2, None, None, 1000) is Phase.ABSENT
    assert steadiness.update(0.5, _square(), look, 1000) is Phase.TAKEN
    steadiness.update(1.0, None, None, 1000)
    steadiness.update(1.0 + ABSENT_S, None, None, 1000)
    assert steadiness.update(2.0, _square(), look, 1000) is Phase.MOVING


def test_blank_sheets_are_alike() -> None:
    """Two looks with nothing but noise should be one page, or a blank sheet would be taken again and again."""
    rng = np.random.default_rng(2)
    one, other = (rng.normal(0, 0.4, (168, 120)).astype(np.float32) for _ in range(2))
    assert likeness(one, other) == 1.0


def _by_hand(lying: Lying) -> Outline:
    a, b, c, d = ((float(x), float(y)) for x, y in (corners(lying, scale=2) + 0.5) / (2 * UPRIGHT_PX[0], 2 * UPRIGHT_PX[1]))
    return (a, b, c, d)


def test_corners_set_by_hand_take_the_place_of_the_finder(seen: Camera) -> None:
    """The page comes out as if it had been found, in whatever order the corners were given; blur is still refused."""
    lying = Lying("address_proof_2", 0.5, 0.5, 5.0)
    a, b, c, d = _by_hand(lying)
    for outline in ((a, b, c, d), (c, b, a, d)):
        page = take(seen(lying, scale=2), DOCUMENT, FRAME_MM, None, outline)
        assert isinstance(page, CapturedPage)
        assert page.height_px / page.dpi * 25.4 == pytest.approx(297, abs=1.5)
    assert _refused(seen(lying, Fault.BLURRED, scale=2), outline=(a, b, c, d)).advice is Advice.BLURRED


def test_corners_by_hand_cannot_cut_a_page_off(seen: Camera) -> None:
    """Handles inside the paper, or beyond the picture, or on one line, give a reason and no page."""
    lying = Lying("address_proof_2", 0.5, 0.5, 5.0)
    still, mat = seen(lying, scale=2), Mat()
    assert mat.learn(seen(None))
    inner: Outline = ((0.3, 0.3), (0.7, 0.3), (0.7, 0.7), (0.3, 0.7))
    assert _refused(still, outline=inner, mat=mat).advice is Advice.MOVE_INTO_FRAME
    assert _refused(still, outline=((-0.2, 0), (1, 0), (1, 1), (0, 1)), mat=mat).advice is Advice.MOVE_INTO_FRAME
    assert _refused(still, outline=((0.1, 0.1), (0.9, 0.1), (0.5, 0.1), (0.2, 0.1)), mat=mat).advice is Advice.LAY_PAGE
