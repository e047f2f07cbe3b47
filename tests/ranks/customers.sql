-- Small ranges, so that many values are equal; a tenth is missing. x is a multiple of 1/8, so that no sum rounds.
create macro draw(what, i) as hash(getvariable('seed') || '/' || what || '/' || i)::ubigint;
create table customers as
  select case when getvariable('keys') = 'text' then ('c' || (draw('key', i) % 1000000)::varchar || '-' || i::varchar)
              else (i * 7919 % 100003 - 50000)::varchar end as id,
         case when draw('no n', i) % 10 > 0 then (draw('n', i) % 41)::bigint - 20 end as n,
         case when draw('no x', i) % 10 > 0 then ((draw('x', i) % 801)::bigint - 400) / 8 end as x,
         ((draw('m', i) % 100000)::decimal(18, 2) / 100)::decimal(18, 2) as m,
         case when draw('no d', i) % 10 > 0 then date '2020-01-01' + (draw('d', i) % 300)::integer end as d
    from range(getvariable('customers')::bigint) r(i);
create table lines as
  select id, date '2026-01-01' + (draw('day', k) % 100)::integer as day, (draw('pieces', k) % 7)::bigint as pieces
    from customers, range(5) r(j), lateral (select id || '/' || j as k) where draw('lines', k) % 3 = 0;
