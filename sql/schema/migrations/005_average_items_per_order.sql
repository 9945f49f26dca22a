-- A feature more: how many pieces a person buys at once.
alter table features.customer_features
add column if not exists average_items_per_order double precision;
