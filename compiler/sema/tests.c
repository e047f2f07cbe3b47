/**
 * Test blocks: the rows they state against the declarations, and the segments they claim. A row is
 * read as a row of the source would be, so the same words mean the same customer.
 */
#include "compiler/sema/check.h"
#include "compiler/sema/types.h"
#include "runtime/time/civil.h"

/** One record while it is read; `stated` is beside the columns of the entity. */
struct record_check {
  struct seg_check *check;
  struct seg_table *table;
  struct seg_program_record *record;
  const struct seg_test_value **stated;
  const struct seg_test_value *time, *key;
};

// --- values ---

static struct seg_node *not_written_out(struct seg_check *check, const struct seg_expr *expr,
                                        struct seg_type type) {
  struct seg_diagnostic *d = seg_report(check->sink, SEG_DIAG_NOT_CONSTANT, expr->span,
                                        "the values of a test must be written out");
  bool word = type.kind == SEG_TYPE_TEXT || type.kind == SEG_TYPE_ENUM;
  if (word && expr->kind == SEG_EXPR_NAME)
    seg_help(check->sink, d, "write a text in quotes: `\"%.*s\"`", SEG_STR(expr->name.text));
  return NULL;
}

/** The literal behind an expression, of its own type; NULL after reporting. */
static struct seg_node *check_constant(struct seg_check *check, struct seg_table *table,
                                       const struct seg_expr *expr, struct seg_type type) {
  struct seg_scope scope = {table->is_event ? SEG_IN_EVENT : SEG_IN_CUSTOMER, table, false};
  if (expr->kind == SEG_EXPR_TRUTH)
    return seg_check_literal(check, expr);
  if (expr->kind == SEG_EXPR_NAME) {
    const struct seg_symbol *symbol = seg_find_symbol(check, expr->name.text);
    if (!symbol || symbol->kind != SEG_SYMBOL_CONSTANT)
      return not_written_out(check, expr, type);
  }
  struct seg_node *node = seg_check_value(check, &scope, expr);
  return !node || seg_is_literal(node) ? node : not_written_out(check, expr, type);
}

/** A moment: a date, or a text that holds one. `zoned`: times without an offset have a zone. */
static bool check_moment(struct seg_check *check, const struct seg_node *node, bool zoned,
                         struct seg_timestamp_text *out) {
  char text[SEG_TYPE_TEXT_SIZE];
  if (node->type.kind == SEG_TYPE_DATE) {
    int32_t day = (int32_t)node->literal.integer;
    *out = (struct seg_timestamp_text){.kind = SEG_TIMESTAMP_DATE_ONLY, .day = day};
    return true;
  }
  if (node->type.kind != SEG_TYPE_TEXT) {
    struct seg_diagnostic *d = seg_report(check->sink, SEG_DIAG_TYPE_MISMATCH, node->span,
                                          "this is %s where a date or a time is needed",
                                          seg_type_phrase(node, text, sizeof text));
    seg_help(check->sink, d, "write `2026-10-05`, or a text such as `\"2026-10-05T14:30:00Z\"`");
    return false;
  }
  if (!seg_timestamp_parse(node->literal.text, out)) {
    struct seg_diagnostic *d =
        seg_report(check->sink, SEG_DIAG_TEST_TIME, node->span, "this text is no date and time");
    seg_help(check->sink, d, "write it as `\"2026-10-05T14:30:00Z\"`, or the day: `2026-10-05`");
    return false;
  }
  // Two days from either end of the calendar, the moment is in it in every zone.
  if (out->day < SEG_CIVIL_FIRST_DAY + 2 || out->day > SEG_CIVIL_LAST_DAY - 2) {
    seg_report(check->sink, SEG_DIAG_TEST_TIME, node->span,
               "this time is at the end of the calendar, which goes from year 1 to 9999");
    return false;
  }
  if (out->kind != SEG_TIMESTAMP_NAIVE || zoned)
    return true;
  struct seg_diagnostic *d = seg_report(check->sink, SEG_DIAG_TEST_TIME, node->span,
                                        "this time does not say in which zone it is");
  seg_note(check->sink, d,
           "times of a test are read as those of the data, and no zone is declared for these");
  seg_help(check->sink, d, "add an offset, such as `+02:00` or `Z`, or write the day without time");
  return false;
}

