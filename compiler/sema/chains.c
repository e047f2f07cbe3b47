/**
 * Chains: their segments in order, and who gets what is left.
 */
#include "compiler/sema/check.h"

enum { SEG_LONG_CHAIN = 8 };

void seg_report_repeated(struct seg_check *check, struct seg_name name, struct seg_span first) {
  struct seg_diagnostic *d = seg_report(check->sink, SEG_DIAG_CHAIN_MEMBER_TWICE, name.span,
                                        "`%.*s` stands twice in one list", SEG_STR(name.text));
  seg_note_at(check->sink, d, first, "first here");
}

/** The segment that a chain or `exclusive` names, or NULL after reporting. */
static struct seg_symbol *find_member(struct seg_check *check, struct seg_name name) {
  struct seg_symbol *symbol = seg_find_symbol(check, name.text);
  if (!symbol) {
    seg_unknown_symbol(check, name, SEG_SYMBOL_SEGMENT, "segment");
    return NULL;
  }
  if (symbol->kind == SEG_SYMBOL_SEGMENT)
    return symbol;
  if (symbol->excused)
    return NULL;
  struct seg_diagnostic *d = seg_report(check->sink, SEG_DIAG_WRONG_KIND, name.span,
                                        "`%.*s` is no segment", SEG_STR(name.text));
  seg_note_at(check->sink, d, symbol->name.span, "it is %s", seg_symbol_word(symbol->kind));
  return NULL;
}

uint32_t seg_find_members(struct seg_check *check, const struct seg_name *names, uint32_t count,
                          uint32_t *members, struct seg_span *spans) {
  struct seg_names seen;
  if (!seg_names_init(&seen, &check->scratch, count)) {
    check->out_of_memory = true;
    return 0;
  }
  uint32_t found = 0;
  for (uint32_t i = 0; i < count; i++) {
    uint32_t other = 0;
    struct seg_symbol *symbol = find_member(check, names[i]);
    if (!symbol)
      continue;
    if (seg_names_add(&seen, names[i].text, i, &other) == SEG_NAME_SAME) {
      seg_report_repeated(check, names[i], names[other].span);
      continue;
    }
    symbol->used = true;
    spans[found] = names[i].span;
    members[found++] = symbol->index;
  }
  return found;
}

static void check_otherwise(struct seg_check *check, const struct seg_priority *syntax) {
  struct seg_name name = syntax->otherwise;
  if (name.text.size == 0)
    return;
  int64_t found = seg_names_find(&check->names, name.text);
  bool same = found != SEG_NO_NAME;
  if (!same)
    found = seg_names_find_alike(&check->names, name.text);
  const struct seg_symbol *symbol = found == SEG_NO_NAME ? NULL : &check->symbols[found];
  if (!symbol || symbol->kind != SEG_SYMBOL_SEGMENT)
    return;
  struct seg_diagnostic *d = seg_report(
      check->sink, same ? SEG_DIAG_DUPLICATE_NAME : SEG_DIAG_CONFUSABLE_NAME, name.span,
      same ? "`%.*s` is a segment, and `otherwise` names those whom no segment takes"
           : "`%.*s` can be mistaken for a segment, and names those whom no segment takes",
      SEG_STR(name.text));
  seg_note_at(check->sink, d, symbol->name.span, "the segment");
  seg_help(check->sink, d, "choose another name, or make the segment the last member");
}

static void check_chain(struct seg_check *check, const struct seg_declaration *declaration,
                        struct seg_program_chain *chain) {
  const struct seg_priority *syntax = declaration->priority;
  struct seg_arena *arena = &check->program->arena;
  chain->name = syntax->name;
  chain->otherwise = syntax->otherwise.text;
  chain->span = declaration->span;
  chain->members = SEG_NEW_ARRAY(arena, uint32_t, syntax->member_count + 1u);
  chain->member_spans = SEG_NEW_ARRAY(arena, struct seg_span, syntax->member_count + 1u);
  if (!chain->members || !chain->member_spans) {
    check->out_of_memory = true;
    return;
  }
  chain->member_count = seg_find_members(check, syntax->members, syntax->member_count,
                                         chain->members, chain->member_spans);
  check_otherwise(check, syntax);
  if (syntax->member_count <= SEG_LONG_CHAIN || seg_in_library(check, declaration->span))
    return;
  struct seg_diagnostic *d = seg_report(check->sink, SEG_DIAG_MANY_SEGMENTS, syntax->name.span,
                                        "the chain `%.*s` has %u segments",
                                        SEG_STR(syntax->name.text), (unsigned)syntax->member_count);
  seg_note(check->sink, d, "more than %d are hard to tell apart and to act on",
           (int)SEG_LONG_CHAIN);
}

void seg_check_chains(struct seg_check *check) {
  uint32_t index = 0;
  for (const struct seg_declaration *d = check->ast->first; d; d = d->next)
    if (d->kind == SEG_DECLARE_PRIORITY)
      check_chain(check, d, &check->program->chains[index++]);
  seg_check_chain_order(check);
}
