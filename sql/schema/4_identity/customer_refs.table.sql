-- Every customer_ref ever named by a good row, and the batch that named it first.
-- grain: staging_version, customer_space, customer_ref
create table if not exists identity.customer_refs (
    staging_version text not null,
    customer_space text not null,
    customer_ref text not null,
    first_batch bigint not null,
    person_id bigint not null,
    primary key (staging_version, customer_space, customer_ref)
);
comment on table identity.customer_refs is 'The batch that first named each customer_ref, kept even if its rows are deleted later: it decides who founds a person.';
comment on column identity.customer_refs.person_id is 'The person this ref founds: first 63 bits of the sha256 of space, unit separator, ref.';
