-- Where the lines of a JSON Lines file wait to be taken apart.
-- grain: row_no
create unlogged table if not exists raw.inbox_lines (
    row_no bigint not null,
    line text not null
);
comment on table raw.inbox_lines is 'Lines of one JSON Lines file, until its batch is landed.';
