// The driver: lay out every block, look for its code among that of earlier compiles, otherwise emit
// its functions and make machine code, link it, fill the tables that the runtime calls through.
#include "compiler/codegen/codegen.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "compiler/codegen/code_inputs.h"
#include "compiler/codegen/emit.h"
#include "compiler/codegen/jit.h"
#include "compiler/codegen/object_cache.h"
#include "compiler/codegen/processor.h"
#include "runtime/filter/mask_program.h"

struct seg_code {
  struct seg_arena arena;
  struct seg_jit *jit;
  struct seg_kernels kernels;
};

/** One block of the plan and the names of its functions. */
struct unit {
  const struct seg_block *block;
  struct seg_block_layout layout;
  const char *prefix; // of function names
};

/** A compile under way. */
struct compilation {
  const struct seg_plan *plan;
  const struct seg_codegen_options *options;
  struct seg_arena scratch;
  struct seg_emit emit;
  LLVMTargetMachineRef target;
  uint32_t unit_count;
  struct unit *units;      // customer scan, event scans in order, customer block, first block
  const char **fold_names; // [pass * events + event]; NULL without cells
  uint32_t function_count; // all that the runtime calls
  struct seg_error *error;
  char refusal[512]; // LLVM's last error diagnostic
};

static enum seg_status no_memory(const struct compilation *compilation) {
  return seg_fail_memory(compilation->error, "compiling the rules");
}

/** Without a handler of its own a context prints errors of the code generator and ends the process.
 */
static void keep_refusal(LLVMDiagnosticInfoRef info, void *context) {
  struct compilation *compilation = context;
  if (LLVMGetDiagInfoSeverity(info) != LLVMDSError)
    return;
  char *text = LLVMGetDiagInfoDescription(info);
  snprintf(compilation->refusal, sizeof compilation->refusal, "%s", text);
  LLVMDisposeMessage(text);
}

static enum seg_status add_unit(struct compilation *compilation, const struct seg_block *block,
                                const char *prefix) {
  if (prefix == NULL)
    return no_memory(compilation);
  struct unit *unit = &compilation->units[compilation->unit_count++];
  unit->block = block;
  unit->prefix = prefix;
  enum seg_status status =
      seg_block_layout_build(&compilation->scratch, block, &unit->layout, compilation->error);
  compilation->function_count += seg_block_map_tiles(&unit->layout);
  return status;
}

static enum seg_status name_folds(struct compilation *compilation, uint32_t event) {
  const struct seg_plan *plan = compilation->plan;
  for (enum seg_fold_pass pass = SEG_FIRST_PASS; pass <= SEG_FINAL_PASS; pass++) {
    struct seg_cell_range cells = seg_fold_range(&plan->folds[event], pass);
    if (cells.begin == cells.end)
      continue;
    const char *form = pass == SEG_FIRST_PASS ? "first_" : "";
    const char *name =
        seg_arena_format(&compilation->scratch, "event_%" PRIu32 "_%sfold", event, form).data;
    compilation->fold_names[(size_t)pass * plan->event_count + event] = name;
    compilation->function_count++;
    if (name == NULL)
      return no_memory(compilation);
  }
  return SEG_OK;
}

static enum seg_status lay_out(struct compilation *compilation) {
  const struct seg_plan *plan = compilation->plan;
  struct seg_arena *arena = &compilation->scratch;
  compilation->units = SEG_NEW_ARRAY(arena, struct unit, (size_t)plan->event_count + 3);
  compilation->fold_names = SEG_NEW_ARRAY(arena, const char *, (size_t)plan->event_count * 2);
  if (compilation->units == NULL || compilation->fold_names == NULL)
    return no_memory(compilation);
  enum seg_status status = add_unit(compilation, &plan->customer.scan, "customer_scan");
  for (uint32_t i = 0; i < plan->event_count && status == SEG_OK; i++) {
    struct seg_str prefix = seg_arena_format(arena, "event_%" PRIu32 "_scan", i);
    status = add_unit(compilation, &plan->events[i].scan, prefix.data);
    if (status == SEG_OK)
      status = name_folds(compilation, i);
  }
  if (status == SEG_OK)
    status = add_unit(compilation, &plan->customer_block, "customer_block");
  return status == SEG_OK ? add_unit(compilation, &plan->first_block, "first_block") : status;
}

