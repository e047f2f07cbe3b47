-- The table of the rfm package's vignette at 2006-12-31: customers, orders and revenue by winner.
-- No row may differ.
with published(rfm, customers, orders, revenue) as (
  values ('champions', 35, 316, 31646), ('potential_loyalist', 342, 2211, 204856),
         ('loyal_customers', 170, 799, 76562), ('promising', 9, 28, 4249), ('new_customers', 104, 329, 28837),
         ('cant_lose_them', 47, 274, 32446), ('at_risk', 28, 216, 22227), ('need_attention', 10, 57, 4562),
         ('about_to_sleep', 102, 283, 23449), ('lost', 148, 393, 35324)
), computed as (
  select rfm, count(distinct customer_id) as customers, count(*) as orders, sum(revenue)::int as revenue
  from orders join expected on customer_id = customer group by rfm
)
(from published except from computed) union all (from computed except from published);
