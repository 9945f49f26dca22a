-- The key a row is known by, short enough for an index: a longer one is known by its hash.
create or replace function raw.short_key(whole text) returns text
language sql immutable parallel safe
return case
    when octet_length(whole) <= 2000 then whole
    else 'sha256 ' || encode(sha256(convert_to(whole, 'UTF8')), 'hex')
end;
