"""Describe column rules in words, for the report on sources."""

from pipelines.configuration.sources.column_rules import COUNTED, ColumnRule, Condition

MOST_VALUES = 3  # of many words for others, that are shown


def of_recipe(recipe: ColumnRule) -> str:
    """Return where a column of ours comes from and what is made of it."""
    if recipe.constant is not None:
        made = [f"always {recipe.constant!r}"]
    elif recipe.join is not None:
        made = [f" {recipe.join} ".join(recipe.names)]
    else:
        made = [" or ".join(recipe.names)]
    if recipe.split:
        by, part = recipe.split
        made.append(f"part {part} between {by!r}")
    if recipe.values:
        shown = [f"{theirs} = {ours or 'nothing'}" for theirs, ours in recipe.values.items()]
        more = f" and {len(shown) - MOST_VALUES} more" if len(shown) > MOST_VALUES else ""
        made.append(f"{', '.join(shown[:MOST_VALUES])}{more}")
    if recipe.share:
        of, *wholes = recipe.share
        made.append(f"as much of {of} as it is of {' or '.join(wholes)}")
    if recipe.negative_when:
        made.append(f"negative where {of_condition(recipe.negative_when)}")
    if form := of_form(recipe):
        made.append(f"read {form}")
    return "; ".join(made)


def of_form(recipe: ColumnRule | None) -> str:
    """Return how its values are read; empty where the one way that needs no saying holds."""
    if recipe is None:
        return ""
    if recipe.formats:
        return "as " + " or ".join(
            f.replace("_", " ") if f in COUNTED else f for f in recipe.formats
        )
    if not recipe.is_marked:
        return ""
    thousands = f", {recipe.thousands!r} between thousands" if recipe.thousands else ""
    return f"with {recipe.decimal or '.'!r} before decimals{thousands}"


def of_condition(condition: Condition) -> str:
    """Return a condition in words."""
    if condition.values == ("*",):
        return f"{condition.column} is {'not ' if condition.but else ''}given"
    values = " or ".join(condition.values)
    return f"{condition.column} is {'not ' if condition.but else ''}{values}"
