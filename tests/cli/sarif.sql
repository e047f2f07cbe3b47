-- Is FILE a SARIF 2.1.0 log as segc promises it? One row a fault, none when it is sound.
--
-- Not the JSON schema of OASIS itself, which is not ours to carry along: what that schema and the
-- text of the standard (sections 3.13 to 3.54) ask of the properties that segc writes, and that it
-- writes no others. The numbers are those of the standard's sections.
CREATE TABLE doc AS SELECT content AS j FROM read_text(getvariable('FILE'));

-- Property names: an object has those that are named here and no others (the schema says
-- additionalProperties: false everywhere), and those marked with ! always.
CREATE TABLE shapes(object VARCHAR, names VARCHAR);
INSERT INTO shapes VALUES
  ('log', '$schema version! runs!'),                                                 -- 3.13
  ('run', 'tool! results! columnKind'),                                              -- 3.14
  ('tool', 'driver!'),                                                               -- 3.18
  ('driver', 'name! rules'),                                                         -- 3.19
  ('rule', 'id! shortDescription defaultConfiguration'),                             -- 3.49
  ('configuration', 'level'),                                                        -- 3.50
  ('text', 'text!'),                                                                 -- 3.11, 3.12
  ('result', 'ruleId ruleIndex level message! locations relatedLocations'),          -- 3.27
  ('location', 'physicalLocation!'),                                                 -- 3.28
  ('related', 'id message physicalLocation!'),
  ('physical', 'artifactLocation! region'),                                          -- 3.29
  ('artifact', 'uri!'),                                                              -- 3.4
  ('region', 'startLine! startColumn endLine endColumn');                            -- 3.30

CREATE TABLE runs AS SELECT unnest(json_extract(j, '$.runs[*]')) AS j FROM doc;
CREATE TABLE rules AS
  SELECT unnest(json_extract(j, '$.tool.driver.rules[*]')) AS j,
         generate_subscripts(json_extract(j, '$.tool.driver.rules[*]'), 1) - 1 AS place FROM runs;
CREATE TABLE results AS
  SELECT unnest(json_extract(j, '$.results[*]')) AS j,
         generate_subscripts(json_extract(j, '$.results[*]'), 1) AS number FROM runs;
CREATE TABLE locations AS
  SELECT number, 'location' AS object, unnest(json_extract(j, '$.locations[*]')) AS j FROM results
  UNION ALL
  SELECT number, 'related', unnest(json_extract(j, '$.relatedLocations[*]')) FROM results;

CREATE TABLE objects AS
  SELECT 'log' AS object, j FROM doc
  UNION ALL SELECT 'run', j FROM runs
  UNION ALL SELECT 'tool', json_extract(j, '$.tool') FROM runs
  UNION ALL SELECT 'driver', json_extract(j, '$.tool.driver') FROM runs
  UNION ALL SELECT 'rule', j FROM rules
  UNION ALL SELECT 'text', json_extract(j, '$.shortDescription') FROM rules
  UNION ALL SELECT 'configuration', json_extract(j, '$.defaultConfiguration') FROM rules
  UNION ALL SELECT 'result', j FROM results
  UNION ALL SELECT 'text', json_extract(j, '$.message') FROM results
  UNION ALL SELECT object, j FROM locations
  UNION ALL SELECT 'text', json_extract(j, '$.message') FROM locations WHERE object = 'related'
  UNION ALL SELECT 'physical', json_extract(j, '$.physicalLocation') FROM locations
  UNION ALL SELECT 'artifact', json_extract(j, '$.physicalLocation.artifactLocation') FROM locations
  UNION ALL SELECT 'region', json_extract(j, '$.physicalLocation.region') FROM locations;

SELECT 'not an object: ' || object FROM objects WHERE coalesce(json_type(j), '') <> 'OBJECT';

SELECT object || ' has a property of its own: ' || name
FROM (SELECT object, unnest(json_keys(j)) AS name FROM objects WHERE json_type(j) = 'OBJECT')
JOIN shapes USING (object)
WHERE NOT list_contains(string_split(replace(names, '!', ''), ' '), name);

SELECT object || ' lacks ' || name
FROM (SELECT object, j, unnest(string_split(names, ' ')) AS name FROM objects JOIN shapes USING (object))
WHERE name LIKE '%!' AND NOT list_contains(json_keys(j), replace(name, '!', ''));

-- Values.
SELECT 'the version is not 2.1.0' FROM doc WHERE json_extract_string(j, '$.version') IS DISTINCT FROM '2.1.0';
SELECT 'not exactly one run' FROM doc WHERE json_array_length(j, '$.runs') IS DISTINCT FROM 1;
SELECT 'a text is empty, or no string' FROM objects
WHERE object = 'text' AND (json_type(j, '$.text') IS DISTINCT FROM 'VARCHAR' OR json_extract_string(j, '$.text') = '');
SELECT 'the driver has no name' FROM objects
WHERE object = 'driver' AND coalesce(json_extract_string(j, '$.name'), '') = '';
SELECT 'two rules with the id ' || (json_extract_string(j, '$.id')) FROM rules GROUP BY json_extract_string(j, '$.id') HAVING count(*) > 1;
SELECT 'columnKind: ' || coalesce(json_extract_string(j, '$.columnKind'), 'none') FROM runs
WHERE coalesce(json_extract_string(j, '$.columnKind'), '') NOT IN ('utf16CodeUnits', 'unicodeCodePoints');
SELECT 'level: ' || coalesce(level, 'none')
FROM (SELECT json_extract_string(j, '$.level') AS level FROM results
      UNION ALL SELECT json_extract_string(j, '$.defaultConfiguration.level') FROM rules)
WHERE coalesce(level, '') NOT IN ('none', 'note', 'warning', 'error');
SELECT 'result ' || number || ': ruleIndex does not name its rule'
FROM results LEFT JOIN rules ON rules.place = CAST(json_extract_string(results.j, '$.ruleIndex') AS INTEGER)
WHERE (json_extract_string(rules.j, '$.id')) IS DISTINCT FROM (json_extract_string(results.j, '$.ruleId'));
SELECT 'result ' || number || ': related ids are not unique' FROM locations
WHERE object = 'related' GROUP BY number HAVING count(DISTINCT json_extract_string(j, '$.id')) <> count(*);
SELECT 'no URI reference (RFC 3986): ' || uri
FROM (SELECT json_extract_string(j, '$.uri') AS uri FROM objects WHERE object = 'artifact')
WHERE NOT regexp_full_match(uri, '([a-z][a-z0-9+.-]*:)?([A-Za-z0-9._~!$&''()*+,;=:@/-]|%[0-9A-F]{2})+');
SELECT 'a region is no stretch of text: ' || CAST(j AS VARCHAR)
FROM (SELECT j, CAST(json_extract_string(j, '$.startLine') AS INTEGER) AS line, CAST(json_extract_string(j, '$.startColumn') AS INTEGER) AS col,
             CAST(json_extract_string(j, '$.endLine') AS INTEGER) AS end_line, CAST(json_extract_string(j, '$.endColumn') AS INTEGER) AS end_col
      FROM objects WHERE object = 'region')
WHERE line < 1 OR col < 1 OR end_line < line OR end_col < 1 OR (end_line = line AND end_col < col);