static enum seg_status emit_unit(struct compilation *compilation, const struct unit *unit) {
  struct seg_emit_block block;
  if (!seg_emit_block_init(&block, &compilation->emit, unit->block, &unit->layout))
    return no_memory(compilation);
  char name[96];
  for (uint32_t i = 0; i < seg_block_map_tiles(&unit->layout); i++) {
    snprintf(name, sizeof name, "%s_map_%" PRIu32, unit->prefix, i);
    seg_emit_map_tile(&block, i, name);
  }
  return SEG_OK;
}

static enum seg_status emit_all(struct compilation *compilation) {
  struct seg_emit *emit = &compilation->emit;
  enum seg_status status =
      seg_emit_init(emit, compilation->plan, &compilation->scratch, compilation->error);
  emit->vector_bits = seg_processor_vector_bits(compilation->options);
  if (status != SEG_OK)
    return status;
  LLVMContextSetDiagnosticHandler(emit->context, keep_refusal, compilation);
  for (uint32_t i = 0; i < compilation->unit_count && status == SEG_OK; i++)
    status = emit_unit(compilation, &compilation->units[i]);
  uint32_t events = compilation->plan->event_count;
  for (uint32_t i = 0; i < 2 * events && status == SEG_OK; i++) {
    enum seg_fold_pass pass = i < events ? SEG_FIRST_PASS : SEG_FINAL_PASS;
    if (compilation->fold_names[i] != NULL)
      seg_emit_fold(emit, i % events, pass, compilation->fold_names[i]);
  }
  return status == SEG_OK && emit->out_of_memory ? no_memory(compilation) : status;
}

/** What was laid out, as a verified module. */
static enum seg_status compile(struct compilation *compilation) {
  struct seg_error *error = compilation->error;
  struct seg_jit_machine machine;
  enum seg_status status = seg_jit_machine_find(compilation->options, &machine, error);
  if (status == SEG_OK)
    status = seg_jit_target(&machine, &compilation->target, error);
  if (status == SEG_OK)
    status = emit_all(compilation);
  if (status == SEG_OK)
    status = seg_jit_prepare(compilation->emit.module, compilation->target, error);
  return status;
}

static void compilation_init(struct compilation *compilation, const struct seg_plan *plan,
                             const struct seg_codegen_options *options, struct seg_error *error) {
  memset(compilation, 0, sizeof *compilation);
  compilation->plan = plan;
  compilation->options = options;
  compilation->error = error;
  seg_arena_init(&compilation->scratch);
}

static void compilation_deinit(struct compilation *compilation) {
  seg_emit_deinit(&compilation->emit);
  if (compilation->target != NULL)
    LLVMDisposeTargetMachine(compilation->target);
  seg_arena_deinit(&compilation->scratch);
}

/** The same module as it goes to the machine code generator: for dumps. */
static enum seg_status compile_whole(struct compilation *compilation) {
  enum seg_status status = lay_out(compilation);
  if (status == SEG_OK)
    status = compile(compilation);
  if (status != SEG_OK)
    return status;
  return seg_jit_optimise(compilation->emit.module, compilation->target, compilation->error);
}

static enum seg_status emit_form(struct compilation *compilation, LLVMCodeGenFileType form,
                                 LLVMMemoryBufferRef *out) {
  enum seg_status status =
      seg_jit_emit(compilation->emit.module, compilation->target, form, out, compilation->error);
  if (status != SEG_OK || compilation->refusal[0] == '\0')
    return status;
  LLVMDisposeMemoryBuffer(*out);
  return seg_fail(compilation->error, SEG_INTERNAL, NULL,
                  "code generation: no machine code for the rules: %s", compilation->refusal);
}

