// Witnesses and compiled rules; see replay.h.
#include "compiler/witness/replay.h"

#include "compiler/explain/dataset_columns.h"
#include "compiler/explain/verify.h"

static enum seg_status bug(struct seg_error *error, const char *reason) {
  char copy[sizeof error->message];
  snprintf(copy, sizeof copy, "%s", reason); // it may be the present message
  seg_fail(error, SEG_INTERNAL, "", "the rules refuse the witness of a proof: %s", copy);
  seg_error_help(error, "this is a bug in segc; please report it with the rules");
  return SEG_INTERNAL;
}

static enum seg_status check_claims(const struct seg_program *program,
                                    struct seg_reference *reference,
                                    const struct seg_witness_claim *claims, uint32_t claim_count,
                                    struct seg_error *error) {
  char reason[160];
  if (seg_reference_customer_count(reference) != 1)
    return bug(error, "it is no customer");
  for (uint32_t i = 0; i < claim_count; i++) {
    if (seg_reference_member(reference, claims[i].segment, 0) == claims[i].expected)
      continue;
    snprintf(reason, sizeof reason, "`%.*s` %s",
             SEG_STR(program->segments[claims[i].segment].name.text),
             claims[i].expected ? "does not hold" : "holds");
    return bug(error, reason);
  }
  return seg_reference_status(reference, error);
}

/** Does some rule of the program leave the range of its numbers? */
static bool overflows(const struct seg_program *program, struct seg_reference *reference) {
  for (uint32_t i = 0; i < program->segment_count; i++)
    (void)seg_reference_member(reference, i, 0);
  return seg_reference_overflow(reference);
}

enum seg_status seg_replay_witness(const struct seg_replay *replay,
                                   const struct seg_dataset *dataset, int32_t as_of,
                                   const struct seg_witness_claim *claims, uint32_t claim_count,
                                   struct seg_error *error) {
  const struct seg_program *program = replay->program;
  struct seg_explain_request request = {
      .program = program, .plan = replay->plan, .kernels = replay->kernels, .as_of = as_of};
  struct seg_customer_rows rows;
  struct seg_reference *reference = NULL;
  enum seg_status status = seg_customer_rows_init(&rows, program->event_count, error);
  if (status == SEG_OK)
    status = seg_rows_columns_fill(&rows, program, replay->plan, dataset, error);
  if (status == SEG_OK)
    status = seg_reference_new(program, dataset, as_of, &reference, error);
  if (status == SEG_OK)
    status = check_claims(program, reference, claims, claim_count, error);
  if (status == SEG_OK)
    status = seg_explain_verify(&request, &rows, reference, 0, error);
  if (status == SEG_BAD_DATA && !overflows(program, reference))
    status = bug(error, error->message);
  else if (status == SEG_BAD_DATA)
    status = SEG_OK; // in another rule, of which nothing is claimed: both say so
  seg_reference_free(reference);
  seg_customer_rows_deinit(&rows);
  return status;
}