static bool has_zone(const struct seg_table *table) {
  return table->entity->zone.size > 0;
}

/** A literal in the type of its column; false after reporting. */
static bool convert(struct seg_check *check, const struct seg_table *table, struct seg_node *node,
                    struct seg_type type, struct seg_stated_value *out) {
  char text[SEG_TYPE_TEXT_SIZE];
  out->type = type;
  if (type.kind == SEG_TYPE_TIMESTAMP)
    return out->known = check_moment(check, node, has_zone(table), &out->time);
  struct seg_str currency = node->type.currency;
  if (currency.size > 0 && type.currency.size > 0 && !seg_str_equal(currency, type.currency)) {
    struct seg_diagnostic *d = seg_report(check->sink, SEG_DIAG_MIXED_CURRENCY, node->span,
                                          "this is %.*s, and the column is %s", SEG_STR(currency),
                                          seg_type_describe(&type, text, sizeof text));
    seg_help(check->sink, d, "write the amount in %.*s", SEG_STR(type.currency));
    return false;
  }
  if (type.kind == SEG_TYPE_DATE && node->type.kind == SEG_TYPE_TEXT) {
    struct seg_diagnostic *d = seg_report(check->sink, SEG_DIAG_TYPE_MISMATCH, node->span,
                                          "this is a text where date is needed");
    seg_help(check->sink, d, "write a date without quotes: `2026-10-05`");
    return false;
  }
  struct seg_node *value = seg_convert_value(check, node, type);
  if (value)
    out->literal = value->literal;
  return out->known = value != NULL;
}

/** `missing` in the place of a value; true when it stands there. */
static bool check_said_missing(struct record_check *state, const struct seg_test_value *value,
                               const struct seg_program_column *column) {
  if (value->value->kind != SEG_EXPR_NAME || !seg_str_is(value->value->name.text, "missing"))
    return false;
  if (column->optional)
    return true;
  struct seg_check *check = state->check;
  struct seg_diagnostic *d = seg_report(check->sink, SEG_DIAG_NEVER_MISSING, value->value->span,
                                        "`%.*s` is never missing", SEG_STR(column->name.text));
  seg_note_at(check->sink, d, column->span, "its declaration has no `?`");
  return true;
}

// --- records ---

static bool claim_slot(struct record_check *state, const struct seg_test_value **slot,
                       const struct seg_test_value *value) {
  if (!*slot) {
    *slot = value;
    return true;
  }
  bool same = seg_str_equal(value->name.text, (*slot)->name.text);
  struct seg_diagnostic *d = seg_report(state->check->sink, SEG_DIAG_TEST_TWICE, value->name.span,
                                        same ? "this record states `%.*s` twice"
                                             : "`%.*s` says a second time when this happened",
                                        SEG_STR(value->name.text));
  seg_note_at(state->check->sink, d, (*slot)->name.span, "first here");
  return false;
}

static void check_column_value(struct record_check *state, uint32_t index,
                               const struct seg_test_value *value) {
  struct seg_check *check = state->check;
  const struct seg_program_column *column = &state->table->entity->columns[index];
  if (!claim_slot(state, &state->stated[index], value))
    return;
  if (state->table->syntax->columns[index].computed) {
    struct seg_diagnostic *d =
        seg_report(check->sink, SEG_DIAG_WRONG_KIND, value->name.span,
                   "`%.*s` is computed, and a test does not state it", SEG_STR(value->name.text));
    seg_note_at(check->sink, d, column->span, "it follows from what the test states");
    return;
  }
  if (!value->value || state->table->progress[index] != SEG_DONE ||
      check_said_missing(state, value, column))
    return;
  struct seg_node *node = check_constant(check, state->table, value->value, column->type);
  struct seg_stated_value *stated = &state->record->values[index];
  if (!node || !convert(check, state->table, node, column->type, stated))
    return;
  bool can_be_key = column->type.kind == SEG_TYPE_INT || column->type.kind == SEG_TYPE_TEXT;
  if (!state->table->is_event && can_be_key &&
      seg_str_equal(column->name.text, state->table->entity->key))
    state->record->key = *stated;
}

