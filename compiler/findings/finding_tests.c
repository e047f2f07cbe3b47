// The witnesses as a file of tests; see seg_findings_tests.
#include <stdlib.h>

#include "compiler/findings/findings_parts.h"
#include "runtime/base/text_stream.h"

struct writing {
  struct seg_findings findings;
  uint32_t own_file;
  struct seg_str *titles; // written so far
  uint32_t title_count;
  FILE *out;
};

static bool is_taken(const struct writing *writing, struct seg_str title) {
  const struct seg_program *program = writing->findings.program;
  for (uint32_t i = 0; i < program->test_count; i++)
    if (program->tests[i].span.file != writing->own_file &&
        seg_str_equal(program->tests[i].title.text, title))
      return true;
  for (uint32_t i = 0; i < writing->title_count; i++)
    if (seg_str_equal(writing->titles[i], title))
      return true;
  return false;
}

/** What the customer shows, in words that no other test has. */
static struct seg_str title_of(struct writing *writing, const struct seg_verdict *verdict) {
  struct seg_findings *findings = &writing->findings;
  const struct seg_program *program = findings->program;
  const char *title;
  if (verdict->kind == SEG_VERDICT_GAP)
    title = seg_finding_text(findings, "no segment of %.*s takes this customer",
                             SEG_STR(program->chains[verdict->chain].name.text));
  else
    title = seg_finding_text(findings,
                             verdict->kind == SEG_VERDICT_EXCLUSIVE_BROKEN
                                 ? "%.*s and %.*s are not exclusive"
                                 : "%.*s and %.*s meet",
                             SEG_STR(program->segments[verdict->segment].name.text),
                             SEG_STR(program->segments[verdict->other].name.text));
  struct seg_str free_title = seg_str_view(title);
  for (unsigned i = 2; is_taken(writing, free_title) && !findings->out_of_memory; i++)
    free_title = seg_str_view(seg_finding_text(findings, "%s (%u)", title, i));
  return free_title;
}

static enum seg_status write_one(struct writing *writing, const struct seg_verdict *verdict) {
  struct seg_findings *findings = &writing->findings;
  const struct seg_witness *witness = verdict->witness;
  struct seg_finding_shown shown;
  struct seg_str test;
  if (!seg_finding_shown(findings, verdict, &shown))
    return seg_fail_memory(findings->error, "the tests of the witnesses");
  const struct seg_witness_view view = {.program = findings->program,
                                        .zone = findings->zone,
                                        .dataset = &witness->dataset,
                                        .as_of = witness->as_of};
  struct seg_str title = title_of(writing, verdict);
  enum seg_status status = SEG_OK;
  if (findings->replay != NULL)
    status = seg_replay_witness(findings->replay, &witness->dataset, witness->as_of, shown.claims,
                                shown.count, findings->error);
  if (status == SEG_OK)
    status = seg_witness_to_test(&view, title, shown.claims, shown.count, &findings->arena, &test,
                                 findings->error);
  if (status != SEG_OK)
    return status;
  fprintf(writing->out, "\n%.*s", SEG_STR(test));
  writing->titles[writing->title_count++] = title;
  return SEG_OK;
}

static enum seg_status write_all(struct writing *writing) {
  const struct seg_verdicts *verdicts = writing->findings.verdicts;
  enum seg_status status = SEG_OK;
  fputs("segc 1\n\n", writing->out);
  fputs("# Customers that `segc check --witness-tests` found: each shows what its title says.\n",
        writing->out);
  for (size_t i = 0; status == SEG_OK && i < verdicts->items.count; i++)
    if (verdicts->items.items[i].witness != NULL)
      status = write_one(writing, &verdicts->items.items[i]);
  return status;
}

enum seg_status seg_findings_tests(const struct seg_findings_request *request, uint32_t own_file,
                                   struct seg_arena *arena, struct seg_str *text,
                                   struct seg_error *error) {
  struct seg_zone *zone = NULL;
  char *buffer = NULL;
  size_t size = 0;
  struct writing writing = {.findings = {.program = request->program,
                                         .map = request->map,
                                         .verdicts = request->verdicts,
                                         .replay = request->replay,
                                         .error = error},
                            .own_file = own_file};
  seg_arena_init(&writing.findings.arena);
  writing.titles =
      SEG_NEW_ARRAY(&writing.findings.arena, struct seg_str, request->verdicts->items.count + 1);
  enum seg_status status = seg_zone_load(request->program->timezone, &zone, error);
  writing.findings.zone = zone;
  writing.out = seg_text_stream(&buffer, &size);
  if (status == SEG_OK && writing.titles != NULL && writing.out != NULL)
    status = write_all(&writing);
  bool lost = writing.titles == NULL || writing.findings.out_of_memory || writing.out == NULL;
  if (writing.out != NULL)
    lost = fclose(writing.out) != 0 || lost;
  if (status == SEG_OK && !lost)
    *text = seg_arena_str(arena, (struct seg_str){buffer, size});
  lost = lost || (status == SEG_OK && text->data == NULL);
  free(buffer);
  seg_zone_free(zone);
  seg_arena_deinit(&writing.findings.arena);
  return status == SEG_OK && lost ? seg_fail_memory(error, "the tests of the witnesses") : status;
}
