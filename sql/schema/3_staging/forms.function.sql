-- How a source's own way of writing instants and numbers becomes the one way that is read.
-- An instant counted from 1970, in so many units a second; null outside the years 1 to 9999.
create or replace function staging.from_epoch(received text, units numeric) returns text
language sql stable parallel safe
return case
    when
        translate(received, '0123456789', '') not in ('', '-', '.', '-.')
        or not pg_input_is_valid(received, 'numeric')
        then null
    when cast(received as numeric) / units between -62135596800 and 253402300799
        then to_char(
            timestamp '1970-01-01'
            + div(cast(received as numeric) / units, 86400) * interval '1 day'
            + mod(cast(received as numeric) / units, 86400) * interval '1 second',
            'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'
        )
end;

-- A day as Excel counts them from 1900, with the 29 February 1900 that never was (60): a day, or
-- with a fraction an instant, to the millisecond. Null before day 1 and after 9999-12-31.
create or replace function staging.from_excel_days(received text) returns text
language sql stable parallel safe
return case
    when
        translate(received, '0123456789', '') not in ('', '.')
        or not pg_input_is_valid(received, 'numeric')
        then null
    when
        cast(received as numeric) >= 1
        and cast(received as numeric) < 2958466
        and trunc(cast(received as numeric)) != 60
        then to_char(
            date '1899-12-30'
            + case when cast(received as numeric) < 60 then 1 else 0 end
            + cast(trunc(cast(received as numeric)) as integer)
            + round(mod(cast(received as numeric), 1) * 86400, 3) * interval '1 second',
            case
                when mod(cast(received as numeric), 1) = 0 then 'YYYY-MM-DD'
                else 'YYYY-MM-DD"T"HH24:MI:SS.MS'
            end
        )
end;

-- The number of a month by its English name, short or long; null for any other word.
create or replace function staging.month_number(name text) returns text
language sql immutable parallel safe
return case lower(name)
    when 'jan' then '01' when 'january' then '01'
    when 'feb' then '02' when 'february' then '02'
    when 'mar' then '03' when 'march' then '03'
    when 'apr' then '04' when 'april' then '04'
    when 'may' then '05'
    when 'jun' then '06' when 'june' then '06'
    when 'jul' then '07' when 'july' then '07'
    when 'aug' then '08' when 'august' then '08'
    when 'sep' then '09' when 'sept' then '09' when 'september' then '09'
    when 'oct' then '10' when 'october' then '10'
    when 'nov' then '11' when 'november' then '11'
    when 'dec' then '12' when 'december' then '12'
end;

-- The hour of the day of an hour of the half day, which AM or PM names; null if it is none.
create or replace function staging.hour_of_day(clock_hour text, half text) returns text
language sql immutable parallel safe
return case
    when clock_hour > '12' or upper(half) not in ('AM', 'PM') then null
    when upper(half) = 'AM' and clock_hour = '12' then '00'
    when upper(half) = 'AM' or clock_hour = '12' then clock_hour
    else cast(cast(clock_hour as integer) + 12 as text)
end;

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
