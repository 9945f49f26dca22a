-- How far Airflow is with the backfill that it walks: its nights are claimed by runs of the DAG.
update ops.backfills as b
set
    nights_done = array(
        select distinct n.as_of
        from ops.nights as n
        where
            n.purpose = 'backfill'
            and n.status = 'published'
            and n.opened_at >= b.started_at
            and left(n.claimant, length(b.claimant) + 1) = b.claimant || ' '
            and b.models -> cast(n.as_of as text) is not null
        order by n.as_of
    ),
    seconds = coalesce((
        select extract(epoch from sum(n.ended_at - n.opened_at))
        from ops.nights as n
        where
            n.purpose = 'backfill'
            and n.ended_at is not null
            and n.opened_at >= b.started_at
            and left(n.claimant, length(b.claimant) + 1) = b.claimant || ' '
            and b.models -> cast(n.as_of as text) is not null
    ), 0)
where b.state = 'running' and not b.by_itself and b.claim_key is null and b.claimant = :claimant
