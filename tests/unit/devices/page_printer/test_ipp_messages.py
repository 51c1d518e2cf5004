"""IPP bytes there and back, and bytes that mean harm."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from devices.errors import DeviceError
from devices.page_printer.ipp_messages import (
    MAX_ATTRIBUTES,
    Attribute,
    AttributeGroup,
    Collection,
    Group,
    Localized,
    Message,
    Range,
    Resolution,
    Tag,
    Value,
    attribute,
    decode,
    encode,
)

# A machine under load takes longer for one example than hypothesis allows; how long is not what is tested.
unhurried = settings(deadline=None, max_examples=60)

int32 = st.integers(-(2**31), 2**31 - 1)
words = st.text(st.characters(codec="utf-8"), max_size=20)
names = st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), min_size=1, max_size=20)
plain_values = st.one_of(
    st.builds(Value, st.sampled_from([Tag.INTEGER, Tag.ENUM]), int32),
    st.builds(Value, st.just(Tag.BOOLEAN), st.booleans()),
    st.builds(Value, st.sampled_from([Tag.TEXT, Tag.NAME, Tag.KEYWORD, Tag.URI, Tag.MIME_TYPE]), words),
    st.builds(Value, st.sampled_from([Tag.OCTETS, Tag.DATE_TIME, 0x3F, 0x7F]), st.binary(max_size=20)),
    st.builds(Value, st.just(Tag.RANGE), st.builds(Range, int32, int32)),
    st.builds(Value, st.just(Tag.RESOLUTION), st.builds(Resolution, int32, int32, st.integers(0, 255))),
    st.builds(Value, st.just(Tag.TEXT_WITH_LANGUAGE), st.builds(Localized, names, words)),
    st.builds(Value, st.sampled_from([Tag.UNKNOWN, Tag.NO_VALUE]), st.none()),
)


def _attributes(values: st.SearchStrategy[Value], minimum: int) -> st.SearchStrategy[tuple[Attribute, ...]]:
    one = st.builds(Attribute, names, st.lists(values, min_size=1, max_size=3).map(tuple))
    return st.lists(one, min_size=minimum, max_size=3).map(tuple)


values = st.recursive(
    plain_values,
    lambda inner: st.builds(Value, st.just(Tag.BEGIN_COLLECTION), st.builds(Collection, _attributes(inner, 0))),
    max_leaves=6,
)
messages = st.builds(
    Message,
    st.tuples(st.integers(0, 255), st.integers(0, 255)),
    st.integers(0, 0xFFFF),
    st.integers(0, 0xFFFFFFFF),
    st.lists(
        st.builds(AttributeGroup, st.sampled_from([1, 2, 4, 5, 9]), _attributes(values, 0)),
        max_size=3,
    ).map(tuple),
)


@unhurried
@given(messages, st.binary(max_size=10))
def test_what_goes_out_comes_back(message: Message, document: bytes) -> None:
    """It should read its own bytes back, and tell where the document begins."""
    data = encode(message)
    assert decode(data + document) == (message, len(data))


@unhurried
@given(messages, st.data())
def test_a_truncated_message_is_refused(message: Message, data: st.DataObject) -> None:
    """It should call a shortened message malformed and nothing worse."""
    raw = encode(message)
    with pytest.raises(DeviceError) as error:
        decode(raw[: data.draw(st.integers(0, len(raw) - 1))])
    assert error.value.code == "page_printer.ipp_malformed"


def test_every_truncation_of_a_real_message_is_refused() -> None:
    """It should notice the end wherever it comes."""
    nested = Collection((attribute("x", Tag.INTEGER, 1), attribute("y", Tag.KEYWORD, "a", "b")))
    group = AttributeGroup(
        Group.PRINTER, (attribute("state", Tag.ENUM, 3), attribute("media", Tag.BEGIN_COLLECTION, nested))
    )
    raw = encode(Message((2, 0), 0, 1, (group,)))
    for length in range(len(raw)):
        with pytest.raises(DeviceError):
            decode(raw[:length])


@unhurried
@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    """It should never fail otherwise."""
    for candidate in (data, b"\x02\x00\x00\x00\x00\x00\x00\x01" + data, b"\x02\x00\x00\x00\x00\x00\x00\x01\x01" + data):
        try:
            decode(candidate)
        except DeviceError as error:
            assert error.code == "page_printer.ipp_malformed"


@unhurried
@given(messages, st.data())
def test_a_flipped_byte_is_read_or_refused(message: Message, data: st.DataObject) -> None:
    """It should stay calm about a message that is nearly right."""
    raw = bytearray(encode(message))
    raw[data.draw(st.integers(0, len(raw) - 1))] ^= data.draw(st.integers(1, 255))
    try:
        decode(bytes(raw))
    except DeviceError as error:
        assert error.code == "page_printer.ipp_malformed"


def test_the_request_of_the_rfc() -> None:
    """It should encode the Print-Job example of RFC 8010 appendix A.1 as printed there, up to its first attributes."""
    message = Message(
        (1, 1),
        0x0002,
        1,
        (
            AttributeGroup(
                Group.OPERATION,
                (
                    attribute("attributes-charset", Tag.CHARSET, "utf-8"),
                    attribute("attributes-natural-language", Tag.NATURAL_LANGUAGE, "en-us"),
                    attribute("printer-uri", Tag.URI, "ipp://printer.example.com/ipp/print/pinetree"),
                    attribute("job-name", Tag.NAME, "foobar"),
                    attribute("ipp-attribute-fidelity", Tag.BOOLEAN, True),
                ),
            ),
            AttributeGroup(
                Group.JOB,
                (attribute("copies", Tag.INTEGER, 20), attribute("sides", Tag.KEYWORD, "two-sided-long-edge")),
            ),
        ),
    )
    expected = (
        b"\x01\x01\x00\x02\x00\x00\x00\x01\x01"
        b"\x47\x00\x12attributes-charset\x00\x05utf-8"
        b"\x48\x00\x1battributes-natural-language\x00\x05en-us"
        b"\x45\x00\x0bprinter-uri\x00\x2cipp://printer.example.com/ipp/print/pinetree"
        b"\x42\x00\x08job-name\x00\x06foobar"
        b"\x22\x00\x16ipp-attribute-fidelity\x00\x01\x01"
        b"\x02"
        b"\x21\x00\x06copies\x00\x04\x00\x00\x00\x14"
        b"\x44\x00\x05sides\x00\x13two-sided-long-edge"
        b"\x03"
    )
    assert encode(message) == expected


@pytest.mark.parametrize(
    ("body", "what"),
    [
        (b"\x21\x00\x00\x00\x04\x00\x00\x00\x01\x03", "value before a group"),
        (b"\x01\x21\x00\x00\x00\x04\x00\x00\x00\x01\x03", "value without a name"),
        (b"\x01\x21\x00\x01a\x00\x03\x00\x00\x01\x03", "length"),
        (b"\x01\x21\x00\x01a\xff\xff\x00\x00\x01\x03", "length"),
        (b"\x01\x37\x00\x01a\x00\x00\x03", "collection out of place"),
        (b"\x01\x34\x00\x01a\x00\x00" + b"\x4a\x00\x00\x00\x01b\x34\x00\x00\x00\x00" * 20, "too deep"),
        (b"\x01" + b"\x21\x00\x01a\x00\x04\x00\x00\x00\x01" * (MAX_ATTRIBUTES + 1), "too many values"),
        (b"\x01\x34\x00\x01a\x00\x00" + b"\x4a\x00\x00\x00\x01b" * (MAX_ATTRIBUTES + 1), "too many values"),
    ],
)
def test_bad_shapes_are_named(body: bytes, what: str) -> None:
    """It should say what is wrong, for the log of a technician."""
    with pytest.raises(DeviceError) as error:
        decode(b"\x02\x00\x00\x00\x00\x00\x00\x01" + body)
    assert error.value.code == "page_printer.ipp_malformed"
    assert error.value.detail.startswith(what)


@pytest.mark.parametrize(
    "wrong",
    [
        attribute("a", Tag.INTEGER, 2**31),
        attribute("a", Tag.NAME, "x" * 0x8000),
        attribute("a", Tag.NAME),
        attribute("", Tag.NAME, "x"),
    ],
)
def test_what_the_encoding_cannot_hold_is_refused(wrong: Attribute) -> None:
    """It should not send bytes that mean something else."""
    with pytest.raises(DeviceError) as error:
        encode(Message((2, 0), 2, 1, (AttributeGroup(Group.JOB, (wrong,)),)))
    assert error.value.code == "page_printer.ipp_value"


def test_reading_an_attribute_of_another_kind_gives_nothing() -> None:
    """It should not take a boolean for a number nor a number for a text."""
    group = AttributeGroup(Group.PRINTER, (attribute("flag", Tag.BOOLEAN, True), attribute("number", Tag.INTEGER, 7)))
    assert group.integers("flag") == ()
    assert group.texts("number") == ()
    assert group.boolean("number") is None
    assert group.boolean("flag") is True
    assert group.integers("number") == (7,)
    assert group.texts("missing") == ()
