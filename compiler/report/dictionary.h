/**
 * The data dictionary: what every segment means, what it reads and who uses it. Built from the
 * typed program; what is read comes from lowering each segment alone, so it is what a run would
 * read.
 */
#ifndef SEG_COMPILER_REPORT_DICTIONARY_H
#define SEG_COMPILER_REPORT_DICTIONARY_H

#include <stdio.h>

#include "compiler/sema/program.h"

struct seg_dictionary_texts {
  uint32_t count;
  struct seg_str *items;
};

/** A clause as written: its values in the words of the rules, joined by commas. */
struct seg_dictionary_clause {
  struct seg_str name;
  struct seg_str value;
};

/** What one segment reads of the customer's or an event's source. */
struct seg_dictionary_read {
  struct seg_str entity; // "customer" or the event's name
  struct seg_str source;
  struct seg_dictionary_texts columns; // key and time first
  uint32_t folds;                      // aggregates over the event, equal ones once
};

struct seg_dictionary_place {
  struct seg_str chain;
  uint32_t position; // from 1
  uint32_t members;
};

struct seg_dictionary_segment {
  struct seg_str name, title, sentence, rule;
  uint32_t clause_count;
  struct seg_dictionary_clause *clauses; // without `when`
  struct seg_dictionary_texts windows, metrics;
  uint32_t read_count;
  struct seg_dictionary_read *reads;
  uint32_t place_count;
  struct seg_dictionary_place *places;
  struct seg_dictionary_texts exclusive; // segments that no customer of this one is in
  struct seg_dictionary_texts overlaps;  // segments that it may share customers with
};

struct seg_dictionary_metric {
  struct seg_str name, definition;
  struct seg_str meaning; // empty when it takes a window where it is used
  struct seg_dictionary_texts used_by;
};

struct seg_dictionary_constant {
  struct seg_str name, definition, value;
};

struct seg_dictionary_chain {
  struct seg_str name, otherwise;
  struct seg_dictionary_texts members;
};

/** An `exclusive` or `overlap`. */
struct seg_dictionary_relation {
  bool exclusive;
  struct seg_str text; // as written
  // exclusive: its segments. overlap: pairs, a segment and the other; chains are taken apart.
  struct seg_dictionary_texts segments;
};

/** How the customer or an event is read: which rows exist. */
struct seg_dictionary_entity {
  struct seg_str name, source, key, time;
  struct seg_str condition; // `where` in English; empty without
  struct seg_dictionary_texts unique;
};

struct seg_dictionary {
  struct seg_arena arena;
  struct seg_str timezone, currency;
  uint32_t entity_count;
  struct seg_dictionary_entity *entities; // the customer first
  uint32_t segment_count;
  struct seg_dictionary_segment *segments;
  uint32_t constant_count; // none when one segment is asked for
  struct seg_dictionary_constant *constants;
  uint32_t metric_count;
  struct seg_dictionary_metric *metrics;
  uint32_t chain_count;
  struct seg_dictionary_chain *chains;
  uint32_t relation_count;
  struct seg_dictionary_relation *relations;
};

/**
 * Of a program without errors. `only` is the index of one segment, or -1 for all: then only its
 * metrics, chains and relations are listed. Texts live in the dictionary. Deinit in any case.
 */
SEG_NODISCARD enum seg_status seg_dictionary_init(struct seg_dictionary *dictionary,
                                                  const struct seg_program *program,
                                                  const struct seg_source_map *map, int32_t only,
                                                  struct seg_error *error);
void seg_dictionary_deinit(struct seg_dictionary *dictionary);

/** For a terminal, as Markdown, as one JSON object. */
void seg_dictionary_write_text(const struct seg_dictionary *dictionary, FILE *out);
void seg_dictionary_write_markdown(const struct seg_dictionary *dictionary, FILE *out);
void seg_dictionary_write_json(const struct seg_dictionary *dictionary, FILE *out);

#endif
