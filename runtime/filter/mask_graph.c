// Hash-consed nodes; see mask_graph.h.
#include "runtime/filter/mask_graph.h"

#include <string.h>

#include "runtime/base/hash.h"

enum { FIRST_CAPACITY = 256 };

static bool equal(const struct seg_mask_node *a, const struct seg_mask_node *b) {
  return a->kind == b->kind && a->left == b->left && a->right == b->right &&
         a->scalar == b->scalar && a->test == b->test && a->less_one == b->less_one &&
         a->constant == b->constant && a->upper == b->upper;
}

static uint64_t hash(const struct seg_mask_node *node) {
  uint64_t hash = (uint64_t)node->kind << 33 | (uint64_t)node->test << 1 | (node->less_one ? 1 : 0);
  hash = seg_hash_add(hash, (uint64_t)node->left << 32 | node->right);
  hash = seg_hash_add(hash, (uint64_t)node->upper);
  hash = seg_hash_add(hash, (uint64_t)node->constant);
  return seg_hash_u64(seg_hash_add(hash, node->scalar));
}

// Where the node is in the table, or the empty place for it.
static uint32_t *place_of(const struct seg_mask_graph *graph, const struct seg_mask_node *node) {
  size_t size = (size_t)graph->capacity * 2;
  size_t at = hash(node) & (size - 1);
  while (graph->table[at] != 0 && !equal(&graph->nodes[graph->table[at] - 1], node))
    at = (at + 1) & (size - 1);
  return &graph->table[at];
}

static void grow(struct seg_mask_graph *graph) {
  uint32_t capacity = graph->capacity * 2;
  struct seg_mask_node *nodes = SEG_NEW_ARRAY(graph->arena, struct seg_mask_node, capacity);
  uint32_t *table = SEG_NEW_ARRAY(graph->arena, uint32_t, (size_t)capacity * 2);
  if (nodes == NULL || table == NULL) {
    graph->failed = true;
    return;
  }
  if (graph->count > 0)
    memcpy(nodes, graph->nodes, graph->count * sizeof *nodes);
  graph->nodes = nodes;
  graph->table = table;
  graph->capacity = capacity;
  for (uint32_t n = 0; n < graph->count; n++)
    *place_of(graph, &nodes[n]) = n + 1;
}

void seg_mask_graph_init(struct seg_mask_graph *graph, struct seg_arena *arena, uint32_t nodes) {
  *graph = (struct seg_mask_graph){.arena = arena, .capacity = FIRST_CAPACITY / 2};
  while (graph->capacity < nodes / 2)
    graph->capacity *= 2;
  grow(graph);
  seg_mask_graph_node(graph, &(struct seg_mask_node){.kind = SEG_MASK_NEVER});
}

seg_mask_literal seg_mask_graph_node(struct seg_mask_graph *graph,
                                     const struct seg_mask_node *node) {
  if (graph->count == graph->capacity && !graph->failed)
    grow(graph);
  if (graph->failed)
    return SEG_MASK_FALSE;
  uint32_t *place = place_of(graph, node);
  if (*place == 0) {
    graph->nodes[graph->count++] = *node;
    *place = graph->count;
  }
  return (*place - 1) * 2;
}

seg_mask_literal seg_mask_graph_and(struct seg_mask_graph *graph, seg_mask_literal a,
                                    seg_mask_literal b) {
  if (a > b) {
    seg_mask_literal other = a;
    a = b;
    b = other;
  }
  if (a == SEG_MASK_FALSE || a == seg_mask_not(b))
    return SEG_MASK_FALSE;
  if (a == SEG_MASK_TRUE || a == b)
    return b;
  return seg_mask_graph_node(graph,
                             &(struct seg_mask_node){.kind = SEG_MASK_AND, .left = a, .right = b});
}
