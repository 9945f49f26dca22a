-- Which identifiers a record has shown together and the first business day of it: the links
-- between records, versioned as rows are.
-- grain: staging_version, sighting_key, batch_from
create table if not exists identity.sightings (
    staging_version text not null,
    sighting_key uuid not null,
    source text not null,
    entity text not null,
    record_ref text not null,
    customer_space text not null,
    customer_ref text,
    email text,
    phone text,
    visitor_ref text,
    seen_on date not null,
    first_batch bigint not null,
    batch_from bigint not null,
    batch_to bigint not null,
    primary key (sighting_key, batch_from, staging_version)
) partition by list (staging_version);
create index if not exists sightings_of_record on identity.sightings (record_ref, source, entity);
create index if not exists sightings_of_ref on identity.sightings (customer_ref)
where customer_ref is not null;
create index if not exists sightings_of_email on identity.sightings (email)
where email is not null;
create index if not exists sightings_of_phone on identity.sightings (phone)
where phone is not null;
create index if not exists sightings_of_visitor on identity.sightings (visitor_ref)
where visitor_ref is not null;
create index if not exists sightings_begun on identity.sightings (batch_from);
create index if not exists sightings_ended on identity.sightings (batch_to)
where batch_to < 9223372036854775807;
create index if not exists sightings_on_day on identity.sightings (seen_on);
comment on table identity.sightings is 'Links between records, condensed from the staged rows: known at K is batch_from <= K < batch_to.';
comment on column identity.sightings.sighting_key is 'md5 of source, entity, record_ref and the identifiers.';
comment on column identity.sightings.seen_on is 'The first business day among its rows that stand; 0001-01-01 counts always.';
comment on column identity.sightings.first_batch is 'The batch that showed the combination first, kept even if its rows are deleted later.';
