// The verdicts about random projects do not depend on the number of threads, nor on what saves
// questions: verdict_ways SEGMENTS SEEDS threads|unpruned [CHAIN [events]]. With CHAIN above 1,
// each so many segments are put into one chain; `events`: their rules are about events only.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/random_project.h"
#include "compiler/pipeline.h"
#include "compiler/verdicts/verdicts.h"

static void must(bool done) {
  if (!done) {
    fputs("verdict_ways: memory is out, or the verdicts failed\n", stderr);
    abort();
  }
}

// --- verdicts as text ---

static const char *name_of(const struct seg_program *program, uint32_t segment) {
  return segment == SEG_ABSENT ? "-" : program->segments[segment].name.text.data;
}

static void print_rows(const struct seg_program_entity *entity, const struct seg_rows *rows,
                       FILE *out) {
  for (size_t r = 0; r < rows->rows.count; r++) {
    const struct seg_row *row = &rows->rows.items[r];
    fprintf(out, "  %.*s %d %lld", (int)row->key.size, row->key.data, (int)row->day,
            (long long)row->instant);
    for (uint32_t c = 0; row->values != NULL && c < entity->column_count; c++) {
      const struct seg_value *value = &row->values[c];
      fprintf(out, " %d %lld %.17g %.*s", value->known, (long long)value->integer, value->number,
              (int)value->text.size, value->text.data == NULL ? "" : value->text.data);
    }
    fputc('\n', out);
  }
}

static void print_witness(const struct seg_program *program, const struct seg_witness *witness,
                          FILE *out) {
  fprintf(out, "  as of %d\n", witness->as_of);
  print_rows(&program->customer, &witness->dataset.customers, out);
  for (uint32_t e = 0; e < program->event_count; e++)
    print_rows(&program->events[e], &witness->dataset.events[e], out);
}

static void print_verdict(const struct seg_program *program, const struct seg_verdict *verdict,
                          FILE *out) {
  fprintf(out, "%s %s %.12s %.12s", seg_verdict_kind_name(verdict->kind),
          seg_verdict_kind_name(verdict->asked), name_of(program, verdict->segment),
          name_of(program, verdict->other));
  for (uint32_t i = 0; i < verdict->other_count; i++)
    fprintf(out, " %.12s", name_of(program, verdict->others[i]));
  for (uint32_t i = 0; i < verdict->clause_count; i++)
    fprintf(out, " %u", verdict->clauses[i]->span.begin);
  fprintf(out, " %s %d\n", verdict->reason == NULL ? "" : verdict->reason, verdict->some_days);
}

/** What was found about a project, in one way. */
struct found {
  char *rules;
  struct seg_pipeline pipeline;
  struct seg_verdicts verdicts;
  char *text; // with witnesses
};

/** A project: SEGMENTS, SEED and CHAIN. */
struct project {
  uint32_t segments;
  uint64_t seed;
  uint32_t chain;
  bool events;
};

/** A number, a sum or an average of what was bought, of one channel or all, in one of two windows.
 */
static void write_comparison(FILE *out, struct seg_bench_random *random) {
  static const char *const filters[] = {"", "", "[channel = \"web\"]"};
  static const char *const signs[] = {">=", "<"};
  const char *filter = filters[seg_bench_pick(random, 3)];
  uint32_t kind = seg_bench_pick(random, 5), days = seg_bench_pick(random, 2) == 0 ? 30 : 90;
  const char *sign = signs[seg_bench_pick(random, 2)];
  uint32_t number = 1 + seg_bench_pick(random, 4), each = 70 + seg_bench_pick(random, 60);
  if (kind < 2)
    fprintf(out, "count(purchase%s) within %ud %s %u", filter, (unsigned)days, sign,
            (unsigned)number);
  else if (kind < 4)
    fprintf(out, "sum(purchase%s.amount) within %ud %s %u", filter, (unsigned)days, sign,
            (unsigned)(number * each));
  else
    fprintf(out, "avg(purchase.amount) within %ud %s %u", (unsigned)days, sign, (unsigned)each);
}

