/* The grammar: settled tokens to tree. What a rule means is decided elsewhere; here stands only
   what can be written. Forms with two readings (`a and b or c`, `not a and b`, `a < b < c`) are
   parsed as precedence says and refused by the checker, which shows both readings.

   No conflicts (%expect 0): mend one where it comes from, do not raise the number.
   Recovery: `error` is always followed by a SYNC mark, which recover.c makes; so the place where
   reading goes on is chosen there and not by bison. bison drops a mark that does not fit and offers
   `error` to the innermost state that takes one, so each such state takes the mark for its place. */

%code requires {
#include "grammar/parser.h"
}

%define api.pure full
%define api.prefix {seg_grammar_}
%define api.token.prefix {TOK_}
%define api.location.type {struct seg_span}
%define parse.error custom
%define parse.lac full
%define lr.type ielr
%locations
%param {struct seg_parser *parser}
%expect 0

%union {
  struct seg_name name;
  struct seg_decimal decimal;
  struct seg_duration duration;
  int32_t day;
  struct seg_period period;
  struct seg_list list;
  struct seg_window *window;
  struct seg_expr *expr;
  struct seg_type_syntax *type;
  struct seg_items *items;
  enum seg_comparison comparison;
}

%code provides {
#define SEG_GRAMMAR_FIRST_TOKEN TOK_IDENT
#define SEG_GRAMMAR_LAST_TOKEN TOK_SYNC
}