/** The key of what was laid out. False when there is no memory for it, or no key. */
static bool find_key(const struct compilation *compilation, struct seg_object_key *key) {
  const struct seg_plan *plan = compilation->plan;
  struct seg_code_inputs inputs = {0};
  struct seg_jit_machine machine;
  struct seg_error unused;
  for (uint32_t i = 0; i < compilation->unit_count; i++)
    seg_code_inputs_add_block(&inputs, compilation->units[i].block, &compilation->units[i].layout);
  for (uint32_t i = 0; i < 2 * plan->event_count; i++)
    if (compilation->fold_names[i] != NULL)
      seg_code_inputs_add_fold(&inputs, plan, i % plan->event_count,
                               i < plan->event_count ? SEG_FIRST_PASS : SEG_FINAL_PASS);
  seg_code_inputs_add(&inputs, seg_processor_vector_bits(compilation->options));
  bool found = !inputs.out_of_memory &&
               seg_jit_machine_find(compilation->options, &machine, &unused) == SEG_OK &&
               seg_object_key_of(&inputs, &machine, key);
  SEG_VEC_FREE(&inputs.words);
  return found;
}

/** Object code of what was laid out: as it was made an earlier time, or made now. */
static enum seg_status make_object(struct compilation *compilation, LLVMMemoryBufferRef *object) {
  const struct seg_private_folder *folder =
      compilation->options == NULL ? NULL : compilation->options->objects;
  struct seg_object_key key;
  if (folder != NULL && !find_key(compilation, &key))
    folder = NULL;
  *object = folder == NULL ? NULL : seg_object_cache_get(folder, key);
  if (*object != NULL)
    return SEG_OK;
  enum seg_status status = compile(compilation);
  if (status == SEG_OK)
    status = seg_jit_optimise(compilation->emit.module, compilation->target, compilation->error);
  if (status == SEG_OK)
    status = emit_form(compilation, LLVMObjectFile, object);
  if (status == SEG_OK && folder != NULL)
    seg_object_cache_put(folder, key, *object);
  return status;
}

static enum seg_status link_object(struct compilation *compilation, struct seg_jit *jit) {
  LLVMMemoryBufferRef object = NULL;
  enum seg_status status = make_object(compilation, &object);
  return status == SEG_OK ? seg_jit_add(jit, object, compilation->error) : status;
}

/** Names in the order of the addresses: per unit its maps, then the folds. */
static enum seg_status list_names(struct compilation *compilation, const char ***out) {
  struct seg_arena *arena = &compilation->scratch;
  const char **names = SEG_NEW_ARRAY(arena, const char *, compilation->function_count);
  uint32_t count = 0;
  bool complete = names != NULL;
  for (uint32_t u = 0; u < compilation->unit_count && complete; u++) {
    const struct unit *unit = &compilation->units[u];
    for (uint32_t i = 0; i < seg_block_map_tiles(&unit->layout) && complete; i++) {
      struct seg_str name = seg_arena_format(arena, "%s_map_%" PRIu32, unit->prefix, i);
      names[count++] = name.data;
      complete = name.data != NULL;
    }
  }
  for (uint32_t i = 0; i < 2 * compilation->plan->event_count && complete; i++) {
    if (compilation->fold_names[i] != NULL)
      names[count++] = compilation->fold_names[i];
  }
  *out = names;
  return complete ? SEG_OK : no_memory(compilation);
}

/** A copy that lives as long as the code; one element too many, so that it is never NULL for count
 * 0. */
static void *keep(struct seg_arena *arena, const void *items, size_t count, size_t size) {
  void *copy = seg_arena_array(arena, count + 1, size);
  if (copy != NULL && count > 0)
    memcpy(copy, items, count * size);
  return copy;
}

/** The linker gives addresses as numbers. */
union entry_point {
  uintptr_t address;
  seg_block_function block;
  seg_fold_function fold;
};

