// Hashing beside a run; see inputs.h.
#include "runtime/manifest/inputs.h"

#include <stdlib.h>

/** Files are handed out in their order, and what was begun is finished: the first one that fails is
 * the same with any number of threads. */
struct hashing {
  struct seg_inputs *inputs;
  atomic_size_t next, failed; // `failed`: the number of that file, or of files
  pthread_mutex_t lock;       // guards the error
};

static void *hash_files(void *context) {
  struct hashing *hashing = context;
  struct seg_inputs *inputs = hashing->inputs;
  size_t i = 0;
  while ((i = atomic_fetch_add(&hashing->next, 1)) < atomic_load(&hashing->failed)) {
    struct seg_input_file *file = &inputs->files.items[i];
    struct seg_error error;
    enum seg_status status =
        seg_file_hash(file->path.data, inputs->interrupted, &inputs->memory, &file->hash, &error);
    if (status == SEG_OK)
      continue;
    pthread_mutex_lock(&hashing->lock);
    if (i < atomic_load(&hashing->failed)) {
      atomic_store(&hashing->failed, i);
      inputs->status = status;
      inputs->error = error;
    }
    pthread_mutex_unlock(&hashing->lock);
  }
  return NULL;
}

static void hash_all(struct seg_inputs *inputs, unsigned threads) {
  enum { MOST = 64 };
  pthread_t helpers[MOST];
  struct hashing hashing = {.inputs = inputs, .failed = inputs->files.count};
  unsigned started = 0;
  inputs->status = SEG_OK;
  pthread_mutex_init(&hashing.lock, NULL);
  while (started < MOST && started + 1 < threads && started + 1 < inputs->files.count &&
         pthread_create(&helpers[started], NULL, hash_files, &hashing) == 0)
    started++;
  hash_files(&hashing);
  for (unsigned i = 0; i < started; i++)
    pthread_join(helpers[i], NULL);
  pthread_mutex_destroy(&hashing.lock);
}

// Beside a run, which needs the processors itself.
static void hash_beside(struct seg_inputs *inputs) {
  if (inputs->remembers)
    seg_hash_memory_open(&inputs->memory, NULL);
  hash_all(inputs, 1);
}

static void *hash_thread(void *context) {
  hash_beside(context);
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

// Another event may read the same source: the same query, or the same files in the same order.
static bool is_there(const struct seg_inputs *inputs, const struct seg_binding *binding) {
  for (size_t i = 0; i < inputs->queries.count; i++)
    if (seg_str_equal(inputs->queries.items[i].source, binding->source))
      return true;
  size_t first = 0, same = 0;
  while (first < inputs->files.count &&
         !seg_str_equal(inputs->files.items[first].source, binding->source))
    first++;
  while (same < binding->file_count && first + same < inputs->files.count &&
         seg_str_equal(inputs->files.items[first + same].source, binding->source) &&
         seg_str_equal(inputs->files.items[first + same].path, binding->files[same]))
    same++;
  return same > 0 && same == binding->file_count;
}

enum seg_status seg_inputs_add(struct seg_inputs *inputs, const struct seg_binding *binding,
                               struct seg_error *error) {
  if (is_there(inputs, binding))
    return SEG_OK;
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
    hash_beside(inputs);
  inputs->is_hashed = true;
}

enum seg_status seg_inputs_finish(struct seg_inputs *inputs, struct seg_error *error) {
  join(inputs);
  if (!inputs->is_hashed)
    hash_all(inputs, inputs->threads);
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