/** Segments `p and q and (r or s)`. */
static void write_events(FILE *out, uint64_t seed, uint32_t segments) {
  struct seg_bench_random random = {seed * 2862933555777941757u + 3037000493u};
  fputs("segc 1\ntimezone: \"UTC\"\ncurrency: EUR\ncustomer from \"customers\" key id {}\n"
        "event purchase from \"purchases\" by id at day {\n  amount: money\n"
        "  channel: one of (\"web\", \"store\")\n}\n",
        out);
  for (uint32_t s = 1; s <= segments; s++) {
    fprintf(out, "segment s%05u { when: ", (unsigned)s);
    for (int part = 0; part < 4; part++) {
      static const char *const before[] = {"", " and ", " and (", " or "};
      fputs(before[part], out);
      write_comparison(out, &random);
    }
    fputs(") decision: \"x\" }\n", out);
  }
}

static void judge(struct found *found, const struct project *project,
                  struct seg_verdict_options options) {
  struct seg_error error = {0};
  uint32_t file;
  size_t size = 0;
  FILE *out = open_memstream(&found->rules, &size);
  must(out != NULL);
  if (project->events)
    write_events(out, project->seed, project->segments);
  else
    seg_bench_project(out, project->seed, project->segments);
  seg_bench_chains(out, project->segments, project->chain);
  must(fclose(out) == 0);
  seg_pipeline_init(&found->pipeline);
  must(seg_source_map_add(&found->pipeline.map, seg_str_view("random.seg"),
                          (struct seg_str){found->rules, size}, &file, &error) == SEG_OK &&
       seg_pipeline_run(&found->pipeline, SEG_PASS_SEMA, &error) == SEG_OK &&
       found->pipeline.sink.errors == 0);
  options.map = &found->pipeline.map;
  must(seg_verdicts_find(&found->pipeline.program, &options, &found->verdicts, &error) == SEG_OK);
  out = open_memstream(&found->text, &size);
  must(out != NULL);
  for (size_t i = 0; i < found->verdicts.items.count; i++) {
    const struct seg_verdict *verdict = &found->verdicts.items.items[i];
    print_verdict(&found->pipeline.program, verdict, out);
    if (verdict->witness != NULL)
      print_witness(&found->pipeline.program, verdict->witness, out);
  }
  must(fclose(out) == 0);
}

static void forget(struct found *found) {
  seg_verdicts_deinit(&found->verdicts);
  seg_pipeline_deinit(&found->pipeline);
  free(found->rules);
  free(found->text);
}

// --- comparing ---

static bool same_with_threads(const struct project *project) {
  unsigned long long seed = project->seed;
  static const unsigned threads[] = {1, 2, 7};
  struct found found[3];
  bool same = true;
  for (int i = 0; i < 3; i++) {
    judge(&found[i], project, (struct seg_verdict_options){.threads = threads[i]});
    same = same && strcmp(found[i].text, found[0].text) == 0 &&
           memcmp(&found[i].verdicts.counts, &found[0].verdicts.counts,
                  sizeof found[i].verdicts.counts) == 0;
  }
  printf("seed %llu: %zu verdicts, %llu questions\n", seed, found[0].verdicts.items.count,
         (unsigned long long)found[0].verdicts.counts.questions);
  if (!same)
    printf("seed %llu: the number of threads makes a difference\n", seed);
  for (int i = 0; i < 3; i++)
    forget(&found[i]);
  return same;
}

static bool is_same_verdict(const struct seg_verdict *a, const struct seg_verdict *b) {
  bool same = a->kind == b->kind && a->segment == b->segment && a->other == b->other &&
              a->chain == b->chain && a->other_count == b->other_count &&
              a->clause_count == b->clause_count;
  for (uint32_t i = 0; same && i < a->other_count; i++)
    same = a->others[i] == b->others[i];
  for (uint32_t i = 0; same && i < a->clause_count; i++)
    same = a->clauses[i]->span.begin == b->clauses[i]->span.begin;
  return same;
}

