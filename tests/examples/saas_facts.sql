-- What the README says in words.
select format('{} accounts, {:,} uses of a feature and {:,} invoices', (select count(*) from accounts),
              (select count(*) from rows_of('usage.csv')), (select count(*) from rows_of('invoices.csv')));
