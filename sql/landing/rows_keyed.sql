-- The rows of the inbox, each with the hash of its content and the key it is known by.
-- grain: row_no
-- A row without a name of its own is known by its content and the how many-th of that it is; one
-- that says its content is deleted has the key of that content.
-- The offset keeps the hash apart, so that it is made once. A key that cannot be too long is not
-- given to a function, which takes longer than the hash.
-- reads: rows_hashed, raw.duplicates_in_file
with hashed_once as (
    select * from rows_hashed offset 0 -- noqa: AM09
),

named as (
    select
        h.*,
        a.hash_before,
        h.stem || coalesce(
            h.own_name,
            cast(coalesce(h.deleted_hash, h.row_hash) as text) || '#' || coalesce(a.ordinal, 1)
        ) as whole_key
    from hashed_once as h
    left join raw.duplicates_in_file as a on h.row_no = a.row_no
)

select
    n.*,
    case
        when octet_length(n.stem) + coalesce(octet_length(n.own_name), 100) < 2000 then n.whole_key
        else raw.short_key(n.whole_key)
    end as row_key
from named as n
