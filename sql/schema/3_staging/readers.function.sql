-- How text becomes typed values. What cannot be read is null; the contracts tell why. No text has
-- blanks around it: landing drops them.
-- Only literal values are read: 'now' or 'infinity' in a file is not a date, 'NaN' is no number.
-- They are stable, not immutable, because pg_input_is_valid is: otherwise they would not be inlined
-- and take five times as long (2.9 s instead of 0.6 s for 1.44 M rows).
-- A number that fits numeric(18, 4), with all its decimals: a factor is not rounded.
create or replace function staging.read_exact(received text) returns numeric
language sql stable parallel safe
return case
    when received !~ '[^0-9.eE+-]' and pg_input_is_valid(received, 'numeric(18, 4)')
        then cast(received as numeric)
end;

create or replace function staging.read_number(received text) returns numeric
language sql stable parallel safe
return cast(staging.read_exact(received) as numeric(18, 4));

-- What a line comes to by its unit price, not rounded yet; null if it is more than numeric(18, 4)
-- holds.
create or replace function staging.price_line(
    quantity numeric, unit_price numeric, discount numeric
)
returns numeric
language sql immutable parallel safe
return case
    when abs(quantity * unit_price - coalesce(discount, 0)) < 99999999999999
        then quantity * unit_price - coalesce(discount, 0)
end;

create or replace function staging.read_flag(received text) returns boolean
language sql immutable parallel safe
return case
    when lower(received) in ('true', 't', 'yes', 'y', '1') then true
    when lower(received) in ('false', 'f', 'no', 'n', '0') then false
end;

create or replace function staging.normalise_email(received text) returns text
language sql immutable parallel safe
return case when received ~ '^[^@\s,;]+@[^@\s,;]+$' then lower(received) end;

-- Whether a text is a word or a number that names nobody, in any case, in quotes or before a colon.
-- A list is looked up by hash; one pattern of all words takes far longer.
create or replace function staging.is_placeholder(received text, words text[], numbers text)
returns boolean
language sql immutable parallel safe
return coalesce(
    lower(btrim(received, ' "'':')) = any(words) or btrim(received, ' "'':') ~ numbers, false
);

-- Whether an address is such a word at such a word, as in null@null.com.
create or replace function staging.is_placeholder_email(received text, words text[])
returns boolean
language sql immutable parallel safe
return coalesce(
    lower(split_part(received, '@', 1)) = any(words)
    and lower(split_part(split_part(received, '@', 2), '.', 1)) = any(words), false
);

create or replace function staging.sha256_hex(received text) returns text
language sql immutable parallel safe
return encode(sha256(convert_to(received, 'UTF8')), 'hex');

create or replace function staging.first_63_bits(received text) returns bigint
language sql immutable parallel safe
return cast(
    cast('x' || encode(substr(sha256(convert_to(received, 'UTF8')), 1, 8), 'hex') as bit(64))
    >> 1 as bigint
);
