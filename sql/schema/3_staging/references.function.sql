-- What is left of a reference without what systems add to one: zeros before it, `.0` after it,
-- letters, dashes; of one with fewer than three digits, its letters and digits in lower case.
create or replace function staging.bare_reference(received text) returns text
language sql immutable parallel safe
return case
    when received ~ '[0-9].*[0-9].*[0-9]'
        then ltrim(regexp_replace(regexp_replace(received, '[.,]0+$', ''), '[^0-9]', '', 'g'), '0')
    else lower(regexp_replace(received, '[^[:alnum:]]', '', 'g'))
end;
