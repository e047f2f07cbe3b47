// The same verdicts in other ways; see agree.h.
//
// Verdicts are compared as lines of names and clauses. Which of several equivalent segments stands
// for all is decided by the order in the source, so all of them get the first name of their class.
#include "tests/prover/agree.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "compiler/verdicts/verdicts.h"

static void must(bool done) {
  if (!done) {
    fputs("prover test: memory is out, or the verdicts failed\n", stderr);
    abort();
  }
}

struct line {
  char text[400];
  bool unproved;
  bool stands_for_more; // inside: one of several equivalent segments, the first in the source
  uint32_t segments[2]; // as named in the text, by the numbers at the end of their names; or absent
};

struct judged {
  const char *program;
  unsigned budget;
  bool unpruned;
  bool refused;
  SEG_VEC(struct line) lines; // sorted
  uint64_t kinds[SEG_VERDICT_KIND_COUNT];
};

// --- lines ---

struct naming {
  const struct seg_pipeline *pipeline;
  const struct seg_verdicts *verdicts;
};

static struct seg_str name_of(const struct naming *naming, uint32_t segment) {
  return naming->pipeline->program.segments[segment].name.text;
}

/** Of the segments that mean the same as this one, the first by name. */
static uint32_t class_of(const struct naming *naming, uint32_t segment) {
  bool same[MODEL_MAX_SEGMENTS] = {false};
  uint32_t first = segment;
  same[segment] = true;
  for (uint32_t round = 0; round < MODEL_MAX_SEGMENTS; round++)
    for (size_t i = 0; i < naming->verdicts->items.count; i++) {
      const struct seg_verdict *verdict = &naming->verdicts->items.items[i];
      if (verdict->kind == SEG_VERDICT_EQUIVALENT &&
          (same[verdict->segment] || same[verdict->other]))
        same[verdict->segment] = same[verdict->other] = true;
    }
  for (uint32_t s = 0; s < naming->pipeline->program.segment_count; s++)
    if (same[s] && seg_str_compare(name_of(naming, s), name_of(naming, first)) < 0)
      first = s;
  return first;
}

static void write_clauses(const struct naming *naming, const struct seg_verdict *verdict,
                          FILE *out) {
  for (uint32_t i = 0; i < verdict->clause_count; i++) {
    struct seg_span span = verdict->clauses[i]->span;
    const struct seg_source_file *file = &naming->pipeline->map.files.items[span.file];
    fprintf(out, "; %.*s", (int)(span.end - span.begin), file->text.data + span.begin);
  }
}

static bool has_equivalent(const struct naming *naming, uint32_t segment) {
  for (size_t i = 0; i < naming->verdicts->items.count; i++) {
    const struct seg_verdict *verdict = &naming->verdicts->items.items[i];
    if (verdict->kind == SEG_VERDICT_EQUIVALENT &&
        (verdict->segment == segment || verdict->other == segment))
      return true;
  }
  return false;
}

/** The number at the end of `segment_7`. */
static uint32_t number_of(struct seg_str name) {
  return (uint32_t)strtoul(name.data + strlen("segment_"), NULL, 10);
}

static void write_verdict(const struct naming *naming, const struct seg_verdict *verdict,
                          struct line *line, FILE *out) {
  const struct seg_program *program = &naming->pipeline->program;
  enum seg_verdict_kind asked = verdict->asked;
  fprintf(out, "%s %s", seg_verdict_kind_name(verdict->kind), seg_verdict_kind_name(asked));
  if (verdict->chain != SEG_ABSENT)
    fprintf(out, " in %.*s", SEG_STR(program->chains[verdict->chain].name.text));
  if (asked == SEG_VERDICT_GAP)
    return; // the nearest segment depends on the customer who was found
  uint32_t a = verdict->segment, b = verdict->other;
  if (asked == SEG_VERDICT_INSIDE || asked == SEG_VERDICT_EQUIVALENT) {
    line->stands_for_more =
        asked == SEG_VERDICT_INSIDE && (has_equivalent(naming, a) || has_equivalent(naming, b));
    a = class_of(naming, a);
    b = class_of(naming, b);
  } else if (a != SEG_ABSENT && b != SEG_ABSENT &&
             seg_str_compare(name_of(naming, a), name_of(naming, b)) > 0) {
    a = verdict->other;
    b = verdict->segment;
  }
  uint32_t both[] = {a, b};
  for (int i = 0; i < 2; i++)
    if (both[i] != SEG_ABSENT) {
      fprintf(out, " %.*s", SEG_STR(name_of(naming, both[i])));
      line->segments[i] = number_of(name_of(naming, both[i]));
    }
  for (uint32_t i = 0; i < verdict->other_count; i++)
    fprintf(out, " + %.*s", SEG_STR(name_of(naming, verdict->others[i])));
  write_clauses(naming, verdict, out);
  fputs(verdict->some_days ? " (some days)" : "", out);
}

static int by_text(const void *a, const void *b) {
  return strcmp(((const struct line *)a)->text, ((const struct line *)b)->text);
}

static void take_lines(struct judged *judged, const struct naming *naming) {
  for (size_t i = 0; i < naming->verdicts->items.count; i++) {
    const struct seg_verdict *verdict = &naming->verdicts->items.items[i];
    struct line line = {.unproved = verdict->kind == SEG_VERDICT_UNPROVED,
                        .segments = {SEG_ABSENT, SEG_ABSENT}};
    FILE *out = fmemopen(line.text, sizeof line.text, "w");
    must(out != NULL);
    write_verdict(naming, verdict, &line, out);
    fclose(out);
    must(SEG_VEC_PUSH(&judged->lines, line));
    judged->kinds[verdict->kind]++;
  }
  qsort(judged->lines.items, judged->lines.count, sizeof *judged->lines.items, by_text);
}

