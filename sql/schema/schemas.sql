-- The schemas of a warehouse, in the order of the data's way.
create schema if not exists ops;
create schema if not exists raw;
create schema if not exists quarantine;
create schema if not exists staging;
create schema if not exists identity;
create schema if not exists attempts;
create schema if not exists features;
create schema if not exists marts;
comment on schema ops is 'What Nocturne did and found: batches, nights, contracts, drift, deliveries.';
comment on schema raw is 'Every version of every row as received.';
comment on schema quarantine is 'Rows that broke a critical rule or could not be read.';
comment on schema staging is 'Typed rows, cut into business days, every version.';
comment on schema identity is 'What says which records are one person.';
comment on schema attempts is 'Nights in the making; nobody reads here.';
comment on schema features is 'The tables of published nights, one partition each.';
comment on schema marts is 'What people query: the public interface.';
