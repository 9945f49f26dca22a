-- The customer_refs seen in the first rows of a source, as if they had landed.
-- grain: customer_ref
select
    cast(:first_batch as bigint) as batch_id,
    cast(:source as text) as source,
    'upsert' as op,
    unnest(cast(:refs as text[])) as customer_ref