static void *judge(void *context) {
  struct judged *judged = context;
  struct seg_pipeline pipeline;
  struct seg_verdicts verdicts;
  struct seg_error error;
  uint32_t file;
  seg_pipeline_init(&pipeline);
  must(seg_source_map_add(&pipeline.map, seg_str_view("random.seg"), seg_str_view(judged->program),
                          &file, &error) == SEG_OK &&
       seg_pipeline_run(&pipeline, SEG_PASS_SEMA, &error) == SEG_OK);
  judged->refused = pipeline.sink.errors > 0;
  if (!judged->refused) {
    struct seg_verdict_options options = {
        .map = &pipeline.map, .budget = judged->budget, .unpruned = judged->unpruned};
    must(seg_verdicts_find(&pipeline.program, &options, &verdicts, &error) == SEG_OK);
    struct naming naming = {&pipeline, &verdicts};
    take_lines(judged, &naming);
    seg_verdicts_deinit(&verdicts);
  }
  seg_pipeline_deinit(&pipeline);
  return NULL;
}

// --- comparing ---

static const struct line *find(const struct judged *judged, const struct line *line) {
  return bsearch(line, judged->lines.items, judged->lines.count, sizeof *line, by_text);
}

static bool names(const struct line *line, uint32_t segment) {
  return segment == SEG_ABSENT || line->segments[0] == segment || line->segments[1] == segment;
}

/** Is a question about the same segments unproved in the other way? Then it goes on differently:
 * of rules that may not meet nobody asks which lies inside. */
static bool is_open(const struct judged *judged, const struct line *line) {
  for (size_t i = 0; i < judged->lines.count; i++) {
    const struct line *other = &judged->lines.items[i];
    bool same = names(line, other->segments[0]) && names(line, other->segments[1]);
    if (other->unproved && same)
      return true;
  }
  return false;
}

enum difference { EXACTLY, MAY_KNOW_MORE, OTHER_ORDER };

/** Exactly the same; or one may have found what the other left unproved; or, too, another of
 * several equivalent segments stands for all. */
static bool same(const struct judged *a, const struct judged *b, const char *ways,
                 enum difference allowed) {
  const struct judged *sides[2] = {a, b};
  for (int side = 0; side < 2; side++)
    for (size_t i = 0; i < sides[side]->lines.count; i++) {
      const struct line *line = &sides[side]->lines.items[i];
      if (find(sides[1 - side], line) != NULL)
        continue;
      if (allowed != EXACTLY && (line->unproved || is_open(sides[1 - side], line)))
        continue;
      if (allowed == OTHER_ORDER && line->stands_for_more)
        continue;
      printf("%s: only %s says `%s`\n", ways, side == 0 ? "the first" : "the second", line->text);
      return false;
    }
  return true;
}

/** Segments last to first; what names them by number follows. */
static void turn_around(struct model *model) {
  uint32_t last = model->segment_count - 1;
  for (uint32_t i = 0; i < model->segment_count / 2; i++) {
    struct model_segment kept = model->segments[i];
    model->segments[i] = model->segments[last - i];
    model->segments[last - i] = kept;
  }
  for (uint32_t c = 0; c < model->chain_count; c++)
    for (uint32_t i = 0; i < model->chains[c].member_count; i++)
      model->chains[c].members[i] = last - model->chains[c].members[i];
  for (uint32_t r = 0; r < model->relation_count; r++)
    for (uint32_t i = 0; i < model->relations[r].member_count; i++)
      model->relations[r].members[i] = last - model->relations[r].members[i];
}

/** A fault that is planted: one verdict is missing. */
static void lose_overlap(struct judged *judged) {
  static const char overlap[] = "overlap ";
  size_t kept = 0, lost = 0;
  for (size_t i = 0; i < judged->lines.count; i++) {
    bool is_overlap = strncmp(judged->lines.items[i].text, overlap, sizeof overlap - 1) == 0;
    if (is_overlap && lost == 0)
      lost++;
    else
      judged->lines.items[kept++] = judged->lines.items[i];
  }
  judged->lines.count = kept;
}

bool agree_project(struct model *model, enum project_kind kind,
                   const struct attack_options *options, struct attack_tally *tally) {
  char *text = model_print(model);
  struct judged ways[4];
  pthread_t thread;
  for (int i = 0; i < 4; i++)
    ways[i] = (struct judged){.program = text, .budget = options->budget, .unpruned = i == 1};
  tally->projects++;
  must(pthread_create(&thread, NULL, judge, &ways[2]) == 0);
  judge(&ways[0]);
  must(pthread_join(thread, NULL) == 0);
  judge(&ways[1]);
  tally->refused += ways[0].refused;
  for (int k = 0; k < SEG_VERDICT_KIND_COUNT; k++)
    tally->verdicts[k] += ways[0].kinds[k];
  if (options->fault == FAULT_SILENCE)
    lose_overlap(&ways[2]);
  bool right = same(&ways[0], &ways[2], "two threads", EXACTLY) &&
               same(&ways[0], &ways[1], "pruned and unpruned", MAY_KNOW_MORE);
  char *turned = NULL;
  if (kind != PROJECT_VARIED) { // rules there ask for each other by number
    turn_around(model);
    ways[3].program = turned = model_print(model);
    judge(&ways[3]);
    right = right && same(&ways[0], &ways[3], "in order and turned around", OTHER_ORDER);
  }
  if (!right)
    printf("%s\n", text);
  for (int i = 0; i < 4; i++)
    SEG_VEC_FREE(&ways[i].lines);
  free(text);
  free(turned);
  return right;
}
