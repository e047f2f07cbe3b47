// See quick_terms.h.
#include "compiler/prove/quick_terms.h"

#include <stdlib.h>
#include <string.h>

#include "runtime/base/hash.h"

// FLAT: so many parts of a part at most become parts of the whole.
enum { FIRST_SLOTS = 1024, FLAT = 64, YES_NODE = 0, UNKNOWN_NODE = 1 };

static const seg_quick_literal yes = 2 * YES_NODE, unknown = 2 * UNKNOWN_NODE;

// --- tables ---

static struct seg_quick_slot *slot_of(const struct seg_quick_table *table, uint64_t key) {
  uint64_t at = seg_hash_u64(key) & (table->size - 1);
  while (table->slots[at].key != 0 && table->slots[at].key != key)
    at = (at + 1) & (table->size - 1);
  return &table->slots[at];
}

static bool grow(struct seg_quick_table *table) {
  struct seg_quick_table larger = {.count = table->count,
                                   .size = table->size == 0 ? FIRST_SLOTS : table->size * 2};
  larger.slots = calloc(larger.size, sizeof *larger.slots);
  if (larger.slots == NULL)
    return false;
  for (uint32_t i = 0; i < table->size; i++)
    if (table->slots[i].key != 0)
      *slot_of(&larger, table->slots[i].key) = table->slots[i];
  free(table->slots);
  *table = larger;
  return true;
}

static bool look_up(const struct seg_quick_table *table, uint64_t key, uint32_t *value) {
  const struct seg_quick_slot *slot = table->size == 0 ? NULL : slot_of(table, key);
  if (slot == NULL || slot->key == 0)
    return false;
  *value = slot->value;
  return true;
}

static void keep(struct seg_quick_terms *terms, struct seg_quick_table *table, uint64_t key,
                 uint32_t value) {
  if (table->count * 2 >= table->size && !grow(table)) {
    terms->out_of_memory = true;
    return;
  }
  *slot_of(table, key) = (struct seg_quick_slot){key, value};
  table->count++;
}

static uint64_t key_of(Z3_ast term) {
  return (uint64_t)(uintptr_t)term;
}

void seg_quick_terms_init(struct seg_quick_terms *terms, Z3_context context, Z3_sort integers,
                          Z3_sort truths) {
  *terms = (struct seg_quick_terms){.context = context, .integers = integers, .truths = truths};
  struct seg_quick_node first = {.kind = SEG_QUICK_YES}, second = {.kind = SEG_QUICK_UNKNOWN};
  bool pushed = SEG_VEC_PUSH(&terms->nodes, first);
  pushed = pushed && SEG_VEC_PUSH(&terms->nodes, second);
  terms->out_of_memory = !pushed;
}

void seg_quick_terms_deinit(struct seg_quick_terms *terms) {
  SEG_VEC_FREE(&terms->nodes);
  SEG_VEC_FREE(&terms->children);
  SEG_VEC_FREE(&terms->forms);
  SEG_VEC_FREE(&terms->variables_of_forms);
  SEG_VEC_FREE(&terms->factors);
  SEG_VEC_FREE(&terms->variables);
  free(terms->literals.slots);
  free(terms->numbers.slots);
  free(terms->known_forms.slots);
}

// --- nodes ---

/** What a new node looks at. */
static void trace(const struct seg_quick_terms *terms, struct seg_quick_node *node) {
  struct seg_quick_traces *traces = &node->traces;
  switch (node->kind) {
  case SEG_QUICK_TRUTH: seg_quick_trace(traces, terms->variables.items[node->subject].trace); break;
  case SEG_QUICK_AT_MOST:
  case SEG_QUICK_AT_LEAST: {
    const struct seg_quick_form *form = &terms->forms.items[node->subject];
    seg_quick_trace(traces, form->trace);
    for (uint32_t i = 0; i < form->count; i++)
      seg_quick_trace(
          traces, terms->variables.items[terms->variables_of_forms.items[form->first + i]].trace);
    break;
  }
  case SEG_QUICK_AND:
  case SEG_QUICK_OR:
    for (uint32_t i = 0; i < node->count; i++) {
      seg_quick_literal part = terms->children.items[node->first + i];
      for (int w = 0; w < 4; w++)
        traces->words[w] |= terms->nodes.items[part >> 1].traces.words[w];
    }
    break;
  case SEG_QUICK_YES:
  case SEG_QUICK_UNKNOWN: break;
  }
}

