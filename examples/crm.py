"""The CRM's exports: one full, then changes; contact data and consents are INVENTED by a seed.

E-mails end in the reserved domains example.com, .net and .org; phones are 555-01xx. Only the
pairs named in invented.py share one.
"""

from __future__ import annotations

from datetime import date
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd

from examples import days, files, invented, panel

SEED = 2469
CARDS = 2500  # the panel's households are numbered from 1 to 2500, with 31 gaps
EMAIL_SHARE = 0.6
PHONE_SHARE = 0.4
MARKETING = (["true", "false", ""], [0.62, 0.08, 0.30])
PROFILING = (["true", "false", ""], [0.80, 0.03, 0.17])
DOMAINS = (["example.com", "example.net", "example.org"], [0.6, 0.2, 0.2])
AREA_CODES = np.array([315, 347, 516, 518, 585, 607, 631, 646, 716, 718, 845, 914, 917, 929])
DEMOGRAPHICS = ["age", "income", "home_ownership", "marital_status", "household_size",
                "household_comp", "kids_count"]  # fmt: skip
COLUMNS = ["household_id", "registered_on", "changed_on", "email", "phone", "consent_marketing",
           "consent_profiling", *DEMOGRAPHICS, "deleted"]  # fmt: skip


def write_history(folder: Path) -> None:
    """Write the full export of the last day of the history."""
    known = customers()
    known = known[known["registered_on"] <= str(days.LAST_HISTORY_DAY)]
    _write(folder / f"{days.LAST_HISTORY_DAY}_full_export.csv", known)


def write_day(folder: Path, day: date) -> None:
    """Write the changes of a day, if there are any."""
    changes = changes_of(day)
    if len(changes):
        _write(folder / f"{day}_changes.csv", changes)


@cache
def customers() -> pd.DataFrame:
    """Return all 2,469 households as the CRM first knows them, registered at their first purchase.

    The day of the first purchase is what the panel shows of it, not a fact about the household.
    """
    loaded = panel.load()
    first_day = loaded.lines.groupby("household_id")["sold_on"].min().dt.strftime("%Y-%m-%d")
    known = invented_fields().loc[first_day.index].assign(registered_on=first_day)
    known = known.join(loaded.demographics.set_index("household_id")).assign(deleted="false")
    known["changed_on"] = known["registered_on"]
    known.update(pd.DataFrame.from_dict(invented.FROM_THE_START, orient="index"))
    rows: pd.DataFrame = known.rename_axis("household_id").reset_index()[COLUMNS]
    return rows.astype({"household_id": str})


def invented_fields() -> pd.DataFrame:
    """Return e-mail, phone and consents per card number, from the seed alone."""
    chance = np.random.default_rng(SEED)
    cards = pd.RangeIndex(1, CARDS + 1)
    has_email = chance.random(CARDS) < EMAIL_SHARE
    has_phone = chance.random(CARDS) < PHONE_SHARE
    email = "h" + cards.astype(str) + "@" + chance.choice(DOMAINS[0], CARDS, p=DOMAINS[1])
    nth = np.cumsum(has_phone) - 1  # a hundred numbers per area code
    area = pd.Series(AREA_CODES[nth // 100], index=cards).astype(str)
    number = pd.Series(nth % 100, index=cards).astype(str).str.zfill(2)
    fields = {
        "email": np.where(has_email, email, ""),
        "phone": np.where(has_phone, area + "-555-01" + number, ""),
        "consent_marketing": chance.choice(MARKETING[0], CARDS, p=MARKETING[1]),
        "consent_profiling": chance.choice(PROFILING[0], CARDS, p=PROFILING[1]),
    }
    return pd.DataFrame(fields, index=cards)


def changes_of(day: date) -> pd.DataFrame:
    """Return the rows of customers who registered, changed or were deleted on that day."""
    known = customers().set_index("household_id", drop=False)
    registered = known[known["registered_on"] == str(day)]
    new = pd.DataFrame(invented.NEW_CUSTOMERS.get(day, []), columns=COLUMNS)
    new = new.assign(registered_on=str(day), deleted="false")
    fields = invented.CHANGED_CUSTOMERS.get(day, {})
    changed = known.loc[[str(card) for card in fields]]
    changed.update(pd.DataFrame.from_dict({str(c): f for c, f in fields.items()}, orient="index"))
    gone = [str(card) for card in invented.DELETED_CUSTOMERS.get(day, [])]
    deleted = pd.DataFrame({"household_id": gone, "deleted": "true"}, columns=COLUMNS)
    return pd.concat([registered, new, changed, deleted]).assign(changed_on=str(day))


def _write(path: Path, rows: pd.DataFrame) -> None:
    with files.replacing(path) as out:
        rows.to_csv(out, index=False, lineterminator="\n")
