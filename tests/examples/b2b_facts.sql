-- What the README says in words.
select format('{} accounts, {:,} touches and {} deals', (select count(*) from accounts),
              (select count(*) from rows_of('touches.csv')), (select count(*) from rows_of('deals.csv')));