static void check_time(struct record_check *state, const struct seg_test_value *value) {
  struct seg_stated_value *time = &state->record->time;
  if (!claim_slot(state, &state->time, value) || !value->value)
    return;
  struct seg_type type = seg_type_of(SEG_TYPE_TIMESTAMP);
  struct seg_node *node = check_constant(state->check, state->table, value->value, type);
  if (node)
    convert(state->check, state->table, node, type, time);
}

/** The key is only read where somebody looks it up: in lists, and for random groups. */
static void check_key(struct record_check *state, const struct seg_test_value *value) {
  struct seg_check *check = state->check;
  struct seg_stated_value *key = &state->record->key;
  char text[SEG_TYPE_TEXT_SIZE];
  if (state->table->is_event) {
    struct seg_diagnostic *d = seg_report(
        check->sink, SEG_DIAG_WRONG_KIND, value->name.span,
        "`%.*s` is the customer's key, and a test has one customer", SEG_STR(value->name.text));
    seg_help(check->sink, d, "leave it out");
    return;
  }
  if (!claim_slot(state, &state->key, value) || !value->value)
    return;
  struct seg_type type = seg_type_of(SEG_TYPE_TEXT);
  struct seg_node *node = check_constant(check, state->table, value->value, type);
  if (!node)
    return;
  key->known = node->type.kind == SEG_TYPE_INT || node->type.kind == SEG_TYPE_TEXT;
  key->type = node->type;
  key->literal = node->literal;
  if (!key->known)
    seg_report(check->sink, SEG_DIAG_TYPE_MISMATCH, node->span,
               "this is %s, and keys are whole numbers or texts",
               seg_type_phrase(node, text, sizeof text));
}

static void check_stated(struct record_check *state, const struct seg_test_value *value) {
  struct seg_str name = value->name.text;
  const struct seg_program_entity *entity = state->table->entity;
  if (name.size == 0)
    return; // the parser has reported it
  int64_t column = seg_names_find(&state->table->columns, name);
  bool is_time = state->table->is_event && seg_str_equal(name, entity->time);
  if (is_time || (state->table->is_event && column == SEG_NO_NAME && seg_str_is(name, "at")))
    check_time(state, value);
  else if (column != SEG_NO_NAME)
    check_column_value(state, (uint32_t)column, value);
  else if (entity->key.size > 0 && seg_str_equal(name, entity->key))
    check_key(state, value);
  else
    seg_unknown_column(state->check, state->table, value->name);
}

static void check_record(struct seg_check *check, struct seg_table *table,
                         const struct seg_test_record *syntax, struct seg_program_record *record) {
  uint32_t room = table->entity->column_count + 1u;
  struct record_check state = {.check = check, .table = table, .record = record};
  record->span = syntax->entity.span;
  record->values = SEG_NEW_ARRAY(&check->program->arena, struct seg_stated_value, room);
  state.stated = SEG_NEW_ARRAY(&check->scratch, const struct seg_test_value *, room);
  if (!record->values || !state.stated) {
    check->out_of_memory = true;
    return;
  }
  for (uint32_t i = 0; i < syntax->value_count; i++)
    check_stated(&state, &syntax->values[i]);
  if (!table->is_event || state.time)
    return;
  struct seg_diagnostic *d =
      seg_report(check->sink, SEG_DIAG_TEST_VALUE, syntax->entity.span,
                 "this `%.*s` does not say when it happened", SEG_STR(syntax->entity.text));
  seg_help(check->sink, d, "add its day, such as `at: 2026-10-05`");
}

/** The table a record is of, or NULL after reporting. */
static struct seg_table *find_table(struct seg_check *check, struct seg_name name,
                                    struct seg_program_record *record) {
  record->event = -1;
  if (seg_str_is(name.text, "customer"))
    return check->customer.syntax ? &check->customer : NULL; // its absence is reported elsewhere
  const struct seg_symbol *symbol = seg_find_symbol(check, name.text);
  if (!symbol) {
    struct seg_str customer = seg_str_view("customer");
    struct seg_diagnostic *d = NULL;
    if (name.text.size == 0 || !seg_suggest(name.text, &customer, 1).data)
      seg_unknown_symbol(check, name, SEG_SYMBOL_EVENT, "event");
    else
      d = seg_report(check->sink, SEG_DIAG_UNKNOWN_NAME, name.span, "there is no event `%.*s`",
                     SEG_STR(name.text));
    if (d)
      seg_help(check->sink, d, "`customer` is spelt like it");
    return NULL;
  }
  if (symbol->kind == SEG_SYMBOL_EVENT) {
    record->event = (int32_t)symbol->index;
    return &check->events[symbol->index];
  }
  if (!symbol->excused)
    seg_report(check->sink, SEG_DIAG_WRONG_KIND, name.span,
               "`%.*s` is no event, and a test states its customer and events", SEG_STR(name.text));
  return NULL;
}

