-- What the README says in words.
select format('{:,} orders of {} customers', count(*), count(distinct customer_id)) from orders;
select format('from {} to {}', min(order_date), max(order_date))
from read_csv(getvariable('data') || '/orders.csv', all_varchar = true);
select format('{} could be Potential Loyalist', count(*)) from expected where potential_loyalist;
