/**
 * What the prover found, told as diagnostics: the fact with its places, the reason, a customer who
 * shows it, and a change that compiles.
 *
 * A verdict is a fact without words; this room has the words. Codes O2xx of diagnostics.def.
 */
#ifndef SEG_COMPILER_FINDINGS_FINDINGS_H
#define SEG_COMPILER_FINDINGS_FINDINGS_H

#include "compiler/diag/diag.h"
#include "compiler/verdicts/verdicts.h"
#include "compiler/witness/replay.h"

/** Pairs of segments that meet and are shown one by one, each with a customer; of the others only
 * the names are told. */
enum { SEG_FINDINGS_SHOWN_PAIRS = 50 };

/** Everything is borrowed. */
struct seg_findings_request {
  const struct seg_program *program; // without errors
  const struct seg_source_map *map;
  const struct seg_verdicts *verdicts; // about it
  const struct seg_replay *replay;     // the compiled rules, who are asked too; NULL: nobody is
};

/** Report the verdicts. SEG_OUT_OF_MEMORY; SEG_INTERNAL when the compiled rules do not accept a
 * witness. */
SEG_NODISCARD enum seg_status seg_findings_report(const struct seg_findings_request *request,
                                                  struct seg_diagnostics *sink,
                                                  struct seg_error *error);

/**
 * All witnesses of the verdicts as tests: the text of a rule file, in canonical layout. Each is
 * replayed before. Titles are not those of other tests of the project; those of `own_file`, which
 * the text will replace, do not count (SEG_ABSENT: none). The text lives in `arena`.
 * SEG_OUT_OF_MEMORY, SEG_INTERNAL.
 */
SEG_NODISCARD enum seg_status seg_findings_tests(const struct seg_findings_request *request,
                                                 uint32_t own_file, struct seg_arena *arena,
                                                 struct seg_str *text, struct seg_error *error);

/** Pairs of segments that can match at all; each is in one of the numbers behind. */
struct seg_findings_counts {
  uint64_t pairs;
  uint64_t disjoint;    // proved to have no common customer
  uint64_t in_chain;    // of the others: a chain says who wins
  uint64_t may_overlap; // `overlap` allows it
  uint64_t overlapping; // have a common customer that nothing allows
  uint64_t unproved;    // neither proved nor refuted, and nothing allows it
  uint64_t open;        // other questions without an answer
};
struct seg_findings_counts seg_findings_count(const struct seg_verdicts *verdicts);

/** Write what was counted, and all pairs that meet undeclared, as one JSON object. */
void seg_findings_write_json(const struct seg_program *program, const struct seg_verdicts *verdicts,
                             struct seg_json *json);

#endif
