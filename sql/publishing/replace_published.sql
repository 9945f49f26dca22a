-- What stood for a day stands no more.
update ops.published
set replaced_at = :now
where as_of = :as_of and replaced_at is null
