-- examples/saas computed without segc. Variables: data (folder), as_of (day).
-- Nobody works at night, so the day in UTC is the day in Berlin.

create macro rows_of(file) as table
  from read_csv(getvariable('data') || '/' || file, all_varchar = true, nullstr = '');
create macro age_of(day) as date_diff('day', day[1:10]::date, getvariable('as_of')::date);

create table accounts as
select account_id, plan, seats::int as seats, signed_up::date as signed_up, age_of(signed_up) as age
from rows_of('accounts.csv');

create table uses as
select account_id, user_id, feature, "at"[1:10]::date as day, "at"[1:19]::timestamp as instant, age_of("at") as age
from rows_of('usage.csv') where age_of("at") >= 1;

create table invoices as
select account_id, amount::decimal(18, 2) as amount, paid_on::date as day, age_of(paid_on) as age
from rows_of('invoices.csv') where age_of(paid_on) >= 1;

-- A report that an export of the same account follows, later and at most three days of the calendar on.
create table copies as
select r.account_id, count(*) as copies
from uses r
where r.feature = 'reports' and r.age <= 60
  and exists (from uses e where e.account_id = r.account_id and e.feature = 'export' and e.instant > r.instant
              and e.day - r.day <= 3)
group by r.account_id;

create table by_use as
select account_id, count(*) as uses, min(day) as first_day,
       min(age) filter (feature = 'automation') as automation_last,
       max(age) filter (feature = 'automation') as automation_first,
       count(*) filter (feature = 'api' and age <= 60) as api_60,
       count(distinct user_id) filter (age <= 28) as people_28,
       count(distinct feature) filter (age <= 28) as features_28,
       count(distinct day) filter (age <= 28) as days_28,
       count(distinct day) filter (age <= 14) as days_14,
       count(distinct day) filter (age between 15 and 70) as days_15_70,
       count(distinct day) filter (age between 15 and 75) as days_15_75,
       count(*) filter (age <= 30) as uses_30,
       max(age) as first_age
from uses group by account_id;

create macro month_start(months) as
  date_trunc('month', getvariable('as_of')::date) - months * interval 1 month;
create table by_invoice as
select account_id,
       coalesce(sum(amount) filter (day >= month_start(3) and day < month_start(0)), 0) as paid_3,
       coalesce(sum(amount) filter (day >= month_start(6) and day < month_start(0)), 0) as paid_6,
       coalesce(sum(amount) filter (age <= 365), 0) as paid_365
from invoices group by account_id;

create table ranked as
select account_id,
       row_number() over (order by coalesce(paid_365, 0) desc, account_id::int) as position,
       count(*) over () as accounts
from accounts left join by_invoice using (account_id);

-- The next yearly return of the day of signing up; 29 February returns on 28 February.
create table renewals as
select account_id,
       min(date_diff('day', getvariable('as_of')::date, signed_up + years * interval 1 year)) as days
from accounts, range(0, 60) y(years)
where signed_up + years * interval 1 year >= getvariable('as_of')::date
group by account_id;

create table members as
select account_id as customer,
       coalesce(uses, 0) = 0 and a.age >= 14 as never_started,
       coalesce(first_day - signed_up <= 2, false) and a.age <= 90 as quick_starters,
       coalesce(automation_first <= 30, false) as new_to_automation,
       coalesce(copies, 0) >= 3 and coalesce(api_60, 0) = 0 as copies_by_hand,
       coalesce(people_28, 0) * 10 >= 9 * seats and seats >= 2 and plan <> 'business' as full_house,
       coalesce(paid_3, 0) * 10 > 12 * (coalesce(paid_6, 0) - coalesce(paid_3, 0))
         and coalesce(paid_6, 0) > coalesce(paid_3, 0) as growing,
       position <= ceil(accounts / 10.0) as top_accounts,
       days <= 14 and a.age > 14 and plan <> 'free' as renewal,
       plan <> 'free' and coalesce(uses_30, 0) = 0 and coalesce(uses, 0) >= 1 as gone,
       coalesce(days_15_70, 0) >= 12 and coalesce(days_14, 0) <= 3 as slipping,
       coalesce(days_14, 0) >= 1 and coalesce(days_15_75, 0) = 0 and coalesce(first_age, 0) > 75 as came_back,
       coalesce(days_28, 0) >= 15 and coalesce(features_28, 0) >= 4 as power_teams
from accounts a left join by_use using (account_id) left join by_invoice using (account_id)
  left join copies using (account_id) left join ranked using (account_id) left join renewals using (account_id);

create table expected as
select *, case when never_started then 'never_started' when quick_starters then 'quick_starters'
               when copies_by_hand then 'copies_by_hand' when new_to_automation then 'new_to_automation'
               else 'no_hint' end as adoption,
          case when renewal then 'renewal' when full_house then 'full_house' when growing then 'growing'
               when top_accounts then 'top_accounts' else 'no_offer' end as expansion,
          case when gone then 'gone' when slipping then 'slipping' when came_back then 'came_back'
               when power_teams then 'power_teams' else 'steady' end as health
from members;

create table totals as
select 'customers' as name, count(*) as value from accounts
union all select 'events', (select count(*) from uses) + (select count(*) from invoices)
union all select 'orphan_events', 0;
