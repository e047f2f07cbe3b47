// Thompson's construction: every part of the tree becomes steps that end in a given next step, so
// they are built from the end of the pattern to its beginning. A part that is repeated n times is
// there n times.
#include "runtime/regex/automaton_parts.h"

struct builder {
  struct seg_regex_steps *steps;
  enum seg_status status;
};

static uint32_t add(struct builder *builder, struct seg_regex_step step) {
  if (builder->status == SEG_OK && builder->steps->list.count >= SEG_AUTOMATON_MOST_STEPS)
    builder->status = SEG_USAGE;
  if (builder->status == SEG_OK && !SEG_VEC_PUSH(&builder->steps->list, step))
    builder->status = SEG_OUT_OF_MEMORY;
  return builder->status == SEG_OK ? (uint32_t)builder->steps->list.count - 1 : 0;
}

static uint32_t build(struct builder *builder, const struct seg_regex *regex, uint32_t next);

static uint32_t fork_to(struct builder *builder, uint32_t next, uint32_t other) {
  return add(builder, (struct seg_regex_step){.kind = SEG_STEP_FORK, .next = next, .other = other});
}

// x{2,4} is x x (x (x)?)?, and x{2,} is x x x*.
static uint32_t build_repeat(struct builder *builder, const struct seg_regex *regex,
                             uint32_t next) {
  const struct seg_regex *part = regex->parts[0];
  uint32_t at = next;
  if (regex->most == SEG_REGEX_UNLIMITED) {
    uint32_t loop = fork_to(builder, next, next);
    uint32_t body = build(builder, part, loop);
    if (builder->status == SEG_OK)
      builder->steps->list.items[loop].other = body;
    at = loop;
  } else {
    for (uint32_t i = regex->least; i < regex->most && builder->status == SEG_OK; i++)
      at = fork_to(builder, next, build(builder, part, at));
  }
  for (uint32_t i = 0; i < regex->least && builder->status == SEG_OK; i++) {
    size_t before = builder->steps->list.count;
    at = build(builder, part, at);
    if (builder->steps->list.count == before)
      break; // the empty text, again and again
  }
  return at;
}

static uint32_t build(struct builder *builder, const struct seg_regex *regex, uint32_t next) {
  uint32_t at = next;
  switch (regex->kind) {
  case SEG_REGEX_SET:
    return add(builder,
               (struct seg_regex_step){.kind = SEG_STEP_LETTER, .set = regex, .next = next});
  case SEG_REGEX_BEGIN:
    return add(builder, (struct seg_regex_step){.kind = SEG_STEP_BEGIN, .next = next});
  case SEG_REGEX_END:
    return add(builder, (struct seg_regex_step){.kind = SEG_STEP_FINISH, .next = next});
  case SEG_REGEX_JOIN:
    for (uint32_t i = regex->part_count; i > 0; i--)
      at = build(builder, regex->parts[i - 1], at);
    return at;
  case SEG_REGEX_EITHER:
    at = build(builder, regex->parts[0], next);
    for (uint32_t i = 1; i < regex->part_count; i++)
      at = fork_to(builder, at, build(builder, regex->parts[i], next));
    return at;
  case SEG_REGEX_REPEAT: return build_repeat(builder, regex, next);
  }
  return at;
}

enum seg_status seg_regex_steps_build(const struct seg_regex *regex, struct seg_regex_steps *out) {
  struct builder builder = {.steps = out};
  *out = (struct seg_regex_steps){0};
  uint32_t match = add(&builder, (struct seg_regex_step){.kind = SEG_STEP_MATCH});
  out->start = build(&builder, regex, match);
  return builder.status;
}
