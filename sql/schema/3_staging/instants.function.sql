-- How text becomes days and instants; what cannot be read is null.
-- Whether a text is a day, or a day and a time with an offset, with Z, with the name of a zone
-- or with none: nothing else is read, so that nothing of a text is passed over. Most are recognised
-- by where their digits stand, in a tenth of the time of a regular expression. Abbreviations are
-- those of RFC 5322 and of Europe; others (IST, BST) mean several zones.
create or replace function staging.is_instant(received text) returns boolean
language sql stable parallel safe
return case
    when
        translate(received, '0123456789Tt+z', '0000000000  -Z') in (
            '0000-00-00',
            '0000-00-00 00:00', '0000-00-00 00:00Z',
            '0000-00-00 00:00-00', '0000-00-00 00:00-0000', '0000-00-00 00:00-00:00',
            '0000-00-00 00:00:00', '0000-00-00 00:00:00Z',
            '0000-00-00 00:00:00-00', '0000-00-00 00:00:00-0000', '0000-00-00 00:00:00-00:00',
            '0000-00-00 00:00:00.000', '0000-00-00 00:00:00.000Z', '0000-00-00 00:00:00.000-00:00',
            '0000-00-00 00:00:00.000000', '0000-00-00 00:00:00.000000Z',
            '0000-00-00 00:00:00.000000-00:00'
        )
        or received ~ (
            '(?i)^[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{1,2}:[0-9]{2}(:[0-9]{2}([.][0-9]+)?)?'
            '( ?(Z|[+-][0-9]{2}(:?[0-9]{2})?|UTC|GMT|[ECMP][SD]T|[WCE]ES?T|[A-Z_]+(/[A-Z_-]+)+))?$'
        )
        then pg_input_is_valid(received, 'timestamptz')
    else false
end;

create or replace function staging.read_day(received text) returns date
language sql stable parallel safe
return case when staging.is_instant(received) then cast(left(received, 10) as date) end;

create or replace function staging.has_time(received text) returns boolean
language sql immutable parallel safe
return length(received) > 10;

-- An instant, unless its business day is outside the years 1 to 9999: no other day can be read.
create or replace function staging.within_years(instant timestamptz, business_zone text)
returns timestamptz
language sql stable parallel safe
return case
    when
        cast(instant at time zone business_zone as date)
        between date '0001-01-01' and date '9999-12-31'
        then instant
end;

create or replace function staging.to_instant(received text, source_zone text, business_zone text)
returns timestamptz
language sql stable parallel safe
return case
    when length(received) = 10 then cast(received as timestamp) at time zone business_zone
    when
        right(received, 1) > '9'
        or translate(substr(received, 11), '+-', '') != substr(received, 11)
        then cast(received as timestamptz)
    else cast(received as timestamp) at time zone source_zone
end;

-- Only within two days of either end can a zone move a day out of the years that are read.
create or replace function staging.read_instant(received text, source_zone text, business_zone text)
returns timestamptz
language sql stable parallel safe
return case
    when not staging.is_instant(received) then null
    when received >= '9999-12-30' or received < '0001-01-03'
        then staging.within_years(
            staging.to_instant(received, source_zone, business_zone), business_zone
        )
    else staging.to_instant(received, source_zone, business_zone)
end;
