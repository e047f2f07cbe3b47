// Rules about customers alone, which are decided while Parquet is read: the same output, counts and
// errors as from CSV, where they are decided afterwards. Row groups of odd sizes, several files,
// rows that do not exist, keys that are numbers and texts, any number of threads.
#include "tests/unit/io_support.h"

#include <inttypes.h>
#include <segc.h>

#include "runtime/io/sink.h"

static const char rules[] =
    "segc 1\ntimezone: \"UTC\"\n\n"
    "customer from \"customers\" key id {\n"
    "  country: text?\n  score: int?\n  points: int\n  ratio: number\n  born: date?\n"
    "  plan: one of (\"free\", \"pro\")\n  %s\n}\n\n"
    "segment s1 { when: score is known and score > 500 }\n"
    "segment s2 { when: country = \"DE\" }\n"
    "segment s3 { when: ratio * 2 > 0.5 and plan = \"pro\" }\n"
    "segment s4 { when: born is known and born < 1990-01-01 }\n"
    "segment s5 { when: points + points > 900 }\n"
    "segment s6 { when: points >= 0 }\n"
    "segment s7 { when: country is known and length(country) > 12 }\n"
    "segment s8 { when: score is known and score * 2 + points > 1500 }\n"
    "priority best: s7 > s3 > s2 > s5\n";

// Rows i of a range; %s: the key, what is special, the rows.
static const char rows[] =
    "select %s as id, case i %% 5 when 0 then 'DE' when 1 then 'FR' when 2 then "
    "'a country of more than twelve bytes' end as country, "
    "if(i %% 7 = 0, null, hash(i) %% 1000)::integer as score, %s as points, "
    "(hash(i, 1) %% 100) / 100 as ratio, "
    "if(i %% 3 = 0, null, date '1980-01-01' + (hash(i, 2) %% 9000)::integer) as born, "
    "if(hash(i, 3) %% 2 = 0, 'free', 'pro') as plan from range(%d, %d) as r(i)";

enum { OUTPUT = 8 << 20 };

/** What a run of a project over one folder gave. */
struct answer {
  bool fine;
  char message[1024]; // without the place, which is another in other files
  char place[1024];   // with it
  char counts[1024];
  char *output;
  size_t size; // of it
};

static char *say_winners(const struct segc_summary *summary, char *at) {
  const struct segc_chain_count *chain = &summary->chains[0];
  for (size_t w = 0; w < chain->winner_count; w++)
    at += sprintf(at, " %" PRIu64, chain->winners[w].members);
  return at + sprintf(at, ", %" PRIu64, chain->unmatched);
}

/* The same session, asked for winners only and then for everybody again. */
static void run_again(struct segc_session *session, struct segc_run_options options,
                      const struct segc_summary *first) {
  char expected[512], found[512];
  uint64_t members = first->segments[0].members;
  const struct segc_summary *summary = NULL;
  say_winners(first, expected);
  options.out_path = NULL;
  for (int turn = 0; turn < 2; turn++) {
    options.winners_only = turn == 0;
    assert_int_equal(segc_run(session, &options, &summary), SEGC_OK);
    say_winners(summary, found);
    assert_string_equal(found, expected);
  }
  assert_int_equal(summary->segments[0].members, members);
}

static struct answer score(const char *project, const char *folder, const char *out,
                           unsigned threads) {
  struct answer answer = {.fine = true, .output = calloc(1, OUTPUT)};
  const char *paths[] = {io_path("rules.seg")};
  struct segc_session *session = segc_session_new();
  const struct segc_project_options opened = {
      .size = sizeof opened, .paths = paths, .path_count = 1, .allow_no_decision = true};
  const struct segc_run_options options = {.size = sizeof options,
                                           .as_of = "2026-11-01",
                                           .data_folder = io_path(folder),
                                           .out_path = io_path(out),
                                           .threads = threads,
                                           .no_out_manifest = true,
                                           .no_code_cache = true};
  const struct segc_summary *summary = NULL;
  io_write_text("rules.seg", project);
  remove(options.out_path);
  if (segc_load(session, &opened) != SEGC_OK) {
    segc_write_diagnostics(session, SEGC_FORMAT_HUMAN, false, stderr);
    fail_msg("the rules have errors");
  }
  if (segc_run(session, &options, &summary) != SEGC_OK) {
    const char *message = segc_last_error(session).message, *column = strstr(message, "column ");
    answer.fine = false;
    snprintf(answer.place, sizeof answer.place, "%s", message);
    snprintf(answer.message, sizeof answer.message, "%s", column != NULL ? column : message);
  } else {
    FILE *file = fopen(options.out_path, "r");
    assert_non_null(file);
    answer.size = fread(answer.output, 1, OUTPUT, file);
    assert_in_range(answer.size, 1, OUTPUT - 1);
    fclose(file);
    char *at = answer.counts;
    at += sprintf(at, "%" PRIu64 ":", summary->customers);
    for (size_t s = 0; s < summary->segment_count; s++)
      at += sprintf(at, " %" PRIu64, summary->segments[s].members);
    say_winners(summary, at);
    run_again(session, options, summary);
  }
  segc_session_free(session);
  return answer;
}

