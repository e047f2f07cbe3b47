-- The key of a number is ordered by value, that of a text by bytes.
create table ordered as
  select customers.*, case when getvariable('keys') = 'text' then 0 else id::bigint end as number,
         sum(pieces) as total, count(pieces) as lines
    from customers left join lines using (id) group by all;

-- Sums over counts in whole numbers: 420 is a multiple of every count there is.
create table places as
  select id, n, x, m, d, total * 420 // lines as mean,
         count(*) over () as everybody,
         row_number() over (order by n nulls last, number, id) - 1 as n_place,
         row_number() over (order by total * 420 // lines nulls last, number, id) - 1 as mean_place,
         row_number() over (order by n desc nulls last, number, id) as n_best,
         coalesce(sum(greatest(n, 0)) over (order by n desc nulls last, number, id
                                            rows between unbounded preceding and 1 preceding), 0) as n_before,
         sum(greatest(n, 0)) over () as n_sum,
         coalesce(sum(greatest(m, 0)) over (order by m desc nulls last, number, id
                                            rows between unbounded preceding and 1 preceding), 0) as m_before,
         sum(greatest(m, 0)) over () as m_sum,
         row_number() over (order by x desc nulls last, number, id) as x_best,
         row_number() over (order by m desc nulls last, number, id) as m_best,
         row_number() over (order by d desc nulls last, number, id) as d_best,
         row_number() over (order by total * 420 // lines desc nulls last, number, id) as mean_best,
         ntile(7) over (order by n nulls last, number, id) as n_tile,
         ntile(3) over (order by x nulls last, number, id) as x_tile,
         ntile(1000) over (order by m nulls last, number, id) as m_tile,
         ntile(4) over (order by d nulls last, number, id) as d_tile,
         ntile(10) over (order by total * 420 // lines nulls last, number, id) as mean_tile
    from ordered;

-- Cut i of k, times k, in whole numbers: position (count - 1) * i / k among the sorted values, from 0.
create macro cut_times(v, i, k) as
  k * v[(len(v) - 1) * i // k + 1]
  + ((len(v) - 1) * i % k)
    * (v[least((len(v) - 1) * i // k + 2, len(v))] - v[(len(v) - 1) * i // k + 1]);
create table sorted as
  select list(n order by n) filter (n is not null) as n,
         list((m * 100)::bigint order by m) filter (m is not null) as m,
         list((x * 8)::bigint order by x) filter (x is not null) as x
    from ordered;
create macro band(x, v, k) as 1 + len(list_filter(range(1, k), lambda i: cut_times(v, i, k) < k * x));

-- quantile_cont interpolates in floating point: the cuts must agree up to its rounding.
select 'a cut is elsewhere', i from sorted, range(1, 5) r(i), (select quantile_cont(n, [0.2, 0.4, 0.6, 0.8]) as cuts from ordered)
 where len(sorted.n) > 0 and abs(cut_times(sorted.n, i, 5) / 5 - cuts[i]) > 1e-9;
select 'a cut is elsewhere', i from sorted, range(1, 4) r(i), (select quantile_cont(x, [0.25, 0.5, 0.75]) as cuts from ordered)
 where len(sorted.x) > 0 and abs(cut_times(sorted.x, i, 4) / 32 - cuts[i]) > 1e-9;

create table expected as
  select places.id,
         n_tile = 3 as n_tile_3, n_tile = 7 as n_tile_7, x_tile = 1 as x_tile_1, m_tile <= 2 as m_tile_2,
         d_tile = 4 as d_tile_4, mean_tile = 5 as mean_tile_5,
         coalesce(band(places.n, sorted.n, 5) = 2 and places.n is not null, false) as n_band_2,
         coalesce(band(places.n, sorted.n, 5) = 5 and places.n is not null, false) as n_band_5,
         coalesce(band((places.m * 100)::bigint, sorted.m, 7) = 3, false) as m_band_3,
         coalesce(band((places.x * 8)::bigint, sorted.x, 4) = 4 and places.x is not null, false) as x_band_4,
         n_best <= ceil(everybody * 10 / 100) and places.n is not null as n_top,
         x_best <= ceil(everybody * 333 / 1000) and places.x is not null as x_top,
         m_best <= 25 as m_top,
         d_best <= ceil(everybody * 99 / 100) and places.d is not null as d_top,
         mean_best <= ceil(everybody * 5 / 100) and mean is not null as mean_top,
         coalesce(places.n > 0 and n_before * 1000000 < n_sum * 333333, false) as n_third,
         places.m > 0 and m_before * 10 < m_sum * 8 as m_four_fifths,
         everybody > 1 and n_place / (everybody - 1) >= 0.625 as n_share,
         everybody <= 1 or mean_place / (everybody - 1) < 0.25 as mean_share
    from places, sorted;

create table found as select * replace (id::varchar as id) from read_csv(getvariable('out'), types = {'id': 'varchar'});
select 'only in SQL', * from (select * from expected except select * from found) order by all limit 5;
select 'only in segc', * from (select * from found except select * from expected) order by all limit 5;
select 'customers are lost' where (select count(*) from found) <> (select count(*) from expected);
