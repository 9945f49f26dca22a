-- Forget the judgements of an attempt that is judged again.
delete from ops.contract_results
where night_id = :night_id
