-- What a server and a database say of themselves: version, encoding, and how texts are sorted.
select
    cast(current_setting('server_version_num') as int) as version_number,
    pg_encoding_to_char(d.encoding) as encoding,
    coalesce(
        to_jsonb(d) ->> 'datlocale', to_jsonb(d) ->> 'daticulocale', d.datcollate
    ) as collation,
    (
        select array_agg(w.word order by w.word) = array_agg(w.word order by w.word collate "C")
        from (values ('a'), ('B'), ('_'), ('Z'), ('b a'), ('b-b'), ('ba'), ('1')) as w (word)
    ) as sorts_by_code_point
from pg_database as d
where d.datname = current_database();
