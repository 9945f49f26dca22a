-- How a source's own way of writing instants and numbers becomes the one way that is read.
-- An instant counted from 1970, in so many units a second.
create or replace function staging.from_epoch(received text, units numeric) returns text
language sql immutable parallel safe
return case
    when abs(cast(received as numeric)) < 253402300800 * units
        then to_char(
            to_timestamp(cast(div(cast(received as numeric), units) as double precision))
            at time zone 'UTC'
            + cast(mod(cast(received as numeric), units) * 1000000 / units as int)
            * interval '1 microsecond',
            'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'
        )
end;

-- An instant or a day in a source's own form, made ISO: by the first pattern that it matches, whose
-- parts `shapes` puts in order. What matches none stays as it is, and so does what is no day.
create or replace function staging.rearrange(received text, patterns text[], shapes text[])
returns text
language sql stable parallel safe
return coalesce(
    (
        select
            case left(f.shape, 1)
                when 'e' then staging.from_epoch(received, cast(substr(f.shape, 3) as numeric))
                when 'd'
                    then case
                        when pg_input_is_valid(n.made, 'date')
                            then to_char(cast(n.made as date), 'YYYY-MM-DD')
                        else n.made
                    end
                when 't'
                    then case
                        when pg_input_is_valid(n.made, 'timestamp')
                            then to_char(cast(n.made as timestamp), 'YYYY-MM-DD"T"HH24:MI:SS.US')
                        else n.made
                    end
                else
                    case
                        when pg_input_is_valid(n.made, 'timestamptz')
                            then to_char(
                                cast(n.made as timestamptz) at time zone 'UTC',
                                'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'
                            )
                        else n.made
                    end
            end
        from unnest(patterns, shapes) with ordinality as f (pattern, shape, place)
        cross join lateral regexp_replace(received, f.pattern, substr(f.shape, 3)) as n (made)
        where received ~ f.pattern
        order by f.place
        limit 1
    ),
    received
);

-- What is left of an amount without the sign or code of its currency.
create or replace function staging.without_currency(received text) returns text
language sql immutable parallel safe
return regexp_replace(
    regexp_replace(trim(received), '^([-+]?)\s*([€$£¥₹]|[A-Z]{3})\s*', '\1'),
    '\s*([€$£¥₹]|[A-Z]{3})$',
    ''
);

-- A number in a source's own form with a point and nothing else; null if it is not of that form.
create or replace function staging.plain_number(
    received text, form text, thousands text, decimal_mark text
)
returns text
language sql immutable parallel safe
return case
    when staging.without_currency(received) ~ form
        then replace(
            case
                when thousands = '' then staging.without_currency(received)
                else regexp_replace(staging.without_currency(received), thousands, '', 'g')
            end,
            decimal_mark,
            '.'
        )
end;
