"""Write down how each of our columns is made, and say what of it is a guess."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from pipelines.configuration.entities import ENTITIES
from pipelines.first_config.column import Column
from pipelines.first_config.instants import ISO, InstantForm
from pipelines.first_config.mapping import TRUTHS, Choice, Chosen, choose, nearest_by_name
from pipelines.first_config.numbers import chosen, decimal_of, is_doubtful
from pipelines.first_config.words import event_type_of

NOT_FOUND = "NOT FOUND"
ELSEWHERE = {"order_lines": " In another file? `kind: query` joins files"}  # heads and lines
OF_ONE = {"unit", "per", "single", "einzelpreis", "stueckpreis", "ep", "item"}
GROSS = {"brutto", "bruttobetrag", "gross"}


@dataclass
class Recipe:
    """What stands in `columns` for one of ours, and the comment beside it."""

    written: Any
    remarks: list[str] = field(default_factory=list)


@dataclass
class Mapping:
    """The columns of a source, and what its rows tell of time."""

    recipes: dict[str, Recipe] = field(default_factory=dict)
    needs_zone: bool = False
    newest: date | None = None


def mapping_of(entity: str, columns: list[Column]) -> Mapping:
    """Return how the columns of a file become those of an entity."""
    found = choose(entity, columns)
    decimal = decimal_of(each.numbers for each in columns if not each.instants)
    made = Mapping()
    for ours, choice in found.kept.items():
        recipe = Recipe(choice.theirs.name, [] if choice.is_sure else ["not sure"])
        made.recipes[ours] = recipe
        if ours in ENTITIES[entity].numbers:
            _read_numbers(recipe, choice, decimal)
        elif ours in ENTITIES[entity].instants:
            _read_instants(made, choice, columns)
        else:
            _read_words(recipe, choice)
    _remark(made, found)
    _fill_gaps(entity, made, columns)
    order = ENTITIES[entity].columns
    made.recipes = {ours: made.recipes[ours] for ours in order if ours in made.recipes}
    return made


def _read_numbers(recipe: Recipe, choice: Choice, decimal: str | None) -> None:
    form = chosen(choice.theirs.numbers, decimal)
    if form.keys:
        recipe.written = {"from": choice.theirs.name, **form.keys}
    if is_doubtful(choice.theirs.numbers, decimal):
        shown = next(each for each in choice.theirs.distinct if not each.isdigit())
        recipe.remarks.append(f"not sure: {shown} may have a mark between thousands")
    if GROSS & {*choice.theirs.tokens}:
        recipe.remarks.append("gross, as it is called: let all sources agree")


def _read_instants(made: Mapping, choice: Choice, columns: list[Column]) -> None:
    """Write down the form of days or instants, with the time of day where it stands beside."""
    recipe = made.recipes[choice.ours]
    form, others = _likeliest(choice.theirs, columns)
    name: Any = choice.theirs.name
    keys, has_time = form.keys, form.has_time
    beside = next((each for each in columns if each.is_time), None)
    if choice.ours in ("ordered_at", "occurred_at"):
        if beside and not has_time:
            name, has_time = [name, beside.name], True
            keys = {"join": " ", **_with_time(form, beside)}
        made.needs_zone = has_time and not form.has_zone
        made.newest = max(form.days)
    recipe.written = {"from": name, **keys} if keys else name
    if others:
        recipe.remarks.append(f"not sure: may be {' or '.join(others)}; no day seen tells")


def _likeliest(column: Column, columns: list[Column]) -> tuple[InstantForm, list[str]]:
    """Return the form of a column, by what others of the file leave no doubt about; the rest."""
    sure = {each.instants[0].form[:2] for each in columns if len(each.instants) == 1}
    first, *others = column.instants
    alike = [each for each in column.instants if each.form[:2] in sure and each.form != ISO]
    if others and len({each.form[:2] for each in alike}) == 1:
        return alike[0], []
    return first, [each.form for each in others]


def _with_time(form: InstantForm, beside: Column) -> dict[str, Any]:
    if form.form == ISO:
        return {}
    counts = {each.count(":") for each in beside.distinct}
    times = [time for time, count in (("%H:%M", 1), ("%H:%M:%S", 2)) if count in counts]
    written = [f"{form.form} {time}" for time in times]
    return {"format": written[0]} if len(written) == 1 else {"formats": written}


def _read_words(recipe: Recipe, choice: Choice) -> None:
    """Translate words that are read in one language only."""
    column = choice.theirs
    if choice.ours in TRUTHS:
        if column.needs_flags:
            recipe.written = {"from": column.name, "values": column.flags}
        recipe.remarks.append("is it what people were asked for?")
    if choice.ours == "event_type":
        words = {each: ours for each in column.distinct if (ours := event_type_of(each))}
        if words:
            recipe.written = {"from": column.name, "values": words}


def _remark(made: Mapping, found: Chosen) -> None:
    """Say what would be wrong if it were another way."""
    recipes = made.recipes
    price = found.kept.get("unit_price")
    if price and "net_amount" not in recipes and not OF_ONE & {*price.theirs.tokens}:
        recipes["unit_price"].remarks.append(
            "taken for the price of one piece; is it that of the line? Then call it net_amount"
        )
    quantity = found.kept.get("quantity")
    money = found.kept.get("net_amount") or found.kept.get("unit_price")
    if quantity and not quantity.theirs.has_negatives:
        is_signed = money is not None and money.theirs.has_negatives
        recipes["quantity"].remarks.append(
            "amounts are negative, pieces are not: returns need both (`negative_when`)"
            if is_signed
            else "no return was seen: they have a negative quantity"
        )
    discount = found.kept.get("discount_amount")
    if discount and discount.theirs.has_negatives:
        recipes["discount_amount"].remarks.append("negative ones were seen: a discount is above 0")
    for ours, choice in found.dropped.items():
        key = "order_id" if ours in ("line_no", "updated_at") else "occurred_at"
        if ours != "updated_at" and key in recipes and choice.is_sure:
            recipes[key].remarks.append(f"{choice.theirs.name} is no {ours}: it is there twice")


def _fill_gaps(entity: str, made: Mapping, columns: list[Column]) -> None:
    """Make what an entity needs and no column is; what cannot be made is to be looked up."""
    recipes, known = made.recipes, ENTITIES[entity]
    if entity == "order_lines":
        _fill_order_lines(recipes)
    if entity == "events" and "event_type" not in recipes and "url" in recipes:
        recipes["event_type"] = Recipe({"constant": "page_view"}, ["each row is taken for one"])
    needed = [ours for ours in known.required if ours not in recipes]
    if known.one_of and not any(ours in recipes for ours in known.one_of):
        needed.append(known.one_of[-1])
    elsewhere = ELSEWHERE.get(entity, "")
    for ours in needed:
        used = {str(name) for each in recipes.values() for name in _names(each.written)}
        near = nearest_by_name(entity, ours, [c for c in columns if c.name not in used])
        if near is None:
            recipes[ours] = Recipe(ours, [f"{NOT_FOUND}: which of its columns is it?{elsewhere}"])
        else:
            shown = f", such as {near.distinct[0][:30]!r}," if near.distinct else ""
            recipes[ours] = Recipe(
                near.name, [f"{NOT_FOUND}: its values{shown} are in no form that is known"]
            )


def _fill_order_lines(recipes: dict[str, Recipe]) -> None:
    who = recipes.get("customer_ref") or recipes.get("email") or recipes.get("phone")
    when = recipes.get("ordered_at")
    if "order_id" not in recipes and who and when:
        names = [*_names(who.written), *_names(when.written)]
        recipes["order_id"] = Recipe(
            {"from": names, "join": "/"},
            ["no number of orders was seen: what somebody buys at one time is taken for one"],
        )
    if "quantity" not in recipes and ("net_amount" in recipes or "unit_price" in recipes):
        recipes["quantity"] = Recipe({"constant": 1}, ["none was seen: each row counts as one"])


def _names(written: Any) -> list[str]:
    names = written.get("from", []) if isinstance(written, dict) else written
    return names if isinstance(names, list) else [names]
