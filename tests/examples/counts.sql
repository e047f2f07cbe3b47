-- How many customers have each value of each column of expected: column, value, customers, share.
-- Before them the totals.
with long as (
  from (select columns(* exclude (customer))::varchar from expected)
  unpivot include nulls (value for name in (*))
)
select name, '', value, '' from totals
union all
select name, coalesce(value, '(no segment)'), count(*),
       printf('%.2f%%', 100::double * count(*) / (select count(*) from expected))
from long where value is distinct from 'false' group by name, value;
