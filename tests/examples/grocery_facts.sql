-- What the README says in words.
select format('{} of {:,} households', count(age), count(*)) from households;
-- Hour plus offset from UTC: 24 or more is tomorrow there.
select format('{:,} lines of {:,}',
              count(*) filter (transaction_timestamp[12:13]::int + transaction_timestamp[21:22]::int >= 24), count(*))
from rows_of('lines.csv.gz');
select format('sample of {:,} lines', count(*)) from rows_of('lines.csv.gz');
select case count(*) when 2 then 'Two campaigns went to households that never bought' end
from mailings where household_id not in (select household_id from households);
