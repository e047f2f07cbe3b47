-- How data/ was made, once, from the published tables of the R package completejourney (as CSV files in the
-- folder `raw`), with any DuckDB of version 1.1 or later. Every column is read as text, so that
-- nothing changes on the way but what is written here.
--
--   duckdb -c ".read prepare.sql" && gzip -9n data/lines.csv

create table transactions as from read_csv('raw/transactions_sample.csv.gz', all_varchar = true, nullstr = '');
create table products as from read_csv('raw/products.csv.gz', all_varchar = true, nullstr = '');
create table demographics as from read_csv('raw/demographics.csv', all_varchar = true, nullstr = '');
create table campaigns as from read_csv('raw/campaigns.csv', all_varchar = true, nullstr = '');
create table descriptions as from read_csv('raw/campaign_descriptions.csv', all_varchar = true, nullstr = '');
create table redemptions as from read_csv('raw/coupon_redemptions.csv', all_varchar = true, nullstr = '');

-- One row a household that bought something; 801 of 2,377 have demographics.
copy (
  select household_id, age, income, home_ownership, marital_status, household_size, household_comp, kids_count
  from (select distinct household_id from transactions)
  left join demographics using (household_id)
  order by household_id::int
) to 'data/households.csv' (header);

-- The lines of the till, in the order published (which is no order), with what the product table
-- knows about each. One value, 0.0000000000000004440892, is a rounding residue and becomes 0.00.
copy (
  select household_id, store_id, basket_id, transaction_timestamp, quantity,
         sales_value::decimal(12, 2) as sales_value, retail_disc::decimal(12, 2) as retail_disc,
         coupon_disc::decimal(12, 2) as coupon_disc, department, product_category, brand
  from (select row_number() over () as row_number, * from transactions)
  left join products using (product_id)
  order by row_number
) to 'data/lines.csv' (header);

copy (
  select household_id, campaign_id, campaign_type, start_date
  from campaigns join descriptions using (campaign_id)
  order by campaign_id::int, household_id::int
) to 'data/campaigns.csv' (header);

copy redemptions to 'data/redemptions.csv' (header);
