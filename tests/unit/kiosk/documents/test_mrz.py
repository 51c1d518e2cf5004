"""Machine-readable zones: the specimens of ICAO Doc 9303, and whatever else a reader may bring."""

from __future__ import annotations

import datetime as dt
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.documents.mrz import Fault, Layout, Unread, Zone, check_digit, parse

TODAY = dt.date(2026, 11, 25)
TD1 = ["I<UTOD231458907<<<<<<<<<<<<<<<", "7408122F1204159UTO<<<<<<<<<<<6", "ERIKSSON<<ANNA<MARIA<<<<<<<<<<"]
TD2 = ["I<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<", "D231458907UTO7408122F1204159<<<<<<<6"]
TD3 = ["P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<", "L898902C36UTO7408122F1204159ZE184226B<<<<<10"]
MRV_A = ["V<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<", "L8988901C4XXX4009078F96121096ZE184226B<<<<<<"]
MRV_B = ["V<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<", "L8988901C4XXX4009078F9612109<<<<<<<<"]


def read(lines: list[str]) -> Zone:
    zone = parse(lines, TODAY)
    assert isinstance(zone, Zone), zone
    return zone


@pytest.mark.parametrize(
    ("lines", "layout", "number"),
    [
        (TD1, Layout.TD1, "D23145890"),
        (TD2, Layout.TD2, "D23145890"),
        (TD3, Layout.TD3, "L898902C3"),
        (MRV_A, Layout.MRV_A, "L8988901C"),
        (MRV_B, Layout.MRV_B, "L8988901C"),
    ],
)
def test_the_specimens_are_read_whole(lines: list[str], layout: Layout, number: str) -> None:
    """Every field and every check digit of the five layouts."""
    zone = read(lines)
    assert (zone.layout, zone.number, zone.holds) == (layout, number, True)
    assert (zone.surname, zone.given_names, zone.sex, zone.issuer) == ("ERIKSSON", "ANNA MARIA", "F", "UTO")
    assert zone.birth in {dt.date(1974, 8, 12), dt.date(1940, 9, 7)}
    assert zone.expiry in {dt.date(2012, 4, 15), dt.date(1996, 12, 10)}


def test_a_zone_is_found_among_other_print() -> None:
    """What stands above and below is no part of it."""
    assert read(["PASSPORT", "UTOPIA", *TD3, "specimen"]).number == "L898902C3"


def test_a_long_number_goes_on_in_the_optional_field() -> None:
    """Doc 9303 part 5, note j: the check digit follows the number's end."""
    number = "D23145890734"
    digit = check_digit(number[:9] + "<" + number[9:])
    first = f"I<UTO{number[:9]}<{number[9:]}{digit}<<<<<<<<<<<"[:30]
    second = TD1[1][:29]
    second += str(check_digit(first[5:30] + second[0:7] + second[8:15] + second[18:29]))
    zone = read([first, second, TD1[2]])
    assert (zone.number, zone.holds) == (number, True)


@pytest.mark.parametrize("lines", [TD1, TD2, TD3, MRV_A, MRV_B])
def test_letters_read_for_figures_are_mended_where_only_figures_stand(lines: list[str]) -> None:
    """O for 0 in a date and 0 for O in the state's code change nothing; fillers lost at the end come back."""
    spoilt = [line.rstrip("<") + "<<" if line.endswith("<<<<") else line for line in lines]
    spoilt[0] = spoilt[0].replace("UTO", "UT0", 1)
    row = 1
    at = spoilt[row].index("0", 0 if lines is TD1 else 13)
    spoilt[row] = spoilt[row][:at] + "O" + spoilt[row][at + 1 :]
    assert read(spoilt).holds


@pytest.mark.parametrize("lines", [TD1, TD2, TD3])
def test_no_single_wrong_figure_goes_unseen(lines: list[str]) -> None:
    """Every changed figure of number, birth and expiry makes some check fail."""
    row = 0 if lines is TD1 else 1
    for at, char in enumerate(lines[row]):
        if char.isdigit() and at >= (5 if lines is TD1 else 0):
            changed = list(lines)
            changed[row] = lines[row][:at] + str((int(char) + 1) % 10) + lines[row][at + 1 :]
            zone = parse(changed, TODAY)
            assert isinstance(zone, Unread) or not zone.holds


def test_unknown_days_of_birth_are_no_date() -> None:
    """Fillers stand for a day nobody knows; the checks still hold."""
    birth = "740800".replace("00", "<<")
    second = f"{birth}{check_digit(birth)}{TD1[1][7:29]}"
    second += str(check_digit(TD1[0][5:30] + second[0:7] + second[8:15] + second[18:29]))
    zone = read([TD1[0], second, TD1[2]])
    assert (zone.birth, zone.holds) == (None, True)


def test_print_that_is_no_zone_is_said_to_be_none() -> None:
    """Too few lines, other lengths, other letters."""
    assert parse([], TODAY) == Unread(Fault.NO_ZONE)
    assert parse(["公民身份号码 990000199001010017"], TODAY) == Unread(Fault.NO_ZONE)
    assert parse(["测" * 44, "试" * 44], TODAY) == Unread(Fault.CHARACTERS)


def test_a_zone_shown_in_a_log_names_nobody() -> None:
    """The representation carries no field of the person."""
    assert "ERIKSSON" not in repr(read(TD3))
    assert "L898902C3" not in repr(read(TD3))


_LINES = st.lists(
    st.one_of(st.text(max_size=50), st.text(string.ascii_uppercase + string.digits + "<", min_size=28, max_size=46))
)


@given(_LINES)
def test_whatever_is_read_is_answered(lines: list[str]) -> None:
    """No text of any kind makes the parser fail, and only figures that fit are said to hold."""
    zone = parse(lines, TODAY)
    assert isinstance(zone, Zone | Unread)
    if isinstance(zone, Zone) and zone.holds:
        assert all(char in string.ascii_uppercase + string.digits + "<" for line in zone.text for char in line)


@given(
    st.text(string.ascii_uppercase + string.digits, min_size=1, max_size=9),
    st.dates(dt.date(1927, 1, 1), dt.date(2026, 11, 25)),
    st.dates(dt.date(1980, 1, 1), dt.date(2070, 1, 1)),
    st.text(string.ascii_uppercase, min_size=1, max_size=20),
    st.text(string.ascii_uppercase, min_size=1, max_size=15),
)
def test_a_passport_written_by_the_rules_is_read_back(
    number: str, birth: dt.date, expiry: dt.date, surname: str, given_name: str
) -> None:
    """Written and read agree in every field."""
    names = f"{surname}<<{given_name}"[:39].ljust(39, "<")
    padded = number.ljust(9, "<")
    born, until = f"{birth:%y%m%d}", f"{expiry:%y%m%d}"
    second = f"{padded}{check_digit(padded)}UTO{born}{check_digit(born)}M{until}{check_digit(until)}{'<' * 14}0"
    second += str(check_digit(second[0:10] + second[13:20] + second[21:43]))
    zone = read([f"P<UTO{names}", second])
    assert zone.holds
    assert (zone.number, zone.birth, zone.expiry, zone.surname) == (number, birth, expiry, surname)
