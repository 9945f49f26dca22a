-- How text becomes typed values. What cannot be read is null; the contracts tell why.
-- Only literal values are read: 'now' or 'infinity' in a file is not a date, 'NaN' is no number.
create or replace function staging.read_number(received text) returns numeric
language sql immutable parallel safe
return case
    when received ~ '^\s*[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]{1,2})?\s*$'
        and pg_input_is_valid(received, 'numeric(18, 4)')
        then cast(received as numeric(18, 4))
end;

create or replace function staging.read_day(received text) returns date
language sql immutable parallel safe
return case
    when received ~ '^\s*[0-9]{4}-[0-9]{2}-[0-9]{2}' and pg_input_is_valid(left(trim(received), 10), 'date')
        then cast(left(trim(received), 10) as date)
end;

create or replace function staging.has_time(received text) returns boolean
language sql immutable parallel safe
return length(trim(received)) > 10;

create or replace function staging.read_instant(received text, source_zone text, business_zone text)
returns timestamptz
language sql stable parallel safe
return case
    when staging.read_day(received) is null or not pg_input_is_valid(trim(received), 'timestamptz') then null
    when not staging.has_time(received)
        then cast(staging.read_day(received) as timestamp) at time zone business_zone
    when substr(trim(received), 11) ~ '(Z|z|UTC|[+-][0-9]{2}(:?[0-9]{2})?)$'
        then cast(trim(received) as timestamptz)
    else cast(trim(received) as timestamp) at time zone source_zone
end;

create or replace function staging.read_flag(received text) returns boolean
language sql immutable parallel safe
return case
    when lower(trim(received)) in ('true', 't', 'yes', 'y', '1') then true
    when lower(trim(received)) in ('false', 'f', 'no', 'n', '0') then false
end;

create or replace function staging.normalise_email(received text) returns text
language sql immutable parallel safe
return case when received like '%_@_%' then lower(trim(received)) end;

create or replace function staging.normalise_phone(received text) returns text
language sql immutable parallel safe
return nullif(regexp_replace(regexp_replace(received, '[^0-9]', '', 'g'), '^00', ''), '');

create or replace function staging.sha256_hex(received text) returns text
language sql immutable parallel safe
return encode(sha256(convert_to(received, 'UTF8')), 'hex');

create or replace function staging.first_63_bits(received text) returns bigint
language sql immutable parallel safe
return cast(
    cast('x' || encode(substr(sha256(convert_to(received, 'UTF8')), 1, 8), 'hex') as bit(64)) >> 1 as bigint
);
