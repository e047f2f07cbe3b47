-- examples/grocery computed without segc. Variables: data (folder), as_of (day).
-- Makes expected (a row a customer, columns as in the file of --out) and totals.
-- The local day is the date as printed on the receipt, so no time zone is computed here.

create macro rows_of(file) as table
  from read_csv(getvariable('data') || '/' || file, all_varchar = true, nullstr = '');
create macro age_of(day) as date_diff('day', day[1:10]::date, getvariable('as_of')::date);

create table households as from rows_of('households.csv');

create table lines as
select household_id, basket_id, store_id, transaction_timestamp[1:10] as day, age_of(transaction_timestamp) as age,
       sales_value::decimal(18, 2) as paid, retail_disc::decimal(18, 2) + coupon_disc::decimal(18, 2) as saved,
       department, product_category, brand
from rows_of('lines.csv.gz')
where sales_value::decimal(18, 2) > 0 and department is distinct from 'FUEL' and age_of(transaction_timestamp) >= 1;

create table receipts as
select basket_id, any_value(household_id) as household_id, any_value(store_id) as store_id, min(age) as age
from lines group by basket_id;

create table redemptions as
select household_id, age_of(redemption_date) as age from rows_of('redemptions.csv') where age_of(redemption_date) >= 1;

create table mailings as
select household_id, age_of(start_date) as age from rows_of('campaigns.csv') where age_of(start_date) >= 1;

create table by_line as
select household_id,
       sum(paid) as paid,
       coalesce(sum(paid) filter (age <= 182), 0) as paid_182,
       coalesce(sum(paid) filter (age between 31 and 120), 0) as paid_31_120,
       coalesce(sum(paid) filter (day between '2017-11-14' and '2017-11-23'), 0) as paid_thanksgiving,
       count(*) filter (age <= 182) as lines_182,
       sum(saved) filter (age <= 182) as saved_182,
       count(*) filter (age <= 182 and brand = 'Private') as private_182,
       count(*) filter (age <= 182 and product_category in
         ('BABY FOODS', 'BABY HBC', 'DIAPERS & DISPOSABLES', 'INFANT FORMULA')) as baby_182,
       count(*) filter (age <= 182 and
         (department = 'NUTRITION' or product_category = 'ORGANICS FRUIT & VEGETABLES')) as natural_182,
       count(*) filter (product_category in ('BEERS/ALES', 'DOMESTIC WINE', 'IMPORTED WINE')) as drinks
from lines group by household_id;

create table by_receipt as
select household_id, count(*) as visits, min(age) as recency,
       count(*) filter (age <= 90) as visits_90,
       count(*) filter (age <= 30) as visits_30,
       count(*) filter (age <= 182 and store_id = '367') as visits_367,
       count(distinct store_id) filter (age <= 182) as stores_182
from receipts group by household_id;

create table by_coupon as
select household_id, count(*) as coupons, count(*) filter (age <= 182) as coupons_182
from redemptions group by household_id;

create table by_mailing as
select household_id, count(*) filter (age <= 182) as mailings_182 from mailings group by household_id;

create table members as
select household_id as customer,
       coalesce(visits_90 >= 2 and paid > 8 * visits, false) as big_baskets,
       coalesce(paid_thanksgiving >= 15, false) as hosts,
       coalesce(visits_30 = 0 and paid_31_120 >= 10, false) as slipping,
       coalesce(visits >= 2 and recency >= 90, false) as lost,
       coalesce(mailings_182, 0) >= 3 and coalesce(coupons, 0) = 0 as mail_deaf,
       coalesce(baby_182, 0) >= 2
         or coalesce(age in ('19-24', '25-34', '35-44') and kids_count in ('1', '2', '3+'), false) as young_families,
       age is null and coalesce(paid_182, 0) >= 80 as strangers,
       coalesce(visits_367, 0) >= 2 as store_367,
       coalesce(stores_182, 0) >= 4 as roamers,
       coalesce(natural_182, 0) >= 2 as naturals,
       coalesce(drinks, 0) >= 2 and coalesce(kids_count, '0') = '0' as tasters,
       coalesce(lines_182 >= 10 and saved_182 > lines_182, false) or coalesce(coupons_182, 0) >= 3
         or coalesce(lines_182 >= 10 and 2 * private_182 > lines_182, false) as bargain_hunters
from households
left join by_line using (household_id)
left join by_receipt using (household_id)
left join by_coupon using (household_id)
left join by_mailing using (household_id);

create table expected as
select *,
       case when big_baskets then 'big_baskets' when hosts then 'hosts' when young_families then 'young_families'
            when tasters then 'tasters' when naturals then 'naturals' when bargain_hunters then 'bargain_hunters'
            when slipping then 'slipping' when lost then 'lost' else 'leaflet' end as december,
       case when store_367 then 'store_367' when roamers then 'roamers' else 'no_invitation' end as stores_action
from members;

-- A row that two events read counts in both; what `unique by` collapses counts, too.
create table all_events as
select household_id from lines union all select household_id from lines
union all select household_id from redemptions union all select household_id from mailings;

create table totals as
select 'customers' as name, count(*) as value from households
union all select 'events', count(*) from all_events
union all select 'orphan_events', count(*) from all_events where household_id not in (select household_id from households);
