-- A plan keeps the night it has built until the next one has copied from it.
alter table ops.nights drop constraint nights_status_check;
alter table ops.nights add constraint nights_status_check check (
    status in ('building', 'built', 'published', 'failed', 'dropped')
);
drop index ops.nights_building;
create index nights_building on ops.nights (status) where status in ('building', 'built');