/** Stages of chains then have masks of their own (runtime/filter/chain_stages.h). */
static bool only_races(const struct compilation *compilation) {
  return compilation->options != NULL && compilation->options->winners_only &&
         compilation->plan->holdout_count == 0;
}

/** Segments whose members are looked at even when they are only counted: those of chains, and those
 * that have control groups. */
static const bool *find_looked_at(const struct compilation *compilation, struct seg_arena *arena) {
  const struct seg_plan *plan = compilation->plan;
  bool *looked_at = SEG_NEW_ARRAY(arena, bool, (size_t)plan->segment_count + 1);
  if (looked_at == NULL)
    return NULL;
  memset(looked_at, 0, (size_t)plan->segment_count + 1);
  for (uint32_t c = 0; c < plan->chain_count; c++)
    for (uint32_t m = 0; m < plan->chains[c].member_count; m++)
      looked_at[plan->chains[c].members[m]] = true;
  for (uint32_t h = 0; h < plan->holdout_count; h++)
    looked_at[plan->holdouts[h].segment] = true;
  return looked_at;
}

static enum seg_status fill_block(struct compilation *compilation, struct seg_arena *arena,
                                  const struct unit *unit, const uint64_t *addresses,
                                  struct seg_block_kernel *out) {
  const struct seg_block_layout *layout = &unit->layout;
  out->function_count = seg_block_map_tiles(layout);
  seg_block_function *functions =
      SEG_NEW_ARRAY(arena, seg_block_function, (size_t)out->function_count + 1);
  for (uint32_t i = 0; i < out->function_count && functions != NULL; i++)
    functions[i] = (union entry_point){.address = (uintptr_t)addresses[i]}.block;
  out->functions = functions;
  out->value_slot_count = layout->value_slot_count;
  out->value_layouts =
      keep(arena, layout->value_layouts, layout->value_slot_count, sizeof *layout->value_layouts);
  out->halves_count = layout->halves_count;
  out->halves = keep(arena, layout->halves, layout->halves_count, sizeof *layout->halves);
  out->level = seg_processor_level(compilation->options);
  out->step_slots =
      keep(arena, layout->value_slots, unit->block->step_count, sizeof *layout->value_slots);
  out->value_roots =
      keep(arena, layout->value_roots, unit->block->value_root_count, sizeof *layout->value_roots);
  if (functions == NULL || out->value_layouts == NULL || out->halves == NULL ||
      out->step_slots == NULL || out->value_roots == NULL)
    return no_memory(compilation);
  if (unit->block == &compilation->plan->customer_block && only_races(compilation))
    return SEG_OK;
  const bool *looked_at = NULL;
  if (unit->block == &compilation->plan->customer_block &&
      (looked_at = find_looked_at(compilation, arena)) == NULL)
    return no_memory(compilation);
  return seg_mask_program_build(arena, unit->block, layout->value_slots, out->level, looked_at,
                                &out->masks, compilation->error);
}

static enum seg_status fill_kernels(struct compilation *compilation, struct seg_code *code,
                                    const uint64_t *addresses) {
  uint32_t events = compilation->plan->event_count;
  struct seg_kernels *kernels = &code->kernels;
  kernels->event_scans = SEG_NEW_ARRAY(&code->arena, struct seg_block_kernel, (size_t)events + 1);
  kernels->folds = SEG_NEW_ARRAY(&code->arena, seg_fold_function, (size_t)events + 1);
  kernels->first_folds = SEG_NEW_ARRAY(&code->arena, seg_fold_function, (size_t)events + 1);
  if (kernels->event_scans == NULL || kernels->folds == NULL || kernels->first_folds == NULL)
    return no_memory(compilation);
  uint32_t next = 0;
  for (uint32_t i = 0; i < compilation->unit_count; i++) {
    struct seg_block_kernel *kernel = i == 0            ? &kernels->customer_scan
                                      : i <= events     ? &kernels->event_scans[i - 1]
                                      : i == events + 1 ? &kernels->customer_block
                                                        : &kernels->first_block;
    enum seg_status status =
        fill_block(compilation, &code->arena, &compilation->units[i], addresses + next, kernel);
    if (status != SEG_OK)
      return status;
    next += kernel->function_count;
  }
  for (uint32_t i = 0; i < 2 * events; i++) {
    seg_fold_function *fold = i < events ? &kernels->first_folds[i] : &kernels->folds[i - events];
    if (compilation->fold_names[i] != NULL)
      *fold = (union entry_point){.address = (uintptr_t)addresses[next++]}.fold;
  }
  return SEG_OK;
}