static seg_quick_literal add_node(struct seg_quick_terms *terms, struct seg_quick_node node) {
  if (terms->out_of_memory) // then the subject may be none
    return unknown;
  trace(terms, &node);
  if (!SEG_VEC_PUSH(&terms->nodes, node)) {
    terms->out_of_memory = true;
    return unknown;
  }
  return 2 * (uint32_t)(terms->nodes.count - 1);
}

/** Does the part say the same when its own parts take its place? */
static bool is_of_kind(const struct seg_quick_node *node, seg_quick_literal part,
                       enum seg_quick_kind kind) {
  bool joined = node->kind == SEG_QUICK_AND || node->kind == SEG_QUICK_OR;
  return joined && node->count <= FLAT && (node->kind == kind) == ((part & 1) == 0);
}

static seg_quick_literal join(struct seg_quick_terms *terms, enum seg_quick_kind kind,
                              const seg_quick_literal *parts, uint32_t count) {
  struct seg_quick_node node = {.kind = kind, .first = (uint32_t)terms->children.count};
  for (uint32_t i = 0; i < count; i++) {
    struct seg_quick_node part = terms->nodes.items[parts[i] >> 1];
    bool flat = is_of_kind(&part, parts[i], kind);
    if (parts[i] >> 1 == UNKNOWN_NODE)
      return unknown;
    for (uint32_t p = 0; p < (flat ? part.count : 1); p++) {
      seg_quick_literal child =
          flat ? terms->children.items[part.first + p] ^ (parts[i] & 1) : parts[i];
      if (!SEG_VEC_PUSH(&terms->children, child)) {
        terms->out_of_memory = true;
        return unknown;
      }
      node.count++;
    }
  }
  return add_node(terms, node);
}

static seg_quick_literal join_two(struct seg_quick_terms *terms, enum seg_quick_kind kind,
                                  seg_quick_literal a, seg_quick_literal b) {
  return join(terms, kind, (seg_quick_literal[]){a, b}, 2);
}

/** Variables of a prefix in the order in which a question takes them; then choices. */
static uint64_t rank_of(const struct seg_quick_terms *terms, Z3_ast term) {
  Z3_context c = terms->context;
  Z3_app app = Z3_to_app(c, term);
  if (Z3_get_app_num_args(c, app) > 0)
    return UINT64_MAX - Z3_get_ast_hash(c, term);
  const char *name = Z3_get_symbol_string(c, Z3_get_decl_name(c, Z3_get_app_decl(c, app)));
  size_t size = strlen(name), end = size;
  while (end > 0 && name[end - 1] >= '0' && name[end - 1] <= '9')
    end--;
  uint64_t place = strtoul(name + end, NULL, 10);
  return (seg_hash_bytes(name, end) >> 1 & ~UINT64_C(0xffffffff)) | place;
}

static uint32_t add_variable(struct seg_quick_terms *terms, Z3_ast term) {
  uint64_t rank = rank_of(terms, term);
  struct seg_quick_variable variable = {.rank = rank,
                                        .trace = (uint8_t)seg_hash_u64(rank),
                                        .whole =
                                            Z3_get_sort(terms->context, term) == terms->integers,
                                        .term = term,
                                        .definition = SEG_QUICK_NONE};
  if (!SEG_VEC_PUSH(&terms->variables, variable)) {
    terms->out_of_memory = true;
    return 0;
  }
  uint32_t number = (uint32_t)terms->variables.count - 1;
  keep(terms, &terms->numbers, key_of(term), number);
  return number;
}

// --- forms ---

static bool same_form(const struct seg_quick_terms *terms, const struct seg_quick_form *form,
                      const struct seg_quick_sum *sum) {
  bool same = form->count == sum->count;
  for (uint32_t i = 0; same && i < sum->count; i++) {
    struct seg_ratio factor = terms->factors.items[form->first + i];
    same = terms->variables_of_forms.items[form->first + i] == sum->variables[i] &&
           factor.above == sum->factors[i].above && factor.below == sum->factors[i].below;
  }
  return same;
}

