-- examples/b2b computed without segc. Variables: data (folder), as_of (day).

create macro rows_of(file) as table
  from read_csv(getvariable('data') || '/' || file, all_varchar = true, nullstr = '');
create macro age_of(day) as date_diff('day', day::date, getvariable('as_of')::date);

create table accounts as select account, industry, employees::int as employees from rows_of('accounts.csv');

create table touches as
select account, contact, role, channel, day::date as day, age_of(day) as age
from rows_of('touches.csv') where age_of(day) >= 1;

create table deals as
select account, stage, amount::decimal(18, 2) as amount, age_of(opened) as age
from rows_of('deals.csv') where age_of(opened) >= 1;

create table by_touch as
select account, min(age) as recency,
       count(*) filter (age <= 30) as touches_30,
       count(*) filter (age <= 180) as touches_180,
       count(distinct contact) filter (age <= 180) as contacts_180,
       count(distinct contact) filter (age <= 90) as contacts_90,
       count(distinct role) filter (age <= 90) as roles_90,
       count(distinct contact) filter (age <= 30)
         - count(distinct contact) filter (age between 31 and 60) as new_reach
from touches group by account;

-- Dates have no time, so the visit comes a day later at the earliest.
create table visits as
select w.account, count(*) as visits
from touches w
where w.channel = 'webinar' and w.age <= 365
  and exists (from touches v where v.account = w.account and v.channel = 'visit' and v.day > w.day
              and v.day - w.day <= 30)
group by w.account;

create table by_deal as
select account, count(*) filter (stage = 'open') as open_deals,
       coalesce(sum(amount) filter (stage = 'won'), 0) as won
from deals group by account;

create table ranked as
select account, row_number() over (order by coalesce(won, 0) desc, account) as position, count(*) over () as accounts
from accounts left join by_deal using (account);

create table members as
select account as customer,
       coalesce(industry in ('machines', 'furniture') and employees >= 50, false) as core_market,
       employees is null and coalesce(touches_180, 0) >= 3 as size_unknown,
       coalesce(contacts_90, 0) >= 3 and coalesce(roles_90, 0) >= 3 as buying_group,
       coalesce(touches_180, 0) >= 4 and coalesce(contacts_180, 0) = 1 as one_voice,
       coalesce(new_reach, 0) >= 1 and coalesce(recency <= 14, false) as waking_up,
       coalesce(visits, 0) >= 1 as met_after_webinar,
       coalesce(open_deals, 0) >= 1 and coalesce(touches_30, 0) = 0 as stalled,
       coalesce(open_deals, 0) >= 1 as in_talks,
       position <= ceil(accounts / 5.0) and coalesce(won, 0) > 0 as best_customers,
       coalesce(won, 0) > 0 and coalesce(touches_180, 0) = 0 as sleeping
from accounts left join by_touch using (account) left join by_deal using (account)
  left join visits using (account) left join ranked using (account);

create table expected as
select *, case when buying_group then 'buying_group' when one_voice then 'one_voice'
               when met_after_webinar then 'met_after_webinar' when waking_up then 'waking_up'
               else 'wait' end as next_step,
          case when stalled then 'stalled' when in_talks then 'in_talks' when best_customers then 'best_customers'
               when sleeping then 'sleeping' else 'nurture' end as pipeline
from members;

create table totals as
select 'customers' as name, count(*) as value from accounts
union all
select 'events', (select count(*) from touches) + (select count(*) from deals)
union all
select 'orphan_events', (select count(*) from deals where account not in (select account from accounts));
