// segc emit: the project in another form.
#include <segc.h>
#include <stdio.h>
#include <string.h>

#include "cli/report.h"
#include "cli/verbs.h"

static const char help[] =
    "usage: segc emit sql DIR|FILE... --dialect DIALECT [OPTIONS]\n"
    "\n"
    "Writes the project as one query in SQL: a row a customer, with the key, a column of true and\n"
    "false for each segment, and the winner of each chain. It means what the rules mean: what the\n"
    "dialect cannot say exactly is refused (E701, exit code 1) and never approximated. The query\n"
    "reads a table for each source of the project; docs/sql.md tells which types it expects.\n"
    "\n"
    "  DIR|FILE             folders (all .seg files below them) and rule files: one project\n"
    "  --dialect DIALECT    duckdb, postgres or sqlite\n"
    "  --as-of DAY          the day asked about, YYYY-MM-DD; without it the query has a "
    "parameter:\n"
    "                       $as_of (duckdb), $1 (postgres), :as_of (sqlite)\n"
    "  --order COLUMN       the column that numbers the rows of each table in their order, where\n"
    "                       that decides; the usual one is rowid (duckdb, sqlite)\n"
    "  --out FILE           where to write; without it the query goes to stdout\n"
    "  --allow-no-decision  accept segments without a decision, for exploration\n"
    "  --color WHEN         auto, always or never: colours of messages\n";

enum { DIALECT, AS_OF, ORDER, OUT, ALLOW_NO_DECISION, OPTION_COUNT };

// The form comes first: `sql`.
static bool is_complete(const struct arguments *arguments) {
  if (arguments->path_count == 0 || strcmp(arguments->paths[0], "sql") != 0) {
    fprintf(stderr, "error: segc emit needs the form to write\n"
                    "  = help: write `segc emit sql DIR --dialect duckdb`\n");
    return false;
  }
  if (arguments->path_count == 1) {
    fprintf(stderr, "error: segc emit sql needs a folder or a file with rules\n"
                    "  = help: write `segc emit sql DIR --dialect duckdb`\n");
    return false;
  }
  if (!arguments->options[DIALECT].given) {
    fprintf(stderr, "error: segc emit sql needs the dialect of SQL\n"
                    "  = help: add --dialect duckdb, --dialect postgres or --dialect sqlite\n");
    return false;
  }
  return true;
}

static enum segc_status emit(struct call *call) {
  const struct arguments *arguments = &call->arguments;
  const struct option *options = arguments->options;
  if (!is_complete(arguments))
    return SEGC_FAILURE;
  struct segc_project_options project = {
      .size = sizeof project,
      .paths = arguments->paths + 1,
      .path_count = arguments->path_count - 1,
      .allow_no_decision = options[ALLOW_NO_DECISION].given,
  };
  struct segc_sql_options sql = {
      .size = sizeof sql,
      .dialect = options[DIALECT].value,
      .as_of = options[AS_OF].value,
      .order = options[ORDER].value,
      .out_path = options[OUT].value,
  };
  enum segc_status status = segc_load(call->session, &project);
  if (status == SEGC_OK)
    status = segc_emit_sql(call->session, &sql, stdout);
  return call_finish(call, status);
}

static const struct option option_table[OPTION_COUNT] = {
    [DIALECT] = {.name = "--dialect", .takes_value = true},
    [AS_OF] = {.name = "--as-of", .takes_value = true},
    [ORDER] = {.name = "--order", .takes_value = true},
    [OUT] = {.name = "--out", .takes_value = true},
    [ALLOW_NO_DECISION] = {.name = "--allow-no-decision"},
};

const struct verb verb_emit = {
    .name = "emit",
    .summary = "the project in another form: a query in SQL",
    .help = help,
    .options = option_table,
    .option_count = OPTION_COUNT,
    .run = emit,
};
