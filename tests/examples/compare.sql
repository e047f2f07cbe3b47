-- Compares expected with the file of --out, the variable out. No row may come out.
create table written as from read_csv(getvariable('out'), all_varchar = true, header = true, nullstr = '');
create table wanted as select columns(*)::varchar from expected;

(from wanted except all from written) union all (from written except all from wanted) limit 5;

-- All names but that of the key, which expected calls "customer".
(select column_index, column_name from duckdb_columns() where table_name = 'wanted' and column_index > 1
 except
 select column_index, column_name from duckdb_columns() where table_name = 'written');
