-- Phones are read by `staging.read_phone`; nothing calls the function before it.
drop function if exists staging.normalise_phone(text);