static uint32_t add_form(struct seg_quick_terms *terms, const struct seg_quick_sum *sum) {
  struct seg_quick_form form = {
      .first = (uint32_t)terms->factors.count, .count = sum->count, .whole = true};
  uint64_t hash = 1;
  for (uint32_t i = 0; i < sum->count; i++) {
    hash = seg_hash_mix(hash, seg_hash_mix(terms->variables.items[sum->variables[i]].rank,
                                           (uint64_t)sum->factors[i].above));
    form.whole = form.whole && terms->variables.items[sum->variables[i]].whole;
    if (!SEG_VEC_PUSH(&terms->variables_of_forms, sum->variables[i]) ||
        !SEG_VEC_PUSH(&terms->factors, sum->factors[i]))
      terms->out_of_memory = true;
  }
  form.trace = (uint8_t)hash;
  if (terms->out_of_memory || !SEG_VEC_PUSH(&terms->forms, form)) {
    terms->out_of_memory = true;
    return SEG_QUICK_NONE;
  }
  return (uint32_t)terms->forms.count - 1;
}

static uint32_t form_of(struct seg_quick_terms *terms, const struct seg_quick_sum *sum) {
  uint64_t hash = 1;
  uint32_t known;
  for (uint32_t i = 0; i < sum->count; i++)
    hash = seg_hash_mix(hash, seg_hash_mix(sum->variables[i], (uint64_t)sum->factors[i].above));
  hash |= 1; // never 0
  // A form whose hash is that of another one is not shared.
  if (look_up(&terms->known_forms, hash, &known))
    return same_form(terms, &terms->forms.items[known], sum) ? known : add_form(terms, sum);
  known = add_form(terms, sum);
  if (known != SEG_QUICK_NONE)
    keep(terms, &terms->known_forms, hash, known);
  return known;
}

static bool ranks_before(const struct seg_quick_terms *terms, uint32_t a, uint32_t b) {
  uint64_t x = terms->variables.items[a].rank, y = terms->variables.items[b].rank;
  return x != y ? x < y : a < b;
}

/** Equal variables together, in order, none with factor 0. */
static void collect(const struct seg_quick_terms *terms, struct seg_quick_sum *sum) {
  uint32_t count = 0;
  for (uint32_t i = 1; i < sum->count; i++) // most are in order already
    for (uint32_t j = i; j > 0 && ranks_before(terms, sum->variables[j], sum->variables[j - 1]);
         j--) {
      uint32_t variable = sum->variables[j];
      struct seg_ratio factor = sum->factors[j];
      sum->variables[j] = sum->variables[j - 1];
      sum->factors[j] = sum->factors[j - 1];
      sum->variables[j - 1] = variable;
      sum->factors[j - 1] = factor;
    }
  for (uint32_t i = 0; i < sum->count; i++) {
    if (count > 0 && sum->variables[count - 1] == sum->variables[i]) {
      sum->factors[count - 1] =
          seg_ratio_add(sum->factors[count - 1], sum->factors[i], &sum->failed);
      continue;
    }
    if (count > 0 && sum->factors[count - 1].above == 0)
      count--;
    sum->variables[count] = sum->variables[i];
    sum->factors[count++] = sum->factors[i];
  }
  if (count > 0 && sum->factors[count - 1].above == 0)
    count--;
  sum->count = count;
}

static int64_t divisor(int64_t a, int64_t b) {
  a = a < 0 ? -a : a;
  b = b < 0 ? -b : b;
  while (b != 0) {
    int64_t rest = a % b;
    a = b;
    b = rest;
  }
  return a;
}

/** The factor that makes all factors whole, without a common divisor, and the first one positive.
 */
static struct seg_ratio scale_of(struct seg_quick_sum *sum) {
  struct seg_ratio scale = {1, 1};
  int64_t common = 0;
  for (uint32_t i = 0; i < sum->count && !sum->failed; i++) {
    int64_t below = sum->factors[i].below, shared = divisor(scale.above, below);
    if (__builtin_mul_overflow(scale.above, below / shared, &scale.above))
      sum->failed = true;
  }
  for (uint32_t i = 0; i < sum->count && !sum->failed; i++)
    common = divisor(common, seg_ratio_multiply(sum->factors[i], scale, &sum->failed).above);
  if (common == 0 || sum->failed)
    return scale;
  scale = seg_ratio_reduce(scale.above, common, &sum->failed);
  return sum->factors[0].above < 0 ? seg_ratio_negate(scale) : scale;
}

