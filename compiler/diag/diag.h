/**
 * Diagnostics: what is wrong with a program, for people and for tools.
 *
 * Every diagnostic has a code from diagnostics.def, one primary span, and any number of notes
 * (the reason, other places) and helps (a change that compiles). The sink keeps all of a run and
 * gives them back in source order. Style: the message states the fact with names in `backquotes`;
 * the note gives the reason; only the help proposes a change; plain words, no questions.
 */
#ifndef SEG_COMPILER_DIAG_DIAG_H
#define SEG_COMPILER_DIAG_DIAG_H

#include <stdio.h>

#include "compiler/diag/source_map.h"

enum seg_severity { SEG_ERROR, SEG_WARNING };

/** For what has no place in any file. */
#define SEG_NO_PLACE ((struct seg_span){UINT32_MAX, 0, 0})

/** One constant a row of diagnostics.def. */
enum seg_diag_code {
#define SEG_DIAG(name, code, severity, title) SEG_DIAG_##name,
#include "compiler/diag/diagnostics.def"
#undef SEG_DIAG
  SEG_DIAG_COUNT
};

/** Rows of diagnostics.def: the printed code ("E101"), the severity, a short title for indexes. */
struct seg_diag_info {
  const char *code;
  enum seg_severity severity;
  const char *title;
};
extern const struct seg_diag_info seg_diag_info[SEG_DIAG_COUNT];

enum seg_diag_part_kind { SEG_PART_NOTE, SEG_PART_HELP };

/** A note or a help below a diagnostic; `has_span` when it shows a place. */
struct seg_diag_part {
  enum seg_diag_part_kind kind;
  bool has_span;
  struct seg_span span;
  struct seg_str text;
  struct seg_diag_part *next;
};

struct seg_diagnostic {
  enum seg_diag_code code;
  uint32_t number; // in the order of reporting
  struct seg_span span;
  struct seg_str message;
  struct seg_diag_part *parts, *last_part;
  struct seg_str witness; // who shows it, as one JSON object; empty: nobody
};

struct seg_json;

/** A further member of the JSON form, written by who has the facts; `key` NULL: none. */
struct seg_diag_appendix {
  const char *key;
  void (*write)(const void *context, struct seg_json *json); // one value
  const void *context;                                       // lives as long as the sink is used
};

struct seg_diagnostics {
  struct seg_arena arena;
  SEG_VEC(struct seg_diagnostic *) list;
  uint32_t errors;
  uint32_t warnings;
  bool out_of_memory; // a report was lost; the run must fail
  uint32_t dropped;   // counted above, but over SEG_DIAG_LIMIT and not in the list
  struct seg_diag_appendix appendix;
  struct seg_diagnostic spare; // what seg_report gives when nothing is kept; parts are ignored
};

/** Diagnostics a sink keeps; a file of noise must not fill the memory. */
enum { SEG_DIAG_LIMIT = 1000 }; // enough for people; bounds the work on a file that is all mistakes

void seg_diagnostics_init(struct seg_diagnostics *sink);
void seg_diagnostics_deinit(struct seg_diagnostics *sink);

/**
 * Report a diagnostic. The same code at the same span is kept and counted once. Never returns NULL:
 * for a repetition, over SEG_DIAG_LIMIT, and when memory is out (which sets out_of_memory) it
 * returns the spare of the sink. Notes and helps are added to the result. A span whose file is not
 * in the map (SEG_NO_PLACE) has no place to show.
 */
SEG_PRINTF(4, 5)
struct seg_diagnostic *seg_report(struct seg_diagnostics *sink, enum seg_diag_code code,
                                  struct seg_span span, const char *format, ...);

/** The same without a look at what is there: one place can have this code several times, such as a
 * rule that meets several others. */
SEG_PRINTF(4, 5)
struct seg_diagnostic *seg_report_each(struct seg_diagnostics *sink, enum seg_diag_code code,
                                       struct seg_span span, const char *format, ...);

/**
 * Report what another sink holds, with its notes and helps; `note`, unless it is empty, comes
 * behind the notes. As seg_report, the same code at the same span once.
 */
struct seg_diagnostic *seg_report_copy(struct seg_diagnostics *sink,
                                       const struct seg_diagnostic *diagnostic,
                                       struct seg_str note);

SEG_PRINTF(3, 4)
void seg_note(struct seg_diagnostics *sink, struct seg_diagnostic *diagnostic, const char *format,
              ...);

/** A note that shows another place. */
SEG_PRINTF(4, 5)
void seg_note_at(struct seg_diagnostics *sink, struct seg_diagnostic *diagnostic,
                 struct seg_span span, const char *format, ...);

SEG_PRINTF(3, 4)
void seg_help(struct seg_diagnostics *sink, struct seg_diagnostic *diagnostic, const char *format,
              ...);

/** Who shows what is wrong, for the JSON form: one object, copied. */
void seg_show_witness(struct seg_diagnostics *sink, struct seg_diagnostic *diagnostic,
                      struct seg_str json);

enum seg_diag_format { SEG_FORMAT_HUMAN, SEG_FORMAT_JSON, SEG_FORMAT_SARIF, SEG_FORMAT_GITHUB };

/**
 * Write all diagnostics in source order (file, offset, code). `color` concerns the human form only.
 * A write error of `out` is left in its error flag for the caller.
 */
void seg_diagnostics_write(const struct seg_diagnostics *sink, const struct seg_source_map *map,
                           enum seg_diag_format format, bool color, FILE *out);

/**
 * The best spelling suggestion for `name` among `candidates`, or NULL data when none is near: at
 * most a third of the longer name's bytes differ, case aside. Ties go to the earlier candidate; a
 * candidate equal to `name` is no suggestion.
 */
struct seg_str seg_suggest(struct seg_str name, const struct seg_str *candidates, size_t count);

#endif