/** `do_not_contact { }` says that the customer is in the list; true when the record is of a list.
 */
static bool check_listing(struct seg_check *check, const struct seg_test_record *written,
                          struct seg_program_test *test) {
  const struct seg_symbol *symbol = seg_find_symbol(check, written->entity.text);
  if (!symbol || symbol->kind != SEG_SYMBOL_LIST)
    return false;
  struct seg_str name = written->entity.text;
  if (written->value_count > 0) {
    struct seg_diagnostic *d =
        seg_report(check->sink, SEG_DIAG_WRONG_KIND, written->values[0].name.span,
                   "`%.*s` is a list of customers, and has no columns", SEG_STR(name));
    seg_help(check->sink, d, "`%.*s { }` says that the customer is in the list", SEG_STR(name));
  }
  for (uint32_t i = 0; i < test->listing_count; i++) {
    if (test->listings[i].list != symbol->index)
      continue;
    struct seg_diagnostic *d =
        seg_report(check->sink, SEG_DIAG_TEST_TWICE, written->entity.span,
                   "this test puts its customer into `%.*s` twice", SEG_STR(name));
    seg_note_at(check->sink, d, test->listings[i].span, "first here");
    return true;
  }
  test->listings[test->listing_count++] =
      (struct seg_program_listing){.list = symbol->index, .span = written->entity.span};
  return true;
}

static void check_records(struct seg_check *check, const struct seg_test *syntax,
                          struct seg_program_test *test) {
  const struct seg_test_record *customer = NULL;
  for (uint32_t i = 0; i < syntax->record_count; i++) {
    const struct seg_test_record *written = &syntax->records[i];
    if (check_listing(check, written, test))
      continue;
    struct seg_program_record *record = &test->records[test->record_count];
    struct seg_table *table = find_table(check, written->entity, record);
    if (!table)
      continue;
    if (!table->is_event && customer) {
      struct seg_diagnostic *d = seg_report(check->sink, SEG_DIAG_TEST_TWICE, written->entity.span,
                                            "a test has one customer, and this is a second one");
      seg_note_at(check->sink, d, customer->entity.span, "first here");
      continue;
    }
    customer = table->is_event ? customer : written;
    check_record(check, table, written, record);
    test->record_count++;
  }
}

// --- claims ---

/** Does a chain give this name to those whom it does not take? */
static const struct seg_program_chain *chain_otherwise(const struct seg_check *check,
                                                       struct seg_str name) {
  for (uint32_t i = 0; i < check->program->chain_count; i++)
    if (name.size > 0 && seg_str_equal(check->program->chains[i].otherwise, name))
      return &check->program->chains[i];
  return NULL;
}

static const struct seg_symbol *find_claimed(struct seg_check *check, struct seg_name name) {
  const struct seg_symbol *symbol = seg_find_symbol(check, name.text);
  const struct seg_program_chain *chain = symbol ? NULL : chain_otherwise(check, name.text);
  if (!symbol && !chain) {
    seg_unknown_symbol(check, name, SEG_SYMBOL_SEGMENT, "segment");
    return NULL;
  }
  if (symbol && (symbol->kind == SEG_SYMBOL_SEGMENT || symbol->excused))
    return symbol->kind == SEG_SYMBOL_SEGMENT ? symbol : NULL;
  struct seg_diagnostic *d = seg_report(check->sink, SEG_DIAG_WRONG_KIND, name.span,
                                        "`%.*s` is no segment", SEG_STR(name.text));
  if (chain) {
    seg_note_at(check->sink, d, chain->span, "it names those whom no segment of this chain takes");
    seg_help(check->sink, d, "`reject` the segments of the chain instead");
  } else {
    seg_note(check->sink, d, "a test says which segments take its customer");
  }
  return NULL;
}