/** 0 <= sum, in normal form. */
static seg_quick_literal at_least_zero(struct seg_quick_terms *terms, struct seg_quick_sum *sum) {
  if (terms->out_of_memory)
    return unknown;
  collect(terms, sum);
  if (sum->failed)
    return unknown;
  if (sum->count == 0)
    return yes | (sum->constant.above < 0);
  struct seg_ratio scale = scale_of(sum);
  for (uint32_t i = 0; i < sum->count; i++)
    sum->factors[i] = seg_ratio_multiply(sum->factors[i], scale, &sum->failed);
  struct seg_ratio bound = seg_ratio_negate(seg_ratio_multiply(sum->constant, scale, &sum->failed));
  uint32_t form = sum->failed ? SEG_QUICK_NONE : form_of(terms, sum);
  if (form == SEG_QUICK_NONE)
    return unknown;
  bool turned = scale.above < 0;
  if (terms->forms.items[form].whole)
    bound = seg_ratio_whole(turned ? seg_ratio_floor(bound) : seg_ratio_ceil(bound));
  return add_node(terms,
                  (struct seg_quick_node){.kind = turned ? SEG_QUICK_AT_MOST : SEG_QUICK_AT_LEAST,
                                          .subject = form,
                                          .bound = bound});
}

// --- terms ---

static void add_summand(struct seg_quick_sum *sum, uint32_t variable, struct seg_ratio factor) {
  if (sum->count == SEG_QUICK_SUMMANDS) {
    sum->failed = true;
    return;
  }
  sum->variables[sum->count] = variable;
  sum->factors[sum->count++] = factor;
}

static bool numeral(struct seg_quick_terms *terms, Z3_ast term, struct seg_ratio *value) {
  Z3_context c = terms->context;
  int64_t above, below;
  if (Z3_get_ast_kind(c, term) != Z3_NUMERAL_AST ||
      !Z3_get_numeral_rational_int64(c, term, &above, &below) || above == INT64_MIN)
    return false;
  *value = (struct seg_ratio){above, below};
  return true;
}

static seg_quick_literal at_most(struct seg_quick_terms *terms, Z3_ast a, Z3_ast b);
static seg_quick_literal equal(struct seg_quick_terms *terms, Z3_ast a, Z3_ast b);

/** A choice between two numbers lies between them: this is known before it is made. */
static seg_quick_literal between(struct seg_quick_terms *terms, Z3_ast choice, Z3_app app) {
  Z3_ast first = Z3_get_app_arg(terms->context, app, 1);
  Z3_ast second = Z3_get_app_arg(terms->context, app, 2);
  struct seg_ratio a, b;
  if (!numeral(terms, first, &a) || !numeral(terms, second, &b))
    return yes;
  bool rises = seg_ratio_compare(a, b) < 0;
  return join_two(terms, SEG_QUICK_AND, at_most(terms, rises ? first : second, choice),
                  at_most(terms, choice, rises ? second : first));
}

/** A variable for a choice between two values. */
static void add_choice(struct seg_quick_terms *terms, Z3_ast term, struct seg_ratio factor,
                       struct seg_quick_sum *sum) {
  uint32_t number;
  Z3_app app = Z3_to_app(terms->context, term);
  if (!look_up(&terms->numbers, key_of(term), &number)) {
    number = add_variable(terms, term);
    seg_quick_literal chosen = seg_quick_literal_of(terms, Z3_get_app_arg(terms->context, app, 0));
    seg_quick_literal first = equal(terms, term, Z3_get_app_arg(terms->context, app, 1));
    seg_quick_literal second = equal(terms, term, Z3_get_app_arg(terms->context, app, 2));
    seg_quick_literal definition = join_two(
        terms, SEG_QUICK_AND,
        chosen >> 1 == UNKNOWN_NODE ? unknown : join_two(terms, SEG_QUICK_OR, chosen ^ 1, first),
        join_two(terms, SEG_QUICK_OR, chosen, second));
    definition = join_two(terms, SEG_QUICK_AND, definition, between(terms, term, app));
    if (number < terms->variables.count)
      terms->variables.items[number].definition = definition;
  }
  add_summand(sum, number, factor);
}

