-- What rules read of the rows they judge: some columns as they are, some made for one rule.
-- grain: that of the rows judged
-- reads: rule_columns
select * from rule_columns