%code {
#include "grammar/parse.h"

#define YYLLOC_DEFAULT(current, rhs, n)                                                            \
  ((current) = (n) > 0 ? (struct seg_span){YYRHSLOC(rhs, 1).file, YYRHSLOC(rhs, 1).begin,          \
                                           YYRHSLOC(rhs, n).end}                                   \
                       : (struct seg_span){YYRHSLOC(rhs, 0).file, YYRHSLOC(rhs, 0).end,            \
                                           YYRHSLOC(rhs, 0).end})

#define LEAF(kind, span) seg_build(parser, SEG_EXPR_##kind, (span), 0, NULL)
#define UNARY(kind, span, a) seg_build(parser, SEG_EXPR_##kind, (span), 1, (struct seg_expr *[]){a})
#define BINARY(kind, span, a, b)                                                                   \
  seg_build(parser, SEG_EXPR_##kind, (span), 2, (struct seg_expr *[]){a, b})
#define PUSH(list, item) seg_list_push(parser, &(list), &(item), sizeof(item))

static int seg_grammar_lex(union SEG_GRAMMAR_STYPE *value, struct seg_span *span,
                           struct seg_parser *parser);
static void seg_grammar_error(const struct seg_span *span, struct seg_parser *parser,
                              const char *message);
}

%token END 0 "the end of the file"

/* With a text of their own. */
%token <name> IDENT "a name" LABEL "a name with `:`" STRING "a string"
%token <name> CURRENCY "a currency" UNIT "a unit of time"
%token <decimal> NUMBER "a number" PERCENT "a percentage"
%token <duration> DURATION "a length of time"
%token <day> DATE "a date"
%token <period> PERIOD "a period"

/* Signs. */
%token LEFT_BRACE "{" RIGHT_BRACE "}" LEFT_PAREN "(" RIGHT_PAREN ")"
%token LEFT_BRACKET "[" RIGHT_BRACKET "]" COMMA "," COLON ":" QUESTION "?" DOT "." RANGE ".."
%token EQUAL "=" NOT_EQUAL "!=" LESS "<" LESS_EQUAL "<=" GREATER ">" GREATER_EQUAL ">="
%token PLUS "+" MINUS "-" TIMES "*" DIVIDE "/"
%token IN_LIST "in (...)" BETWEEN_AGO "between ... ago"

/* Words. The operator words come first: they are no plain names in an expression. */
%token <name> AND "and" OR "or" NOT "not" IN "in" IS "is" BETWEEN "between"
%token <name> WITHIN "within" EVER "ever" FROM "from" ELSE "else" TRUE "true" FALSE "false"

/* Words that settle.c gives only where a declaration, an item or a flag begins. */
%token <name> CUSTOMER "customer" EVENT "event" METRIC "metric" LET "let" SEGMENT "segment"
%token <name> PRIORITY "priority" USE "use" TEST "test" LIST "list" EXCLUSIVE "exclusive" OVERLAP "overlap"
%token <name> WHERE "where" UNIQUE "unique" PERSONAL "personal" ONE "one" OF "of"

/* Words that the grammar tells from names. */
%token <name> KEY "key" BY "by" AT "at" ZONE "zone" OTHERWISE "otherwise"
%token <name> WITH "with" AS "as" EXPECT "expect" REJECT "reject" THEN "then" WITHOUT "without"
%token <name> KNOWN "known" MISSING "missing" THIS "this" LAST "last" EVERY "every" AGO "ago"
%token <name> THROUGH "through"

/* Never in a file: a token already reported, and the marks of recovery. */
%token BAD "something unreadable" SYNC_ITEM "an item" SYNC_BODY "a body" SYNC "a declaration"

%type <name> name word any_name module zone title
%type <list> names one_of_texts chain_members
%type <list> renames
%type <list> clauses values record_values arguments expr_list conjunction disjunction
%type <items> entity_items test_items
%type <duration> duration
%type <window> window
%type <type> type base_type
%type <comparison> comparison_sign
%type <expr> value expr conjunct negation condition defaulted sum product signed postfix primary
%type <expr> argument

%%

file: declarations ;

declarations:
    %empty
  | declarations declaration          { parser->too_deep_reported = false; }
  | declarations error SYNC
      { seg_recovered(parser); yyerrok; parser->too_deep_reported = false; }
  ;

declaration:
    setting | customer | event | metric | constant | segment | priority | relation | use | test
  | list
  ;

/* --- names ------------------------------------------------------------------------------------ */

name: IDENT | word ;

/* Words that are names wherever an expression or a declaration takes one. */
word:
    KEY | BY | AT | ZONE | OTHERWISE | WITH | AS | EXPECT | REJECT | THEN | WITHOUT
  | KNOWN | MISSING | THIS | LAST | EVERY | AGO | THROUGH
  ;

/* Where only a name can stand, operator words are names too. */
any_name:
    name | AND | OR | NOT | IN | IS | BETWEEN | WITHIN | EVER | FROM | ELSE | TRUE | FALSE
  ;

names:
    any_name                          { $$ = (struct seg_list){0}; PUSH($$, $1); }
  | names "," any_name                { $$ = $1; PUSH($$, $3); }
  ;

/* --- settings and modules --------------------------------------------------------------------- */

setting:
    LABEL STRING                      { seg_add_setting(parser, @$, $1, $2); }
  | LABEL name                        { seg_add_setting(parser, @$, $1, $2); }
  ;

use:
    USE module                        { seg_add_use(parser, @$, $2, (struct seg_list){0}); }
  | USE module WITH renames           { seg_add_use(parser, @$, $2, $4); }
  ;

renames:
    module "=" module
      { $$ = (struct seg_list){0}; PUSH($$, ((struct seg_rename){$1, $3})); }
  | renames "," module "=" module
      { $$ = $1; PUSH($$, ((struct seg_rename){$3, $5})); }
  ;

module:
    any_name
  | module "." any_name               { $$ = seg_join_names(parser, $1, $3); }
  ;

/* --- customers and events --------------------------------------------------------------------- */

customer:
    CUSTOMER FROM STRING KEY any_name "{" entity_items "}"
      { seg_add_entity(parser, @$, SEG_DECLARE_CUSTOMER, $7,
                       &(struct seg_entity){.name = $1, .source = $3, .key = $5}); }
  | CUSTOMER FROM name "{" entity_items "}"
      { seg_add_entity(parser, @$, SEG_DECLARE_CUSTOMER, $5,
                       &(struct seg_entity){.name = $1, .event = $3}); }
  | CUSTOMER FROM name
      { seg_add_entity(parser, @$, SEG_DECLARE_CUSTOMER, NULL,
                       &(struct seg_entity){.name = $1, .event = $3}); }
  | CUSTOMER error SYNC                  { seg_recovered(parser); yyerrok; }
  | CUSTOMER error SYNC_BODY { seg_recovered(parser); yyerrok; } "{" entity_items "}"
  ;

event:
    EVENT name FROM STRING BY any_name AT any_name zone "{" entity_items "}"
      { seg_add_entity(parser, @$, SEG_DECLARE_EVENT, $11,
                       &(struct seg_entity){.name = $2, .source = $4, .key = $6, .time = $8,
                                            .zone = $9}); }
  | EVENT name "{" entity_items "}"   { seg_add_need(parser, @$, $2, $4); }
  | EVENT error SYNC                  { seg_recovered(parser); yyerrok; }
  | EVENT error SYNC_BODY { seg_recovered(parser); yyerrok; } "{" entity_items "}"
  ;

zone:
    %empty                            { $$ = (struct seg_name){{"", 0}, @$}; }
  | ZONE STRING                       { $$ = $2; }
  ;

entity_items:
    %empty                            { $$ = seg_begin_items(parser); }
  | entity_items LABEL type
      { $$ = seg_add_column(parser, $1, @2, @3,
                            (struct seg_column_syntax){.name = $2, .type = *$3}); }
  | entity_items LABEL type PERSONAL
      { $$ = seg_add_column(parser, $1, @2, @4,
                            (struct seg_column_syntax){.name = $2, .type = *$3, .personal = true}); }
  | entity_items name "=" expr
      { $$ = seg_add_column(parser, $1, @2, @4,
                            (struct seg_column_syntax){.name = $2, .computed = $4}); }
  | entity_items WHERE expr           { $$ = $1; PUSH($$->wheres, $3); }
  | entity_items UNIQUE BY names      { $$ = seg_add_unique(parser, $1, @2, @4, $4); }
  | entity_items error SYNC_ITEM      { $$ = $1; seg_recovered(parser); yyerrok; }
  ;

type:
    base_type
  | base_type "?"                     { $$ = $1; $$->optional = true; $$->span = @$; }
  ;

base_type:
    name                              { $$ = seg_build_type(parser, @$, $1); }
  | name "(" any_name ")"             { $$ = seg_build_type(parser, @$, $1); $$->currency = $3; }
  | name "(" any_name "," NUMBER ")"
      { $$ = seg_build_type(parser, @$, $1); $$->currency = $3;
        $$->scale = seg_scale_of(parser, @5, $5); }
  | ONE OF "(" one_of_texts ")"       { $$ = seg_build_one_of(parser, @$, @1, @2, $4); }
  ;

one_of_texts:
    STRING                            { $$ = (struct seg_list){0}; PUSH($$, $1); }
  | one_of_texts "," STRING           { $$ = $1; PUSH($$, $3); }
  ;

/* --- metrics and constants -------------------------------------------------------------------- */

metric: METRIC name "=" expr          { seg_add_metric(parser, @$, $2, $4); } ;

constant: LET name "=" expr           { seg_add_constant(parser, @$, $2, $4); } ;

/* --- lists of keys ---------------------------------------------------------------------------- */

list:
    LIST name FROM STRING KEY any_name { seg_add_key_list(parser, @$, $2, $4, $6); }
  ;

/* --- segments --------------------------------------------------------------------------------- */

segment:
    SEGMENT name title "{" clauses "}"    { seg_add_segment(parser, @$, $2, $3, $5); }
  | SEGMENT error SYNC                  { seg_recovered(parser); yyerrok; }
  | SEGMENT error SYNC_BODY { seg_recovered(parser); yyerrok; } "{" clauses "}"
  ;

title:
    %empty                            { $$ = (struct seg_name){{"", 0}, @$}; }
  | STRING
  ;

clauses:
    %empty                            { $$ = (struct seg_list){0}; }
  | clauses LABEL values              { $$ = seg_add_clause(parser, $1, $2, @2, @3, $3); }
  | clauses error SYNC_ITEM           { $$ = $1; seg_recovered(parser); yyerrok; }
  ;

values:
    value                             { $$ = (struct seg_list){0}; PUSH($$, $1); }
  | values "," value                  { $$ = $1; PUSH($$, $3); }
  ;

value:
    expr
  | expr ".." expr                    { $$ = BINARY(RANGE, @$, $1, $3); }
  | EVERY duration
      { $$ = LEAF(DURATION, @2); $$->duration = $2; $$ = UNARY(EVERY, @$, $$); }
  | LAST DATE
      { $$ = LEAF(DATE, @2); $$->day = $2; $$ = UNARY(LAST_ON, @$, $$); }
  ;

/* --- chains and relations --------------------------------------------------------------------- */

priority:
    PRIORITY LABEL chain_members
      { seg_add_priority(parser, @$, $2, $3, (struct seg_name){{"", 0}, @3}); }
  | PRIORITY LABEL chain_members OTHERWISE name    { seg_add_priority(parser, @$, $2, $3, $5); }
  ;

chain_members:
    name                              { $$ = (struct seg_list){0}; PUSH($$, $1); }
  | chain_members ">" name            { $$ = $1; PUSH($$, $3); }
  ;

relation:
    EXCLUSIVE names                   { seg_add_relation(parser, @$, SEG_STATED_EXCLUSIVE, NULL, $2); }
  | OVERLAP name WITH names           { seg_add_relation(parser, @$, SEG_STATED_OVERLAP, &$2, $4); }
  ;

/* --- tests ------------------------------------------------------------------------------------ */

test:
    TEST STRING AS OF DATE "{" test_items "}"    { seg_add_test(parser, @$, $2, $5, $7); }
  | TEST error SYNC                  { seg_recovered(parser); yyerrok; }
  | TEST error SYNC_BODY { seg_recovered(parser); yyerrok; } "{" test_items "}"
  ;

test_items:
    %empty                            { $$ = seg_begin_items(parser); }
  | test_items name "{" record_values "}"
      { $$ = seg_add_record(parser, $1, $2, @2, @5, $4); }
  | test_items EXPECT name            { $$ = seg_add_claim(parser, $1, true, $3); }
  | test_items REJECT name            { $$ = seg_add_claim(parser, $1, false, $3); }
  | test_items error SYNC_ITEM        { $$ = $1; seg_recovered(parser); yyerrok; }
  ;

record_values:
    %empty                            { $$ = (struct seg_list){0}; }
  | record_values LABEL expr
      { $$ = $1; struct seg_test_value v = {$2, $3}; PUSH($$, v); }
  | record_values LABEL expr ","
      { $$ = $1; struct seg_test_value v = {$2, $3}; PUSH($$, v); }
  | record_values error SYNC_ITEM     { $$ = $1; seg_recovered(parser); yyerrok; }
  ;

/* --- expressions, loosest first --------------------------------------------------------------- */

expr:
    conjunct
  | disjunction                       { $$ = seg_build_chain(parser, SEG_EXPR_OR, &$1); }
  ;

disjunction:
    conjunct OR conjunct              { $$ = (struct seg_list){0}; PUSH($$, $1); PUSH($$, $3); }
  | disjunction OR conjunct           { $$ = $1; PUSH($$, $3); }
  ;

conjunct:
    negation
  | conjunction                       { $$ = seg_build_chain(parser, SEG_EXPR_AND, &$1); }
  ;

conjunction:
    negation AND negation             { $$ = (struct seg_list){0}; PUSH($$, $1); PUSH($$, $3); }
  | conjunction AND negation          { $$ = $1; PUSH($$, $3); }
  ;

negation:
    condition
  | NOT negation                      { $$ = UNARY(NOT, @$, $2); }
  ;

condition:
    defaulted
  | condition comparison_sign defaulted
      { $$ = BINARY(COMPARE, @$, $1, $3); $$->comparison = $2; }
  | condition BETWEEN defaulted AND defaulted
      { $$ = seg_build_between(parser, @$, false, $1, $3, $5); }
  | condition NOT BETWEEN defaulted AND defaulted
      { $$ = seg_build_between(parser, @$, true, $1, $4, $6); }
  | condition IN_LIST "(" expr_list ")"
      { $$ = seg_build_in(parser, @$, false, $1, $4); }
  | condition NOT IN_LIST "(" expr_list ")"
      { $$ = seg_build_in(parser, @$, true, $1, $5); }
  | condition IN_LIST "(" expr_list ")" window
      { $$ = seg_build_in(parser, seg_span_join(@1, @5), false, $1, $4);
        $$ = seg_build_windowed(parser, @$, $$, $6); }
  | condition NOT IN_LIST "(" expr_list ")" window
      { $$ = seg_build_in(parser, seg_span_join(@1, @6), true, $1, $5);
        $$ = seg_build_windowed(parser, @$, $$, $7); }
  | condition IS KNOWN                { $$ = UNARY(IS, @$, $1); $$->known = true; }
  | condition IS MISSING              { $$ = UNARY(IS, @$, $1); $$->known = false; }
  | condition IS NOT KNOWN
      { $$ = UNARY(IS, @$, $1); $$->known = false;
        seg_report_is_not(parser, seg_span_join(@3, @4), "missing"); }
  | condition IS NOT MISSING
      { $$ = UNARY(IS, @$, $1); $$->known = true;
        seg_report_is_not(parser, seg_span_join(@3, @4), "known"); }
  ;

comparison_sign:
    "="                               { $$ = SEG_EQUAL; }
  | "!="                              { $$ = SEG_NOT_EQUAL; }
  | "<"                               { $$ = SEG_LESS; }
  | "<="                              { $$ = SEG_LESS_EQUAL; }
  | ">"                               { $$ = SEG_GREATER; }
  | ">="                              { $$ = SEG_GREATER_EQUAL; }
  ;

defaulted:
    sum
  | defaulted ELSE sum                { $$ = BINARY(ELSE, @$, $1, $3); }
  ;

sum:
    product
  | sum "+" product        { $$ = BINARY(ARITHMETIC, @$, $1, $3); $$->arithmetic = SEG_ADD; }
  | sum "-" product        { $$ = BINARY(ARITHMETIC, @$, $1, $3); $$->arithmetic = SEG_SUBTRACT; }
  ;

product:
    signed
  | product "*" signed     { $$ = BINARY(ARITHMETIC, @$, $1, $3); $$->arithmetic = SEG_MULTIPLY; }
  | product "/" signed     { $$ = BINARY(ARITHMETIC, @$, $1, $3); $$->arithmetic = SEG_DIVIDE; }
  ;

signed:
    postfix
  | "-" signed                        { $$ = UNARY(NEGATE, @$, $2); }
  ;

postfix:
    primary
  | postfix "." any_name              { $$ = UNARY(FIELD, @$, $1); $$->name = $3; }
  | postfix "[" expr "]"              { $$ = BINARY(FILTER, @$, $1, $3); }
  | postfix window                    { $$ = seg_build_windowed(parser, @$, $1, $2); }
  ;

primary:
    NUMBER                            { $$ = LEAF(NUMBER, @$); $$->decimal = $1; }
  | PERCENT                           { $$ = LEAF(PERCENT, @$); $$->decimal = $1; }
  | NUMBER CURRENCY                   { $$ = LEAF(MONEY, @$); $$->decimal = $1; $$->name = $2; }
  | DURATION                          { $$ = LEAF(DURATION, @$); $$->duration = $1; }
  | DATE                              { $$ = LEAF(DATE, @$); $$->day = $1; }
  | PERIOD                            { $$ = LEAF(PERIOD, @$); $$->period = $1; }
  | STRING                            { $$ = LEAF(STRING, @$); $$->text = $1.text; }
  | TRUE                              { $$ = LEAF(TRUTH, @$); $$->truth = true; }
  | FALSE                             { $$ = LEAF(TRUTH, @$); $$->truth = false; }
  | name                              { $$ = LEAF(NAME, @$); $$->name = $1; }
  | name "(" ")"                      { $$ = LEAF(CALL, @$); $$->name = $1; }
  | name "(" arguments ")"
      { $$ = seg_build(parser, SEG_EXPR_CALL, @$, $3.count, $3.items); $$->name = $1; }
  | "(" expr ")"                      { $$ = UNARY(PAREN, @$, $2); }
  ;

arguments:
    argument                          { $$ = (struct seg_list){0}; PUSH($$, $1); }
  | arguments "," argument            { $$ = $1; PUSH($$, $3); }
  ;

argument:
    expr
  | postfix THEN postfix              { $$ = seg_build_sequence(parser, @$, @2, false, $1, $3); }
  | postfix WITHOUT postfix           { $$ = seg_build_sequence(parser, @$, @2, true, $1, $3); }
  ;

expr_list:
    expr                              { $$ = (struct seg_list){0}; PUSH($$, $1); }
  | expr_list "," expr                { $$ = $1; PUSH($$, $3); }
  ;

/* --- windows ---------------------------------------------------------------------------------- */

window:
    EVER                              { $$ = seg_build_window(parser, @$, SEG_WINDOW_EVER); }
  | WITHIN duration
      { $$ = seg_build_window(parser, @$, SEG_WINDOW_WITHIN); $$->first = $2; }
  | BETWEEN_AGO duration AND duration AGO
      { $$ = seg_build_window(parser, @$, SEG_WINDOW_BETWEEN); $$->first = $2; $$->second = $4; }
  | FROM DATE THROUGH DATE
      { $$ = seg_build_window(parser, @$, SEG_WINDOW_FROM);
        $$->first_day = $2; $$->second_day = $4; }
  | IN PERIOD
      { $$ = seg_build_window(parser, @$, SEG_WINDOW_IN); $$->period = $2; }
  | IN NUMBER
      { $$ = seg_build_window(parser, @$, SEG_WINDOW_IN);
        $$->period = seg_year_of(parser, @2, $2); }
  | IN THIS name
      { $$ = seg_build_window(parser, @$, SEG_WINDOW_THIS);
        $$->period.kind = seg_period_of(parser, $3); }
  | IN LAST name
      { $$ = seg_build_window(parser, @$, SEG_WINDOW_LAST); $$->first.count = 1;
        $$->period.kind = seg_period_of(parser, $3); }
  | IN LAST NUMBER name
      { $$ = seg_build_window(parser, @$, SEG_WINDOW_LAST);
        $$->first.count = seg_whole_number(parser, @3, $3);
        $$->period.kind = seg_period_of(parser, $4); }
  ;

duration:
    DURATION
  | NUMBER
      { $$ = (struct seg_duration){seg_whole_number(parser, @1, $1), SEG_UNIT_NONE}; }
  | NUMBER UNIT
      { $$ = (struct seg_duration){seg_whole_number(parser, @1, $1), seg_unit_of($2)}; }
  ;

%%

int seg_grammar_word(struct seg_str text) {
  if (text.size < 2 || text.data[1] < 'a' || text.data[1] > 'z') // words are small letters
    return TOK_IDENT;
  for (int kind = TOK_AND; kind <= TOK_THROUGH; kind++) {
    const char *name = seg_grammar_token_name(kind);
    if (*name == *text.data && seg_str_is(text, name)) // most differ in their first letter
      return kind;
  }
  return TOK_IDENT;
}

bool seg_grammar_is_operator_word(int kind) {
  return kind >= TOK_AND && kind <= TOK_FALSE;
}

const char *seg_grammar_token_name(int kind) {
  return yysymbol_name(YYTRANSLATE(kind));
}

static int seg_grammar_lex(union SEG_GRAMMAR_STYPE *value, struct seg_span *span,
                           struct seg_parser *parser) {
  struct seg_token token = seg_next_token(parser);
  *span = token.span;
  switch (token.kind) {
  case TOK_NUMBER:
  case TOK_PERCENT:
    value->decimal = token.decimal;
    break;
  case TOK_DURATION:
    value->duration = token.duration;
    break;
  case TOK_DATE:
    value->day = token.day;
    break;
  case TOK_PERIOD:
    value->period = token.period;
    break;
  default: // words and strings; signs have no text
    value->name = (struct seg_name){token.text, token.span};
  }
  return token.kind;
}

static int yyreport_syntax_error(const yypcontext_t *context, struct seg_parser *parser) {
  enum { TOKENS = TOK_SYNC + 1 };
  yysymbol_kind_t symbols[YYNTOKENS];
  bool expected[TOKENS] = {false};
  int count = yypcontext_expected_tokens(context, symbols, YYNTOKENS);
  for (int i = 0; i < count; i++)
    for (int kind = 0; kind < TOKENS; kind++)
      if ((kind == TOK_END || kind >= TOK_IDENT) && YYTRANSLATE(kind) == symbols[i])
        expected[kind] = true;
  seg_report_mistake(parser, expected);
  seg_begin_recovery(parser);
  return 0;
}

/* bison calls this only when its stack cannot grow: settle.c keeps it far from its own limit. */
static void seg_grammar_error(const struct seg_span *span, struct seg_parser *parser,
                              const char *message) {
  (void)span;
  (void)message;
  parser->out_of_memory = true;
}
