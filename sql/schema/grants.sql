-- The analyst reads what is public, and nothing else.
grant usage on schema marts, ops to nocturne_analyst;
grant select on all tables in schema marts, ops to nocturne_analyst;