static void report_claimed_twice(struct seg_check *check, const struct seg_test_claim *claim,
                                 const struct seg_program_claim *earlier) {
  bool same = claim->expected == earlier->expected;
  struct seg_diagnostic *d = seg_report(
      check->sink, same ? SEG_DIAG_TEST_TWICE : SEG_DIAG_TEST_CLAIM, claim->segment.span,
      same ? "this test claims `%.*s` twice" : "this test both expects and rejects `%.*s`",
      SEG_STR(claim->segment.text));
  seg_note_at(check->sink, d, earlier->span, same ? "first here" : "the other claim");
}

static void check_claims(struct seg_check *check, const struct seg_test *syntax,
                         struct seg_program_test *test) {
  struct seg_names seen;
  if (!seg_names_init(&seen, &check->scratch, syntax->claim_count)) {
    check->out_of_memory = true;
    return;
  }
  for (uint32_t i = 0; i < syntax->claim_count; i++) {
    const struct seg_test_claim *claim = &syntax->claims[i];
    const struct seg_symbol *symbol = find_claimed(check, claim->segment);
    uint32_t other = 0;
    if (!symbol)
      continue;
    if (seg_names_add(&seen, claim->segment.text, test->claim_count, &other) == SEG_NAME_SAME) {
      report_claimed_twice(check, claim, &test->claims[other]);
      continue;
    }
    test->claims[test->claim_count++] = (struct seg_program_claim){
        .segment = symbol->index, .expected = claim->expected, .span = claim->segment.span};
  }
  if (syntax->claim_count > 0 || check->incomplete)
    return;
  struct seg_diagnostic *d =
      seg_report(check->sink, SEG_DIAG_TEST_CLAIM, syntax->title.span, "this test claims nothing");
  seg_help(check->sink, d,
           "say which segments take its customer, or do not: `expect` and `reject` "
           "with the name of a segment");
}

// --- tests ---

static bool check_test(struct seg_check *check, const struct seg_declaration *declaration,
                       struct seg_program_test *test) {
  const struct seg_test *syntax = declaration->test;
  struct seg_arena *arena = &check->program->arena;
  *test = (struct seg_program_test){
      .title = syntax->title, .as_of = syntax->as_of, .span = declaration->span};
  test->records = SEG_NEW_ARRAY(arena, struct seg_program_record, syntax->record_count + 1u);
  test->claims = SEG_NEW_ARRAY(arena, struct seg_program_claim, syntax->claim_count + 1u);
  test->listings = SEG_NEW_ARRAY(arena, struct seg_program_listing, syntax->record_count + 1u);
  if (!test->records || !test->listings || !test->claims)
    return false;
  uint32_t errors = check->sink->errors;
  check_records(check, syntax, test);
  check_claims(check, syntax, test);
  if (check->sink->errors == errors && !check->out_of_memory)
    seg_check_needs(check, test);
  return true;
}

static void report_empty_title(struct seg_check *check, struct seg_span span) {
  struct seg_diagnostic *d =
      seg_report(check->sink, SEG_DIAG_SYNTAX, span, "the title of this test is empty");
  seg_note(check->sink, d, "a test that fails is known by its title");
  seg_help(check->sink, d, "say what it is about: `test \"two orders in the window\"`");
}

void seg_check_tests(struct seg_check *check) {
  struct seg_program *program = check->program;
  struct seg_names titles;
  bool room = seg_names_init(&titles, &check->scratch, program->test_count);
  uint32_t index = 0, other = 0;
  for (const struct seg_declaration *d = check->ast->first; d && room; d = d->next) {
    if (d->kind != SEG_DECLARE_TEST)
      continue;
    struct seg_name title = d->test->title;
    if (title.text.size == 0 && !check->incomplete)
      report_empty_title(check, title.span);
    if (title.text.size > 0 && seg_names_add(&titles, title.text, index, &other) == SEG_NAME_SAME) {
      struct seg_diagnostic *report =
          seg_report(check->sink, SEG_DIAG_TEST_TWICE, title.span, "another test has this title");
      seg_note_at(check->sink, report, program->tests[other].title.span, "the other one");
    }
    room = check_test(check, d, &program->tests[index++]);
  }
  check->out_of_memory = check->out_of_memory || !room;
}
