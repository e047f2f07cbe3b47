/**
 * segc: the compiler for customer-segment rules, as a library.
 *
 * One session holds one project: its rule files, what was found wrong with them, and, after a run,
 * the counts. Sessions share nothing; two may work in two threads. Strings are NUL-terminated UTF-8
 * and belong to the session unless said otherwise.
 *
 * Structures that callers fill begin with `size`: set it to sizeof the structure, so that later
 * versions can add members.
 */
#ifndef SEGC_H
#define SEGC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#ifdef __cplusplus
extern "C" {
#endif

#define SEGC_VERSION "0.1.0"

/** How a call ended; the values are the exit codes of the command line. */
enum segc_status {
  SEGC_OK = 0,
  SEGC_FINDINGS = 1,      // the rules have errors: see segc_write_diagnostics
  SEGC_FAILURE = 2,       // usage, input or output, data, or an internal error: see segc_error
  SEGC_GUARD = 3,         // a segment is outside the size its rule declares
  SEGC_INTERRUPTED = 130, // segc_interrupt was called
};

struct segc_session;

/** What went wrong outside the rules, in words for the user. */
struct segc_error {
  const char *code; // such as "D101"; empty when there is none
  const char *message;
  const char *help; // a fix, or empty
};

/** NULL when memory is out. */
struct segc_session *segc_session_new(void);

/** NULL is fine. */
void segc_session_free(struct segc_session *session);

/** The failure behind SEGC_FAILURE, SEGC_GUARD or SEGC_INTERRUPTED; valid until the next call. */
struct segc_error segc_last_error(const struct segc_session *session);

/**
 * Ask a running call to stop soon; it then returns SEGC_INTERRUPTED and leaves nothing behind.
 * May be called from a signal handler or another thread.
 */
void segc_interrupt(struct segc_session *session);

struct segc_project_options {
  size_t size;
  const char *const *paths; // rule files, and folders that stand for all .seg files below them
  size_t path_count;
  bool allow_no_decision; // accept segments without a `decision`, for exploration
  const char *cpu; // processor to make machine code for: NULL or "native" for this one, or a level
                   // that this one can run, such as "x86-64-v3"
};

/**
 * Read and check a project. SEGC_OK: no errors (there may be warnings). SEGC_FINDINGS: the rules
 * have errors. Once a session.
 */
enum segc_status segc_load(struct segc_session *session,
                           const struct segc_project_options *options);

enum segc_format {
  SEGC_FORMAT_HUMAN,
  SEGC_FORMAT_JSON,
  SEGC_FORMAT_SARIF,
  SEGC_FORMAT_GITHUB,
  SEGC_FORMAT_MARKDOWN, // segc_show and segc_diff only
  SEGC_FORMAT_JUNIT,    // segc_test only
};

/** Write what was found so far, in source order. */
void segc_write_diagnostics(const struct segc_session *session, enum segc_format format, bool color,
                            FILE *out);

/** How much is in the project, and how much was found wrong with it. */
struct segc_counts {
  size_t files, segments, metrics, events, chains;
  size_t errors, warnings;
  size_t tests;
};
struct segc_counts segc_counts(const struct segc_session *session);

struct segc_check_options {
  size_t size;
  unsigned budget;           // work that the solver may do for one question; 0: the usual amount
  unsigned threads;          // 0: as many as the machine has; the answers are the same
  const char *witness_tests; // a rule file to write the customers to, as tests; or NULL
  const char *proof_cache;   // folder for answers, for the next time; NULL: the usual one
  bool no_proof_cache;       // keep none, use none
};

/** What was proved about the pairs of segments. Each pair that can match at all is counted once. */
struct segc_proofs {
  size_t pairs;
  size_t disjoint;    // proved: no customer matches both
  size_t in_chain;    // of the others: a chain says who wins
  size_t may_overlap; // `overlap` allows common customers
  size_t overlapping; // a customer matches both, and nothing allows it: errors
  size_t unproved;    // neither proved nor refuted, and nothing allows it: errors
  size_t open;        // other questions that found no answer: warnings
};

/**
 * Prove what the loaded rules mean together: which segments can have a common customer, which rules
 * never match, who never wins. What is wrong becomes diagnostics, each with a customer who shows
 * it. The same rules give the same answers on every machine. SEGC_FINDINGS: the rules have errors.
 * `*proofs` is all zero when they had errors before. Once a session.
 */
enum segc_status segc_check(struct segc_session *session, const struct segc_check_options *options,
                            struct segc_proofs *proofs);

enum segc_stage {
  SEGC_STAGE_TOKENS,
  SEGC_STAGE_AST,
  SEGC_STAGE_TYPES,
  SEGC_STAGE_PLAN,
  SEGC_STAGE_LLVM,
  SEGC_STAGE_ASM,
};

/**
 * Write one stage of the loaded project. Tokens and the tree can be shown even for rules with
 * errors; later stages need rules without.
 */
enum segc_status segc_dump(struct segc_session *session, enum segc_stage stage, FILE *out);

/**
 * A prepared store that stays open between runs, of one session or of several: its columns stay
 * mapped, and what one run found whole the next one does not check again. A run that finds another
 * store in the folder, because it was added to, opens that one. One run at a time may use it; while
 * it is open, no other process removes old files of the store.
 */
struct segc_kept_store;

/** Nothing is open yet. NULL when memory is out. */
struct segc_kept_store *segc_kept_store_new(void);

/** After the last run that names it. NULL is fine. */
void segc_kept_store_free(struct segc_kept_store *kept);

/** What is being done now; see segc_run_options. */
struct segc_progress {
  const char *activity; // such as "reading purchases"
  uint64_t rows;        // done so far
  double share;         // 0 to 1, or -1 when nobody knows
};

struct segc_run_options {
  size_t size;
  const char *as_of;          // YYYY-MM-DD; required
  const char *data_folder;    // NULL: none
  const char *const *sources; // NAME=FILE, NAME=GLOB or NAME=SQL
  size_t source_count;
  const char *out_path;   // .parquet, .csv or .csv.gz; NULL: none
  unsigned threads;       // 0: as many as the machine has
  uint64_t memory_bytes;  // 0: three quarters of the machine's memory
  const char *manifest;   // only files with the contents listed there are read; NULL: any
  bool no_out_manifest;   // no manifest beside the output
  const char *code_cache; // folder for compiled rules, for the next time; NULL: the usual one
  bool no_code_cache;     // keep none, use none
  bool stats;             // measure the machine's bandwidth for the summary, and show all stages
  void (*progress)(void *context, const struct segc_progress *progress); // may be NULL
  void *progress_context;
  const char *store; // a prepared store, instead of data_folder and sources; NULL: none
  bool verify;       // look at every byte of the store before the run
  struct segc_kept_store *kept_store; // where the store stays open for the next run; NULL: nowhere
  bool winners_only;  // who wins each chain, and not who matches each segment: no rule is evaluated
                      // for customers that an earlier one of its chain has won. Needs a chain
  bool remember;      // the counts with the store, and start from those of an earlier run
  bool no_hash_cache; // hash all inputs anew for the manifest of the output, remember none
};

struct segc_segment_count {
  const char *name;
  const char *title; // empty when the segment has none
  uint64_t members;
  bool has_holdout;  // the segment has a control group
  uint64_t held_out; // members in it; in a chain: of those who it wins
};

struct segc_chain_count {
  const char *name;
  size_t winner_count;
  const struct segc_segment_count *winners; // in chain order
  const char *otherwise;                    // empty when the chain has none
  uint64_t unmatched;                       // customers that match no segment of the chain
};

enum segc_run_stage {
  SEGC_RUN_COMPILE,
  SEGC_RUN_CUSTOMERS,
  SEGC_RUN_EVENTS,
  SEGC_RUN_RULES,
  SEGC_RUN_OUTPUT,
  SEGC_RUN_STAGE_COUNT
};

struct segc_stage_stats {
  double seconds, processor_seconds; // the latter of all threads of the process
  uint64_t rows;
  uint64_t bytes; // of the files, while reading and writing; of the columns, while deciding
};

/** The result of a run. Belongs to the session; valid until it is freed. */
struct segc_summary {
  const char *as_of;
  uint64_t customers;
  uint64_t events;                           // that exist: before the as-of day, kept by `where`
  uint64_t orphan_events;                    // of those: whose customer is unknown
  size_t segment_count;                      // 0 with winners_only
  const struct segc_segment_count *segments; // in source order
  size_t chain_count;
  const struct segc_chain_count *chains;
  struct segc_stage_stats stats[SEGC_RUN_STAGE_COUNT];
  double seconds_total;
  uint64_t spilled_bytes;     // to a temporary file, because memory was short
  uint64_t peak_bytes;        // the most that the run's own buffers took at one time
  double bandwidth;           // bytes a second that the machine reads from memory; 0: not measured
  bool winners_only;          // as the run was asked
  bool remembers;             // the options asked for it
  bool refreshed;             // the counts were corrected from those of an earlier run
  const char *refreshed_from; // then: its as-of date
  uint64_t refreshed_customers; // and the customers looked at again
  const char *whole_reason;     // otherwise: why all were looked at, as the end of a sentence
};

/**
 * Compile the loaded project and score all customers. `*summary` is set for SEGC_OK and SEGC_GUARD;
 * the output file is written for SEGC_OK only.
 */
enum segc_status segc_run(struct segc_session *session, const struct segc_run_options *options,
                          const struct segc_summary **summary);

/**
 * Write the SHA-256 of every file that a run would read, as `sha256sum` does: to `out`, or to the
 * options' out_path, whole or not at all. Of the options, data_folder, sources and out_path are
 * used. Queries among the sources are refused.
 */
enum segc_status segc_manifest(struct segc_session *session, const struct segc_run_options *options,
                               FILE *out);

/**
 * Write a summary: a table for people, or one JSON object for tools (SEGC_FORMAT_HUMAN and
 * SEGC_FORMAT_JSON only).
 */
void segc_write_summary(const struct segc_summary *summary, enum segc_format format, FILE *out);

struct segc_prepare_options {
  size_t size;
  const char *store;          // folder; made when it is not there
  bool append;                // to the store that is there: the files hold what is new
  const char *data_folder;    // as for a run
  const char *const *sources; // as for a run
  size_t source_count;
  unsigned threads;
  uint64_t memory_bytes;
  void (*progress)(void *context, const struct segc_progress *progress); // may be NULL
  void *progress_context;
};

/** What a preparation did. */
struct segc_prepared {
  uint64_t customers; // keys that the store knows, of events and lists too
  uint64_t events;    // that were read
};

/**
 * Read everything that the loaded project declares and keep it in a prepared store, for runs with
 * `store`. Until the call succeeds, a store that was there stays as it was, whatever happens.
 */
enum segc_status segc_prepare(struct segc_session *session,
                              const struct segc_prepare_options *options,
                              struct segc_prepared *prepared);

/** A rule file and its canonical layout. Belongs to the session; valid until it is freed. */
struct segc_layout {
  const char *path;
  const char *text; // as it is
  size_t text_size;
  const char *canonical; // NULL with syntax errors, which segc_write_diagnostics shows
  size_t canonical_size;
};

/**
 * Lay out the rule files that `paths` stand for, in the order of their paths; nothing is written.
 * SEGC_FINDINGS: some have syntax errors. Only the syntax is looked at. Once a session, instead of
 * segc_load.
 */
enum segc_status segc_layout_files(struct segc_session *session, const char *const *paths,
                                   size_t path_count, const struct segc_layout **layouts,
                                   size_t *layout_count);

/** The same for one text; `name` stands for its path in diagnostics. */
enum segc_status segc_layout_text(struct segc_session *session, const char *name, const char *text,
                                  size_t size, const struct segc_layout **layout);

/**
 * Put the canonical layout in the place of the file: whole or not at all, with the permissions it
 * had; a symbolic link stays one. Only for layouts of files, without syntax errors.
 */
enum segc_status segc_layout_write(struct segc_session *session, const struct segc_layout *layout);

/**
 * Write the data dictionary of the loaded project, or of one segment (NULL: of all): each rule as
 * an English sentence, its clauses, windows, metrics, chains, and what it reads. SEGC_FORMAT_HUMAN,
 * SEGC_FORMAT_JSON or SEGC_FORMAT_MARKDOWN.
 */
enum segc_status segc_show(struct segc_session *session, const char *segment,
                           enum segc_format format, FILE *out);

/**
 * Explain why a customer is in a segment, or is not, with the values and events behind each clause.
 * Of the options, as_of, data_folder, sources, threads and memory_bytes are used. SEGC_FORMAT_HUMAN
 * or SEGC_FORMAT_JSON; nothing is written unless the answer is SEGC_OK.
 */
enum segc_status segc_explain(struct segc_session *session, const char *segment,
                              const char *customer, const struct segc_run_options *options,
                              enum segc_format format, FILE *out);

struct segc_test_options {
  size_t size;
  const char *filter; // only tests that have this text in their title; NULL: all
  bool coverage;      // also: which clauses were true, and which false
};

/**
 * Run the `test` blocks of the loaded project and write what came of them: SEGC_FORMAT_HUMAN,
 * SEGC_FORMAT_JSON or SEGC_FORMAT_JUNIT. SEGC_FINDINGS: a claim does not hold, or the rules have
 * errors (then nothing is written). A project without tests passes.
 */
enum segc_status segc_test(struct segc_session *session, const struct segc_test_options *options,
                           enum segc_format format, FILE *out);
struct segc_diff_options {
  size_t size;
  const struct segc_run_options *data; // as for segc_explain; NULL: the rules only
  const char *list_path; // with data: who moves, as .csv, .csv.gz or .parquet; or NULL
  bool no_proofs;        // who leaves and who is new is not asked
  unsigned proof_budget; // work that the solver may do for one question; 0: the usual amount
};

/**
 * Write what two loaded projects mean differently and, with data, which customers enter, leave and
 * move. SEGC_OK: nothing. SEGC_FINDINGS: something. Failures are those of `after` (and it is
 * `after` that can be interrupted); rules with errors are one too. SEGC_FORMAT_HUMAN,
 * SEGC_FORMAT_JSON or SEGC_FORMAT_MARKDOWN.
 */
enum segc_status segc_diff(struct segc_session *before, struct segc_session *after,
                           const struct segc_diff_options *options, enum segc_format format,
                           FILE *out);

struct segc_sql_options {
  size_t size;
  const char *dialect;  // "duckdb", "postgres" or "sqlite"
  const char *as_of;    // YYYY-MM-DD; NULL: the query has a parameter
  const char *order;    // column that numbers the rows of a table; NULL: the dialect's own order
  const char *out_path; // NULL: `out` is written instead
};

/**
 * Write the loaded project as one query in SQL: a row a customer, with the key, a column of true
 * and false for each segment, and the winner of each chain. What the dialect cannot say with the
 * same meaning becomes a diagnostic; then nothing is written. SEGC_FINDINGS: that, or the rules
 * have errors.
 */
enum segc_status segc_emit_sql(struct segc_session *session, const struct segc_sql_options *options,
                               FILE *out);

struct segc_init_options {
  size_t size;
  const char *folder;      // for the project; made when it does not exist
  const char *data_folder; // what to look at
  const char *currency;    // of amounts; NULL: EUR
  const char *timezone;    // NULL: UTC
  const char *key;         // the column that holds the customer's key; NULL: it is looked for
};

/**
 * Write a starter project, FOLDER/segments.seg, for a folder of data, and tell on `out` what the
 * files were taken for and how to run it. A folder that has rule files is left alone: SEGC_FAILURE.
 */
enum segc_status segc_init(struct segc_session *session, const struct segc_init_options *options,
                           FILE *out);

/** The versions that decide what a run answers: segc, the language, LLVM, DuckDB, tzdata. A line
 * each. */
void segc_write_versions(FILE *out);

/** The candidate spelled most like `word`, or NULL when none is near. Borrowed from the list. */
const char *segc_nearest(const char *word, const char *const *candidates, size_t count);

#ifdef __cplusplus
}
#endif

#endif