/** Object code of what was laid out, linked, and where its functions are. */
static enum seg_status make_functions(struct compilation *compilation, struct seg_code *code,
                                      uint64_t *addresses) {
  const char **names = NULL;
  enum seg_status status = seg_jit_new(&code->jit, compilation->error);
  if (status == SEG_OK)
    status = link_object(compilation, code->jit);
  if (status == SEG_OK)
    status = list_names(compilation, &names);
  if (status != SEG_OK)
    return status;
  return seg_jit_lookup(code->jit, names, compilation->function_count, addresses,
                        compilation->error);
}

static enum seg_status make_code(struct compilation *compilation, struct seg_code *code) {
  enum seg_status status = lay_out(compilation);
  if (status != SEG_OK)
    return status;
  uint64_t *addresses =
      SEG_NEW_ARRAY(&compilation->scratch, uint64_t, (size_t)compilation->function_count + 1);
  if (addresses == NULL)
    return no_memory(compilation);
  if (compilation->function_count > 0) // rules that only compare columns need none
    status = make_functions(compilation, code, addresses);
  return status == SEG_OK ? fill_kernels(compilation, code, addresses) : status;
}

enum seg_status seg_codegen(const struct seg_plan *plan, const struct seg_codegen_options *options,
                            struct seg_code **out, struct seg_error *error) {
  *out = NULL;
  struct seg_code *code = calloc(1, sizeof *code);
  if (code == NULL)
    return seg_fail_memory(error, "compiling the rules");
  seg_arena_init(&code->arena);
  struct compilation compilation;
  compilation_init(&compilation, plan, options, error);
  enum seg_status status = make_code(&compilation, code);
  compilation_deinit(&compilation);
  if (status != SEG_OK) {
    seg_code_free(code);
    return status;
  }
  *out = code;
  return SEG_OK;
}

const struct seg_kernels *seg_code_kernels(const struct seg_code *code) {
  return &code->kernels;
}

void seg_code_free(struct seg_code *code) {
  if (code == NULL)
    return;
  seg_jit_free(code->jit);
  seg_arena_deinit(&code->arena);
  free(code);
}

enum seg_status seg_code_dump_llvm(const struct seg_plan *plan,
                                   const struct seg_codegen_options *options, FILE *out,
                                   struct seg_error *error) {
  struct compilation compilation;
  compilation_init(&compilation, plan, options, error);
  enum seg_status status = compile_whole(&compilation);
  if (status == SEG_OK) {
    char *text = LLVMPrintModuleToString(compilation.emit.module);
    fputs(text, out);
    LLVMDisposeMessage(text);
  }
  compilation_deinit(&compilation);
  return status;
}

enum seg_status seg_code_dump_asm(const struct seg_plan *plan,
                                  const struct seg_codegen_options *options, FILE *out,
                                  struct seg_error *error) {
  struct compilation compilation;
  compilation_init(&compilation, plan, options, error);
  enum seg_status status = compile_whole(&compilation);
  LLVMMemoryBufferRef text = NULL;
  if (status == SEG_OK)
    status = emit_form(&compilation, LLVMAssemblyFile, &text);
  if (status == SEG_OK) {
    fwrite(LLVMGetBufferStart(text), 1, LLVMGetBufferSize(text), out);
    LLVMDisposeMemoryBuffer(text);
  }
  compilation_deinit(&compilation);
  return status;
}