// The same rows as one CSV file and as two Parquet files with small row groups.
static void write_both(const char *key, const char *points, int count, int group) {
  char select[2048], sql[4096];
  mkdir(io_path("csv"), 0700);
  mkdir(io_path("parquet"), 0700);
  mkdir(io_path("parquet/customers"), 0700);
  snprintf(select, sizeof select, rows, key, points, 0, count);
  snprintf(sql, sizeof sql, "copy (%s) to '%s'", select, io_path("csv/customers.csv"));
  io_query(sql);
  for (int file = 0; file < 2; file++) {
    int begin = file == 0 ? 0 : count / 3, end = file == 0 ? count / 3 : count;
    snprintf(select, sizeof select, rows, key, points, begin, end);
    snprintf(sql, sizeof sql, "copy (%s) to '%s/parquet/customers/%d.parquet' (row_group_size %d)",
             select, io_folder, file, group);
    io_query(sql);
  }
}

// `expected` and `place` are in the message; NULL: there is none.
static void check(const char *where, const char *expected, const char *place) {
  char project[2048];
  snprintf(project, sizeof project, rules, where);
  struct answer late = score(project, "csv", "out.csv", 2);
  if (expected != NULL && (late.fine || strstr(late.message, expected) == NULL))
    fail_msg("%s: %s", expected, late.message);
  if (expected == NULL && !late.fine)
    fail_msg("%s", late.message);
  for (unsigned threads = 1; threads <= 7; threads += 3) {
    struct answer early = score(project, "parquet", "out.csv", threads);
    assert_string_equal(early.message, late.message);
    if (place != NULL && strstr(early.place, place) == NULL)
      fail_msg("%s: %s", place, early.place);
    assert_string_equal(early.counts, late.counts);
    if (strcmp(early.output, late.output) != 0)
      fail_msg("%u threads, %s: other members", threads, where);
    free(early.output);
  }
  free(late.output);
}

static void the_same_members(void **state) {
  (void)state;
  write_both("i * 3", "i % 1000", 40001, 2048);
  check("", NULL, NULL);
  check("where points > 300 and (score is missing or score > 50)", NULL, NULL);
  write_both("'customer ' || i", "i % 1000", 20000, 10000);
  check("where plan = \"pro\"", NULL, NULL);
  write_both("i", "1", 1, 2048);
  check("", NULL, NULL);
  check("where points > 1", NULL, NULL); // nobody
}

/* Errors of rows come before those of customers; of each kind the first in file order. */
static void the_same_errors(void **state) {
  (void)state;
  static const char huge[] = "if(i in (9001, 33000), 9000000000000000000, i % 1000)";
  write_both("'k' || i * 3", huge, 40000, 2048);
  check("", "k27003", NULL); // the key of row 9002
  check("where country = \"DE\"", "k99000", NULL);
  write_both("'k' || if(i = 39000, 6, i * 3)", huge, 40000, 2048);
  check("", "customer \"k6\" was in an earlier row already",
        "1.parquet, row 25668, "); // 39000 - 13333 + 1
  write_both("if(i in (30000, 39000), null, 'k' || i * 3)", huge, 40000, 2048);
  check("", "a customer must have a key", "1.parquet, row 16668, ");
}

// Output as Parquet: the same rows, and the same bytes with any number of threads.
static void check_parquet(const char *where) {
  char project[2048];
  snprintf(project, sizeof project, rules, where);
  free(score(project, "csv", "late.parquet", 2).output);
  struct answer first = score(project, "parquet", "out.parquet", 1);
  io_sql("with e as (select row_number() over () as n, id::varchar as id, * exclude (id) "
         "from '%s/out.parquet'), l as (select row_number() over () as n, * "
         "from '%s/late.parquet') select case when (select count(*) from (from e except from l)) "
         "+ (select count(*) from (from l except from e)) > 0 then error('other members') end");
  for (unsigned threads = 2; threads <= 7; threads += 5) {
    struct answer next = score(project, "parquet", "out.parquet", threads);
    assert_int_equal(next.size, first.size);
    assert_memory_equal(next.output, first.output, first.size);
    free(next.output);
  }
  free(first.output);
}

/* So many that memberships leave the run group by group, while it goes on. Keys that count, and
 * that do not; rows that do not exist; errors behind groups that are written. */
static void the_same_groups(void **state) {
  (void)state;
  enum { MANY = SEG_SINK_GROUP_ROWS + 20000 };
  static const char huge[] = "if(i in (9001, 140000), 9000000000000000000, i % 1000)";
  char project[2048];
  write_both("i + 5", "i % 1000", MANY, 40960);
  check_parquet("");
  check_parquet("where points > 300 and (score is missing or score > 50)");
  check_parquet("where points > 1000"); // nobody: no group
  write_both("if(i = 150000, 6, i * 3)", huge, MANY, 40960);
  snprintf(project, sizeof project, rules, "");
  for (unsigned threads = 1; threads <= 7; threads += 3) {
    struct answer twice = score(project, "parquet", "out.parquet", threads);
    assert_non_null(strstr(twice.message, "customer 6 was in an earlier row already"));
    free(twice.output);
  }
  write_both("i * 3", huge, MANY, 40960);
  for (unsigned threads = 1; threads <= 7; threads += 3) {
    struct answer overflows = score(project, "parquet", "out.parquet", threads);
    assert_non_null(strstr(overflows.message, "27003"));
    assert_int_not_equal(access(io_path("out.parquet"), F_OK), 0);
    free(overflows.output);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(the_same_members, io_make_folder, io_remove_folder),
      cmocka_unit_test_setup_teardown(the_same_errors, io_make_folder, io_remove_folder),
      cmocka_unit_test_setup_teardown(the_same_groups, io_make_folder, io_remove_folder),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
