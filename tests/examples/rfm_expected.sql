-- examples/rfm computed without segc. Variables: data (folder), as_of (day).
-- Makes expected (a row a customer, columns as in the file of --out) and totals.

create table orders as
select customer_id, date_diff('day', order_date::date, getvariable('as_of')::date) as age, revenue::decimal(18, 2) as revenue
from read_csv(getvariable('data') || '/orders.csv', all_varchar = true)
where order_date < getvariable('as_of');

create table expected as
with values as (
  select customer_id, min(age) as recency, count(*) as orders, sum(revenue) as spent from orders group by customer_id
), scores as (
  select customer_id,
         case when recency < 115 then 5 when recency < 181 then 4 when recency < 297.4 then 3 when recency < 482 then 2 else 1 end as r,
         case when orders < 4 then 1 when orders < 5 then 2 when orders < 6 then 3 when orders < 8 then 4 else 5 end as f,
         case when spent < 255.8 then 1 when spent < 382 then 2 when spent < 506.4 then 3 when spent < 666 then 4 else 5 end as m
  from values
), ranges(segment, position, r_low, r_high, f_low, f_high, m_low, m_high) as (
  values ('champions', 1, 5, 5, 5, 5, 5, 5), ('potential_loyalist', 2, 3, 5, 3, 5, 2, 5),
         ('loyal_customers', 3, 2, 4, 2, 4, 2, 4), ('promising', 4, 3, 4, 1, 3, 3, 5),
         ('new_customers', 5, 4, 5, 1, 3, 1, 5), ('cant_lose_them', 6, 1, 2, 3, 4, 4, 5),
         ('at_risk', 7, 1, 2, 2, 5, 4, 5), ('need_attention', 8, 1, 3, 3, 5, 3, 5),
         ('about_to_sleep', 9, 2, 3, 1, 3, 1, 4), ('lost', 10, 1, 1, 1, 5, 1, 5)
), matches as (
  select customer_id, segment, position
  from scores left join ranges
    on r between r_low and r_high and f between f_low and f_high and m between m_low and m_high
)
select customer_id as customer,
       coalesce(bool_or(segment = 'champions'), false) as champions,
       coalesce(bool_or(segment = 'potential_loyalist'), false) as potential_loyalist,
       coalesce(bool_or(segment = 'loyal_customers'), false) as loyal_customers,
       coalesce(bool_or(segment = 'promising'), false) as promising,
       coalesce(bool_or(segment = 'new_customers'), false) as new_customers,
       coalesce(bool_or(segment = 'cant_lose_them'), false) as cant_lose_them,
       coalesce(bool_or(segment = 'at_risk'), false) as at_risk,
       coalesce(bool_or(segment = 'need_attention'), false) as need_attention,
       coalesce(bool_or(segment = 'about_to_sleep'), false) as about_to_sleep,
       coalesce(bool_or(segment = 'lost'), false) as lost,
       arg_min(segment, position) as rfm
from matches group by customer_id;

create table totals as
select 'customers' as name, count(distinct customer_id) as value from orders
union all select 'events', count(*) from orders
union all select 'orphan_events', 0;
