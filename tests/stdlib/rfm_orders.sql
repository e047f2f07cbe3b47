-- The ten segments of std.rfm_segments over the sample orders, computed without segc. Variables: data (folder), as_of (day).
-- The package rfm moves every cut up by one unit (a day, an order, a dollar) before it compares, so its published winners differ in
-- the few customers between a quantile and the next unit.
with orders as (
  select customer_id, date_diff('day', order_date::date, getvariable('as_of')::date) as age, revenue::decimal(18, 2) as revenue
  from read_csv(getvariable('data') || '/orders.csv', all_varchar = true)
  where order_date < getvariable('as_of')
), customers as (
  select customer_id, min(age) as recency, count(*) as frequency, sum(revenue) as monetary from orders group by customer_id
), cuts as (
  select quantile_cont(recency, [0.2, 0.4, 0.6, 0.8]) as r, quantile_cont(frequency, [0.2, 0.4, 0.6, 0.8]) as f,
         quantile_cont(monetary::double, [0.2, 0.4, 0.6, 0.8]) as m
  from customers
), scores as (
  select customer_id,
         5 - len(list_filter(cuts.r, c -> c < recency)) as r,
         1 + len(list_filter(cuts.f, c -> c < frequency)) as f,
         1 + len(list_filter(cuts.m, c -> c < monetary)) as m
  from customers, cuts
), winners as (
  select case
      when r = 5 and f = 5 and m = 5 then '01 rfm_champions'
      when r >= 3 and f >= 3 and m >= 2 then '02 rfm_potential_loyalist'
      when r between 2 and 4 and f between 2 and 4 and m between 2 and 4 then '03 rfm_loyal_customers'
      when r between 3 and 4 and f <= 3 and m >= 3 then '04 rfm_promising'
      when r >= 4 and f <= 3 then '05 rfm_new_customers'
      when r <= 2 and f between 3 and 4 and m >= 4 then '06 rfm_cant_lose_them'
      when r <= 2 and f >= 2 and m >= 4 then '07 rfm_at_risk'
      when r <= 3 and f >= 3 and m >= 3 then '08 rfm_need_attention'
      when r between 2 and 3 and f <= 3 and m <= 4 then '09 rfm_about_to_sleep'
      when r = 1 then '10 rfm_lost'
      else '11 nobody' end as winner
  from scores
)
select winner[4:], count(*) from winners group by winner order by winner;
