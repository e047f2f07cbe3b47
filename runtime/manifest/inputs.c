// Hashing beside a run; see inputs.h.
#include "runtime/manifest/inputs.h"

#include <stdlib.h>

static void hash_all(struct seg_inputs *inputs) {
  inputs->status = SEG_OK;
  if (inputs->remembers)
    seg_hash_memory_open(&inputs->memory, NULL);
  for (size_t i = 0; i < inputs->files.count && inputs->status == SEG_OK; i++) {
    struct seg_input_file *file = &inputs->files.items[i];
    inputs->status = seg_file_hash(file->path.data, inputs->interrupted, &inputs->memory,
                                   &file->hash, &inputs->error);
  }
}

static void *hash_thread(void *context) {
  hash_all(context);
  return NULL;
}

static void join(struct seg_inputs *inputs) {
  if (inputs->is_hashing)
    pthread_join(inputs->thread, NULL);
  inputs->is_hashing = false;
}

void seg_inputs_deinit(struct seg_inputs *inputs) {
  join(inputs);
  seg_hash_memory_deinit(&inputs->memory);
  SEG_VEC_FREE(&inputs->files);
  SEG_VEC_FREE(&inputs->queries);
}

enum seg_status seg_inputs_add(struct seg_inputs *inputs, const struct seg_binding *binding,
                               struct seg_error *error) {
  if (binding->kind == SEG_BINDING_SQL) {
    struct seg_input_query query = {binding->source, binding->sql};
    return SEG_VEC_PUSH(&inputs->queries, query) ? SEG_OK : seg_fail_memory(error, "the sources");
  }
  for (size_t i = 0; i < binding->file_count; i++) {
    struct seg_input_file file = {.source = binding->source, .path = binding->files[i]};
    if (!SEG_VEC_PUSH(&inputs->files, file))
      return seg_fail_memory(error, "the sources");
  }
  return SEG_OK;
}

void seg_inputs_start(struct seg_inputs *inputs, const atomic_bool *interrupted, bool remembers) {
  inputs->remembers = remembers;
  inputs->interrupted = interrupted;
  inputs->is_hashing = pthread_create(&inputs->thread, NULL, hash_thread, inputs) == 0;
  if (!inputs->is_hashing)
    hash_all(inputs);
  inputs->is_hashed = true;
}

enum seg_status seg_inputs_finish(struct seg_inputs *inputs, struct seg_error *error) {
  join(inputs);
  if (!inputs->is_hashed)
    hash_all(inputs);
  inputs->is_hashed = true;
  if (inputs->status != SEG_OK) {
    *error = inputs->error;
    return inputs->status;
  }
  enum seg_status status = SEG_OK;
  for (size_t i = 0; i < inputs->files.count && status == SEG_OK; i++)
    status = seg_file_hash_confirm(inputs->files.items[i].path.data, &inputs->files.items[i].hash,
                                   error);
  if (status == SEG_OK)
    seg_hash_memory_keep(&inputs->memory);
  return status;
}
