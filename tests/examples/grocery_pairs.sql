-- Pairs of segments of examples/grocery that share a household of the data as of one day: after grocery_expected.sql.
with memberships as (
  unpivot (select customer, columns(* exclude customer)::int from members)
  on columns(* exclude customer) into name segment value matches)
select distinct a.segment, b.segment
from memberships a join memberships b on a.customer = b.customer and a.segment < b.segment
where a.matches = 1 and b.matches = 1;
