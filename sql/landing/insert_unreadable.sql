-- Keep a row that could not be read.
insert into quarantine.rows (
    staging_version, batch_id, row_no, source, entity, file, content, rules, sentence
)
values ('', :batch_id, :row_no, :source, :entity, :file, :content, array[:rule], :sentence)
