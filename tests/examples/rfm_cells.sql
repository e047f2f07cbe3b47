-- The ten published segments of the rfm package over the 125 cells of three scores, without segc: which pairs
-- share a cell, and which cells no segment takes.
create table ranges(position, name, r_low, r_high, f_low, f_high, m_low, m_high) as values
  (1, 'champions', 5, 5, 5, 5, 5, 5),
  (2, 'potential_loyalist', 3, 5, 3, 5, 2, 5),
  (3, 'loyal_customers', 2, 4, 2, 4, 2, 4),
  (4, 'promising', 3, 4, 1, 3, 3, 5),
  (5, 'new_customers', 4, 5, 1, 3, 1, 5),
  (6, 'cant_lose_them', 1, 2, 3, 4, 4, 5),
  (7, 'at_risk', 1, 2, 2, 5, 4, 5),
  (8, 'need_attention', 1, 3, 3, 5, 3, 5),
  (9, 'about_to_sleep', 2, 3, 1, 3, 1, 4),
  (10, 'lost', 1, 1, 1, 5, 1, 5);

create table cells as
select r, f, m, r || f || m as cell
from range(1, 6) as scores(r), range(1, 6) as frequencies(f), range(1, 6) as amounts(m);

create table takes as
select cell, name, position from cells, ranges
where r between r_low and r_high and f between f_low and f_high and m between m_low and m_high;

create table pairs as
select distinct a.name as first, b.name as second
from takes a join takes b on a.cell = b.cell and a.position < b.position;

create table untaken as select cell from cells where cell not in (select cell from takes);
