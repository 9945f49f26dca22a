-- How a phone becomes the digits it is compared by; null if nobody could be reached by it.
-- The digits of a phone, with a plus before them if it was written with one. Text with a letter in
-- it (an exponent, `no. 1`) is no phone; `.0` is what a table of floats leaves behind a number, and
-- a quotation mark before it is what keeps a spreadsheet from adding it up (Shopify writes one).
create or replace function staging.dialled(received text) returns text
language sql immutable parallel safe
return case
    when received ~ '^\s*\+?[0-9]{7,}[.]0+\s*$'
        then regexp_replace(received, '[.]0+\s*$|\s', '', 'g')
    when ltrim(received, '''') ~ '[^-+0-9()/.\s\u00a0\u202f\u2010-\u2015]' then null
    when received ~ '^[''\s]*[(]?\+'
        then '+' || regexp_replace(replace(received, '(0)', ''), '[^0-9]', '', 'g')
    else regexp_replace(received, '[^0-9]', '', 'g')
end;

-- `country` holds what precedes numbers abroad and at home, the own code, the shape of a number
-- without it, and all codes there are (pipelines/mapping/nobodies.py); null: digits are compared as
-- they stand. Seven equal digits at the end, or 1234567, are what is typed to have typed something.
create or replace function staging.read_phone(received text, country text[]) returns text
language plpgsql immutable parallel safe as $$
declare
    signs text := staging.dialled(received);
    abroad text;
    at_home text;
    number text;
begin
    if signs is null then
        return null;
    end if;
    if signs like '+%' then
        abroad := substr(signs, 2);
    elsif signs ~ coalesce(country[1], '^00') then
        abroad := regexp_replace(signs, coalesce(country[1], '^00'), '');
    end if;
    if abroad is null then
        at_home := signs;
    elsif starts_with(abroad, country[3]) then
        at_home := substr(abroad, length(country[3]) + 1);
    end if;
    number := case
        when country is null then coalesce(abroad, signs)
        when at_home is null then substring(abroad from country[5])
        when regexp_replace(at_home, country[2], '') ~ country[4]
            then country[3] || regexp_replace(at_home, country[2], '')
        when at_home ~ country[4] then country[3] || at_home
        when
            starts_with(signs, country[3])
            and substr(signs, length(country[3]) + 1) ~ country[4]
            then signs
    end;
    return case
        when
            length(number) between case when country is null then 7 else 8 end and 15
            and number !~ '([0-9])\1{6}$|1234567|7654321|9876543'
            then number
    end;
end
$$;
