/**
 * What the files of this room share; private to it.
 */
#ifndef SEG_COMPILER_FINDINGS_FINDINGS_PARTS_H
#define SEG_COMPILER_FINDINGS_FINDINGS_PARTS_H

#include "compiler/findings/findings.h"
#include "compiler/witness/witness_view.h"

/** Questions that stay open for one reason: told together. */
struct seg_open_questions {
  const struct seg_verdict *first;
  uint32_t count;
  const char *others; // the first sentences behind the first one, a line each
};

enum { SEG_OPEN_KINDS = 50 };

struct seg_findings {
  const struct seg_program *program;
  const struct seg_source_map *map;
  const struct seg_verdicts *verdicts;
  const struct seg_replay *replay;
  const struct seg_zone *zone;
  struct seg_diagnostics *sink;
  enum seg_status status; // of what can fail beside memory; `error` says why
  struct seg_error *error;
  struct seg_arena arena;                      // texts of fixes
  SEG_VEC(const struct seg_verdict *) insides; // the verdicts INSIDE and EQUIVALENT
  uint32_t pairs;                              // verdicts OVERLAP so far
  uint32_t unproved;                           // verdicts UNPROVED so far that are errors
  uint32_t open_kinds;
  uint32_t open_rest; // questions beyond SEG_OPEN_KINDS
  struct seg_open_questions open[SEG_OPEN_KINDS];
  bool out_of_memory;
};

// One for each kind of verdict.
void seg_finding_overlap(struct seg_findings *findings, const struct seg_verdict *verdict);
void seg_finding_exclusive_broken(struct seg_findings *findings, const struct seg_verdict *verdict);
void seg_finding_never(struct seg_findings *findings, const struct seg_verdict *verdict);
void seg_finding_hidden(struct seg_findings *findings, const struct seg_verdict *verdict);
void seg_finding_always(struct seg_findings *findings, const struct seg_verdict *verdict);
void seg_finding_equivalent(struct seg_findings *findings, const struct seg_verdict *verdict);
void seg_finding_inside(struct seg_findings *findings, const struct seg_verdict *verdict);
void seg_finding_redundant(struct seg_findings *findings, const struct seg_verdict *verdict);
void seg_finding_stale_overlap(struct seg_findings *findings, const struct seg_verdict *verdict);
void seg_finding_stale_chain(struct seg_findings *findings, const struct seg_verdict *verdict);
void seg_finding_gap(struct seg_findings *findings, const struct seg_verdict *verdict);
void seg_finding_unproved(struct seg_findings *findings, const struct seg_verdict *verdict);

/** What was too much to be shown one by one: pairs by their names, the unproved by their number;
 * questions that stay open, those of one reason together. */
void seg_finding_other_pairs(struct seg_findings *findings);
void seg_finding_other_unproved(struct seg_findings *findings);

/** What can be declared about two segments that meet, or may meet. */
void seg_finding_help_pair(struct seg_findings *findings, struct seg_diagnostic *diagnostic,
                           uint32_t a, uint32_t b);
void seg_finding_help_exclusive(struct seg_findings *findings, struct seg_diagnostic *diagnostic,
                                uint32_t a, uint32_t b);
/** A note that shows the rule of a segment. */
void seg_finding_note_rule(struct seg_findings *findings, struct seg_diagnostic *diagnostic,
                           uint32_t segment);

// Words and places: finding_words.c. Texts live in the arena of the findings; "" without memory.

/** A text that is formatted and kept. */
SEG_PRINTF(2, 3)
const char *seg_finding_text(struct seg_findings *findings, const char *format, ...);

/** The segment's name as the project writes it, in backquotes where it must be. */
struct seg_str seg_finding_name(const struct seg_findings *findings, uint32_t segment);

/** The place of the segment's rule. */
struct seg_span seg_finding_rule(const struct seg_findings *findings, uint32_t segment);

/** "`a`, `b` and `c`" of the first `shown`; the rest as a number. */
const char *seg_finding_names(struct seg_findings *findings, const uint32_t *segments,
                              uint32_t count, uint32_t shown);

/** A name that nothing in the project has: `wish`, or `wish_2` and so on. */
const char *seg_finding_fresh_name(struct seg_findings *findings, const char *wish);

/** A change of a chain: `segment` is put in front of `before`, or at the end (SEG_ABSENT). It may
 * be in the chain already. */
struct seg_chain_change {
  uint32_t chain, segment, before;
  const char *otherwise; // added when the chain has none, or NULL
  const char *name;      // of a chain like it, with another `otherwise`; NULL: the chain itself
};

/** "priority lifecycle: a > b otherwise c". */
const char *seg_finding_chain(struct seg_findings *findings, const struct seg_chain_change *change);

/** The chain that holds the segment, or SEG_ABSENT. */
uint32_t seg_finding_chain_of(const struct seg_findings *findings, uint32_t segment);

/** Does the chain come with segc, so that the project cannot change it? */
bool seg_finding_is_bundled(const struct seg_findings *findings, uint32_t chain);

/** With how many segments of the chain does the segment share customers undeclared? */
uint32_t seg_finding_met_in_chain(const struct seg_findings *findings, uint32_t segment,
                                  uint32_t chain);

/** Is the verdict list aware that every customer of `inner` is one of `outer`? */
bool seg_finding_is_inside(const struct seg_findings *findings, uint32_t inner, uint32_t outer);

/** The declaration that makes the two exclusive, or NULL. */
const struct seg_program_exclusive *seg_finding_exclusive(const struct seg_findings *findings,
                                                          uint32_t a, uint32_t b);

/** What says that the two may overlap, or NULL. */
const struct seg_program_overlap *seg_finding_overlap_of(const struct seg_findings *findings,
                                                         uint32_t a, uint32_t b);

/** Whom a witness is about: two segments that take the customer, or a chain that does not. */
struct seg_finding_shown {
  uint32_t count;
  struct seg_witness_claim *claims;
  uint32_t *segments;
};

/** False when memory is out. */
SEG_NODISCARD bool seg_finding_shown(struct seg_findings *findings,
                                     const struct seg_verdict *verdict,
                                     struct seg_finding_shown *shown);

/** A note with the customer who shows the fact; nothing without one. */
void seg_finding_witness(struct seg_findings *findings, struct seg_diagnostic *diagnostic,
                         const struct seg_verdict *verdict);

#endif
