// Verdicts about members of a chain, kept from earlier runs; see chains.h.
#include <stdlib.h>
#include <string.h>

#include "compiler/prove/proof_record.h"
#include "compiler/verdicts/chains.h"

static void add(struct seg_chain_memory *memory, const void *bytes, size_t size) {
  for (int i = 0; i < 2; i++)
    seg_siphash_add(&memory->states[i], bytes, size);
}

/** A rule, or the program. Nothing is remembered any more when memory is out. */
static void add_meaning(struct seg_chain_memory *memory, const struct seg_node *condition) {
  struct seg_proof_key key;
  memory->used = memory->used && seg_proof_meaning_of(&memory->engine->prover, condition, &key);
  if (memory->used)
    add(memory, &key, sizeof key);
}

void seg_chain_memory_begin(struct seg_chain_memory *memory, struct seg_engine *engine) {
  *memory = (struct seg_chain_memory){.engine = engine};
  memory->used = engine->prover.cache != NULL && !engine->options.unpruned;
  for (uint64_t i = 0; i < 2; i++)
    seg_siphash_init(&memory->states[i], 0x7365676368616965u, i);
  add(memory, &engine->options.budget, sizeof engine->options.budget);
  add_meaning(memory, NULL);
}

void seg_chain_memory_meet(struct seg_chain_memory *memory, uint32_t segment) {
  const struct seg_program *program = memory->engine->program;
  for (; memory->declared <= segment && memory->used; memory->declared++)
    add_meaning(memory, program->segments[memory->declared].when);
  add(memory, &segment, sizeof segment);
}

struct seg_proof_key seg_chain_memory_key(const struct seg_chain_memory *memory) {
  struct seg_proof_key key;
  for (int i = 0; i < 2; i++) {
    struct seg_siphash state = memory->states[i];
    key.words[i] = seg_siphash_result(&state);
  }
  return key;
}

bool seg_chain_memory_get(const struct seg_chain_memory *memory, struct seg_known_member *known) {
  struct seg_str record;
  if (!memory->used ||
      !seg_proof_cache_get(memory->engine->prover.cache, seg_chain_memory_key(memory), &record) ||
      record.size < 2 * sizeof(uint32_t) || record.size % sizeof(uint32_t) != 0)
    return false;
  uint32_t head[2];
  memcpy(head, record.data, sizeof head);
  *known = (struct seg_known_member){.hidden = head[0] == 1,
                                     .fewer = head[1] == 1,
                                     .count = (uint32_t)(record.size / sizeof *head) - 2,
                                     .others = record.data + sizeof head};
  bool usable = head[0] <= 1 && (known->count > 0) == known->hidden;
  for (uint32_t i = 0; i < known->count; i++) {
    uint32_t other;
    memcpy(&other, known->others + i * sizeof other, sizeof other);
    usable = usable && other < memory->declared;
  }
  return usable;
}

void seg_chain_memory_keep(struct seg_chain_memory *memory, struct seg_proof_key key, bool hidden,
                           bool fewer, const uint32_t *others, uint32_t count) {
  uint32_t *words = memory->used ? malloc((count + 2u) * sizeof *words) : NULL;
  if (words == NULL)
    return;
  words[0] = hidden;
  words[1] = fewer;
  for (uint32_t i = 0; i < count; i++)
    words[2 + i] = others[i];
  seg_proof_cache_put(memory->engine->prover.cache, key,
                      (struct seg_str){(const char *)words, (count + 2u) * sizeof *words});
  free(words);
}