static void add_term(struct seg_quick_terms *terms, Z3_ast term, struct seg_ratio factor,
                     struct seg_quick_sum *sum) {
  Z3_context c = terms->context;
  struct seg_ratio value;
  uint32_t number;
  if (sum->failed)
    return;
  if (numeral(terms, term, &value)) {
    value = seg_ratio_multiply(value, factor, &sum->failed);
    sum->constant = seg_ratio_add(sum->constant, value, &sum->failed);
    return;
  }
  if (look_up(&terms->numbers, key_of(term), &number)) {
    add_summand(sum, number, factor);
    return;
  }
  if (Z3_get_ast_kind(c, term) != Z3_APP_AST) {
    sum->failed = true;
    return;
  }
  Z3_app app = Z3_to_app(c, term);
  unsigned count = Z3_get_app_num_args(c, app);
  switch ((int)Z3_get_decl_kind(c, Z3_get_app_decl(c, app))) {
  case Z3_OP_ADD:
    for (unsigned i = 0; i < count; i++)
      add_term(terms, Z3_get_app_arg(c, app, i), factor, sum);
    return;
  case Z3_OP_SUB:
    for (unsigned i = 0; i < count; i++)
      add_term(terms, Z3_get_app_arg(c, app, i), i == 0 ? factor : seg_ratio_negate(factor), sum);
    return;
  case Z3_OP_UMINUS:
    add_term(terms, Z3_get_app_arg(c, app, 0), seg_ratio_negate(factor), sum);
    return;
  case Z3_OP_TO_REAL: add_term(terms, Z3_get_app_arg(c, app, 0), factor, sum); return;
  case Z3_OP_MUL: {
    unsigned other = 0;
    if (count == 2 && numeral(terms, Z3_get_app_arg(c, app, 0), &value))
      other = 1;
    else if (count != 2 || !numeral(terms, Z3_get_app_arg(c, app, 1), &value))
      sum->failed = true;
    if (!sum->failed)
      add_term(terms, Z3_get_app_arg(c, app, other),
               seg_ratio_multiply(factor, value, &sum->failed), sum);
    return;
  }
  case Z3_OP_DIV:
    if (!numeral(terms, Z3_get_app_arg(c, app, 1), &value) || value.above == 0)
      sum->failed = true;
    else
      add_term(terms, Z3_get_app_arg(c, app, 0),
               seg_ratio_multiply(factor, seg_ratio_invert(value), &sum->failed), sum);
    return;
  case Z3_OP_ITE: add_choice(terms, term, factor, sum); return;
  case Z3_OP_UNINTERPRETED:
    if (count == 0)
      add_summand(sum, add_variable(terms, term), factor);
    else
      sum->failed = true;
    return;
  default: sum->failed = true; // not linear, or rounded down
  }
}

void seg_quick_sum_of(struct seg_quick_terms *terms, Z3_ast term, struct seg_quick_sum *sum) {
  sum->failed = false;
  sum->count = 0;
  sum->constant = seg_ratio_whole(0);
  add_term(terms, term, seg_ratio_whole(1), sum);
}

static bool is_number(struct seg_quick_terms *terms, Z3_ast term, int64_t number) {
  int64_t above, below;
  return Z3_get_ast_kind(terms->context, term) == Z3_NUMERAL_AST &&
         Z3_get_numeral_rational_int64(terms->context, term, &above, &below) && above == number &&
         below == 1;
}

/** a <= b. */
static seg_quick_literal at_most(struct seg_quick_terms *terms, Z3_ast a, Z3_ast b) {
  // The ranges of columns and sums: no customer has a value outside, and none is found here.
  if (is_number(terms, a, INT64_MIN) || is_number(terms, b, INT64_MAX))
    return yes;
  struct seg_quick_sum sum = {.constant = {0, 1}};
  add_term(terms, b, seg_ratio_whole(1), &sum);
  add_term(terms, a, seg_ratio_whole(-1), &sum);
  return at_least_zero(terms, &sum);
}