static char *witness_text(const struct seg_program *program, const struct seg_verdict *verdict) {
  char *text = NULL;
  size_t size = 0;
  FILE *out = open_memstream(&text, &size);
  must(out != NULL);
  if (verdict->witness != NULL)
    print_witness(program, verdict->witness, out);
  must(fclose(out) == 0);
  return text;
}

/** Who shows a gap is the same too. */
static bool is_same_gap(const struct found *first, const struct seg_verdict *a,
                        const struct found *second, const struct seg_verdict *b) {
  if (a->kind != SEG_VERDICT_GAP)
    return true;
  char *one = witness_text(&first->pipeline.program, a);
  char *other = witness_text(&second->pipeline.program, b);
  bool same = strcmp(one, other) == 0;
  free(one);
  free(other);
  return same;
}

static bool is_open(const struct seg_verdicts *verdicts, const struct seg_verdict *asked) {
  for (size_t i = 0; i < verdicts->items.count; i++) {
    const struct seg_verdict *verdict = &verdicts->items.items[i];
    if (verdict->kind == SEG_VERDICT_UNPROVED &&
        (verdict->segment == asked->segment || verdict->segment == asked->other) &&
        (verdict->other == SEG_ABSENT || verdict->other == asked->other ||
         verdict->other == asked->segment))
      return true;
  }
  return false;
}

/** What the first says, the second says too, but for what one of them left unproved. */
static bool has_all(const struct found *first, const struct found *second, uint32_t *open) {
  bool all = true;
  for (size_t i = 0; i < first->verdicts.items.count; i++) {
    const struct seg_verdict *verdict = &first->verdicts.items.items[i];
    bool found = false;
    for (size_t j = 0; j < second->verdicts.items.count && !found; j++)
      found = is_same_verdict(verdict, &second->verdicts.items.items[j]) &&
              is_same_gap(first, verdict, second, &second->verdicts.items.items[j]);
    if (found)
      continue;
    if (verdict->kind == SEG_VERDICT_UNPROVED || is_open(&second->verdicts, verdict)) {
      (*open)++;
      continue;
    }
    print_verdict(&first->pipeline.program, verdict, stdout);
    all = false;
  }
  return all;
}

static bool same_unpruned(const struct project *project) {
  unsigned long long seed = project->seed;
  struct found pruned, unpruned;
  uint32_t open = 0;
  // Of overlaps it is not compared who is shown.
  judge(&pruned, project, (struct seg_verdict_options){.witnesses = 1});
  judge(&unpruned, project, (struct seg_verdict_options){.witnesses = 1, .unpruned = true});
  bool same = has_all(&pruned, &unpruned, &open);
  same = has_all(&unpruned, &pruned, &open) && same;
  printf("seed %llu: %zu verdicts, %llu questions and %llu without pruning, %u left open in one\n",
         seed, pruned.verdicts.items.count, (unsigned long long)pruned.verdicts.counts.questions,
         (unsigned long long)unpruned.verdicts.counts.questions, open);
  if (!same)
    printf("seed %llu: pruning makes a difference\n", seed);
  forget(&pruned);
  forget(&unpruned);
  return same;
}

int main(int argc, char **argv) {
  bool same = true;
  if (argc < 4 || argc > 6) {
    fputs("usage: verdict_ways SEGMENTS SEEDS threads|unpruned [CHAIN [events]]\n", stderr);
    return 2;
  }
  struct project project = {.segments = (uint32_t)strtoul(argv[1], NULL, 10),
                            .chain = argc > 4 ? (uint32_t)strtoul(argv[4], NULL, 10) : 0,
                            .events = argc > 5};
  uint64_t seeds = strtoull(argv[2], NULL, 10);
  bool threads = strcmp(argv[3], "threads") == 0;
  for (project.seed = 1; project.seed <= seeds; project.seed++)
    same = (threads ? same_with_threads(&project) : same_unpruned(&project)) && same;
  return same ? 0 : 1;
}
