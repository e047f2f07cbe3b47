/**
 * The rules of a block as a graph of ANDs and complements over what has to be computed from
 * columns. Equal nodes are one node, so clauses that rules share are computed once. OR is an AND of
 * complements.
 */
#ifndef SEG_RUNTIME_FILTER_MASK_GRAPH_H
#define SEG_RUNTIME_FILTER_MASK_GRAPH_H

#include <stdbool.h>
#include <stdint.h>

#include "runtime/base/arena.h"

/** A node, or its complement: 2 * node + (1: complement). */
typedef uint32_t seg_mask_literal;
enum { SEG_MASK_FALSE = 0, SEG_MASK_TRUE = 1 };
enum { SEG_MASK_NONE = UINT32_MAX }; // no step

enum seg_mask_kind {
  SEG_MASK_NEVER,   // node 0
  SEG_MASK_KNOWN,   // the known bits of the column of step `left`
  SEG_MASK_BITS,    // the column of bits of step `left`
  SEG_MASK_COMPARE, // column `left` (of texts: their heads), or the sign of `left` against `right`,
                    // by `test` against the constant or the scalar step `scalar`, less 1 where
                    // `less_one`; BETWEEN: from the constant to `upper`
  SEG_MASK_DECIDED, // scalar step `left` against scalar step `right` by comparison `test`
  SEG_MASK_CALL,    // mask step `left` by calls, 64 rows each; of a list of texts: item `right`
  SEG_MASK_SEARCH,  // texts of step `left` that contain the word of mask step `right`
  SEG_MASK_CODED,   // mask step `right` about the coded texts of step `left`
  SEG_MASK_AND,     // literals `left` and `right`
};

struct seg_mask_node {
  enum seg_mask_kind kind;
  uint32_t left, right, scalar, test;
  bool less_one;
  int64_t constant; // the bits of a double where the column holds doubles
  int64_t upper;
};

struct seg_mask_graph {
  struct seg_arena *arena;
  struct seg_mask_node *nodes;
  uint32_t count, capacity;
  uint32_t *table; // node + 1, open addressing; twice the capacity, a power of two
  bool failed;     // memory is out; literals mean nothing then
};

/** Room for about so many nodes. */
void seg_mask_graph_init(struct seg_mask_graph *graph, struct seg_arena *arena, uint32_t nodes);

/** The node, made when there is none yet. */
seg_mask_literal seg_mask_graph_node(struct seg_mask_graph *graph,
                                     const struct seg_mask_node *node);

seg_mask_literal seg_mask_graph_and(struct seg_mask_graph *graph, seg_mask_literal a,
                                    seg_mask_literal b);

static inline seg_mask_literal seg_mask_not(seg_mask_literal literal) {
  return literal ^ 1;
}

static inline seg_mask_literal seg_mask_graph_or(struct seg_mask_graph *graph, seg_mask_literal a,
                                                 seg_mask_literal b) {
  return seg_mask_not(seg_mask_graph_and(graph, seg_mask_not(a), seg_mask_not(b)));
}

#endif