static seg_quick_literal equal(struct seg_quick_terms *terms, Z3_ast a, Z3_ast b) {
  return join_two(terms, SEG_QUICK_AND, at_most(terms, a, b), at_most(terms, b, a));
}

static seg_quick_literal same_truth(struct seg_quick_terms *terms, seg_quick_literal a,
                                    seg_quick_literal b) {
  if (a >> 1 == UNKNOWN_NODE || b >> 1 == UNKNOWN_NODE)
    return unknown;
  return join_two(terms, SEG_QUICK_AND, join_two(terms, SEG_QUICK_OR, a ^ 1, b),
                  join_two(terms, SEG_QUICK_OR, a, b ^ 1));
}

static seg_quick_literal negate(seg_quick_literal literal) {
  return literal >> 1 == UNKNOWN_NODE ? unknown : literal ^ 1;
}

static seg_quick_literal join_parts(struct seg_quick_terms *terms, enum seg_quick_kind kind,
                                    Z3_app app) {
  unsigned count = Z3_get_app_num_args(terms->context, app);
  seg_quick_literal *parts = calloc(count + 1u, sizeof *parts);
  if (parts == NULL) {
    terms->out_of_memory = true;
    return unknown;
  }
  for (unsigned i = 0; i < count; i++)
    parts[i] = seg_quick_literal_of(terms, Z3_get_app_arg(terms->context, app, i));
  seg_quick_literal joined = join(terms, kind, parts, count);
  free(parts);
  return joined;
}

static seg_quick_literal read_condition(struct seg_quick_terms *terms, Z3_ast term) {
  Z3_context c = terms->context;
  if (Z3_get_ast_kind(c, term) != Z3_APP_AST)
    return unknown;
  Z3_app app = Z3_to_app(c, term);
  unsigned count = Z3_get_app_num_args(c, app);
  Z3_ast parts[3] = {NULL};
  for (unsigned i = 0; i < count && i < 3; i++)
    parts[i] = Z3_get_app_arg(c, app, i);
  switch ((int)Z3_get_decl_kind(c, Z3_get_app_decl(c, app))) {
  case Z3_OP_TRUE: return yes;
  case Z3_OP_FALSE: return yes ^ 1;
  case Z3_OP_AND: return join_parts(terms, SEG_QUICK_AND, app);
  case Z3_OP_OR: return join_parts(terms, SEG_QUICK_OR, app);
  case Z3_OP_NOT: return negate(seg_quick_literal_of(terms, parts[0]));
  case Z3_OP_LE: return at_most(terms, parts[0], parts[1]);
  case Z3_OP_GE: return at_most(terms, parts[1], parts[0]);
  case Z3_OP_LT: return negate(at_most(terms, parts[1], parts[0]));
  case Z3_OP_GT: return negate(at_most(terms, parts[0], parts[1]));
  case Z3_OP_IFF:
  case Z3_OP_EQ:
    if (Z3_get_sort(c, parts[0]) == terms->truths)
      return same_truth(terms, seg_quick_literal_of(terms, parts[0]),
                        seg_quick_literal_of(terms, parts[1]));
    return equal(terms, parts[0], parts[1]);
  case Z3_OP_ITE: {
    seg_quick_literal chosen = seg_quick_literal_of(terms, parts[0]);
    return join_two(
        terms, SEG_QUICK_AND,
        join_two(terms, SEG_QUICK_OR, negate(chosen), seg_quick_literal_of(terms, parts[1])),
        join_two(terms, SEG_QUICK_OR, chosen, seg_quick_literal_of(terms, parts[2])));
  }
  case Z3_OP_UNINTERPRETED:
    if (count == 0)
      return add_node(terms, (struct seg_quick_node){.kind = SEG_QUICK_TRUTH,
                                                     .subject = add_variable(terms, term)});
    return unknown;
  default: return unknown;
  }
}

seg_quick_literal seg_quick_literal_of(struct seg_quick_terms *terms, Z3_ast term) {
  uint32_t literal;
  if (look_up(&terms->literals, key_of(term), &literal))
    return literal;
  literal = read_condition(terms, term);
  keep(terms, &terms->literals, key_of(term), literal);
  return literal;
}
