"""Phones: the library's examples are read as the library reads them; what is no phone, nobody's."""

import phonenumbers
import pytest
import sqlalchemy as sa
from phonenumbers import PhoneNumberFormat, PhoneNumberType

from pipelines.mapping.nobodies import phone_shapes

COUNTRIES = (
    "DE",
    "US",
    "GB",
    "FR",
    "IT",
    "AT",
    "CH",
    "NL",
    "ES",
    "PL",
    "SE",
    "AU",
    "IN",
    "RU",
    "HU",
)
FORMS = (PhoneNumberFormat.NATIONAL, PhoneNumberFormat.INTERNATIONAL, PhoneNumberFormat.E164)
KINDS = (PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE)
NOBODYS = (
    "0", "1", "no. 1", "000-000-0000", "0000000000", "+00 000 0000000", "111 1111111", "-", "n/a",
    "1234567", "0123456789", "9876543210", "555-555-5555", "4.91702E+11", "0170 111222E3",
    "call me", "12", "1" * 16, "49" * 9, "0.0", "NULL", "99999999",
)  # fmt: skip


@pytest.fixture(scope="module")
def read(new_database):
    from pipelines.warehouse import migrate
    from pipelines.warehouse.connection import Warehouse
    from tests.support.shop import clock

    warehouse = Warehouse(new_database(), clock)
    migrate.bring_up_to_date(warehouse)

    def read(country, texts):
        statement = sa.text(
            "select t, staging.read_phone(t, cast(:c as text[])) from"
            " unnest(cast(:t as text[])) as t"
        )
        with warehouse.begin() as connection:
            return dict(connection.execute(statement, {"c": country, "t": list(texts)}).all())

    yield read
    warehouse.close()


@pytest.mark.parametrize("country", COUNTRIES)
def test_a_number_is_one_however_it_is_written_in_its_country(read, country):
    examples = [phonenumbers.example_number_for_type(country, kind) for kind in KINDS]
    expected = {}
    for number in examples:
        e164 = phonenumbers.format_number(number, PhoneNumberFormat.E164).removeprefix("+")
        for form in FORMS:
            expected[phonenumbers.format_number(number, form)] = e164
        expected[f"00{e164}"] = expected[f"'+{e164}"] = expected[f"+{e164}.0"] = expected[
            f" +{e164[:4]}.{e164[4:]} "
        ] = e164
    dummies = {text for text, digits in expected.items() if "1234567" in digits}
    found = read(phone_shapes(country), expected)
    assert {text: found[text] for text in expected} == {
        text: None if text in dummies else digits for text, digits in expected.items()
    }


@pytest.mark.parametrize("country", [None, "DE", "US"])
def test_what_nobody_can_be_reached_by_is_no_phone(read, country):
    found = read(country and phone_shapes(country), NOBODYS)
    assert found == dict.fromkeys(NOBODYS)


def test_numbers_abroad_are_read_by_their_code(read):
    found = read(phone_shapes("US"), ["+49 170 1112223", "011 49 170 1112223", "(212) 555-0199"])
    assert set(found.values()) == {"491701112223", "12125550199"}
    assert set(read(phone_shapes("US"), ["+999 2415 9265", "0049 1"]).values()) == {None}
    found = read(phone_shapes("DE"), ["+49 (0)170 1112223", "0170/1112223", "+1 212-555-0199"])
    assert set(found.values()) == {"491701112223", "12125550199"}


def test_without_a_country_digits_are_compared_as_they_stand(read):
    texts = {
        "+49 170 1112223": "491701112223",
        "0049-170-1112223": "491701112223",
        "0170 1112223": "01701112223",
        "491701112223.0": "491701112223",
        "555-0199": "5550199",
    }
    assert read(None, texts) == texts
