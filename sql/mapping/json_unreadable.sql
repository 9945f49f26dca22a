-- Lines of the inbox that are no JSON object.
-- grain: row_no
-- reads: raw.inbox_lines
select
    row_no,
    line
from raw.inbox_lines
where
    case
        when pg_input_is_valid(line, 'jsonb')
            then jsonb_typeof(cast(line as jsonb)) != 'object'
        else true
    end
order by row_no
